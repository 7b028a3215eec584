import type { FaceChange, FacePlace, PersonChange, PersonState } from './fact.ts';
import type { People } from './people.ts';

/** Of the stored faces those that are somebody else's after than before, and those that are to be told of. */
export function diffFaces(
  faces: readonly FacePlace[],
  before: People,
  after: People,
  isToBeTold: (face: FacePlace) => boolean = () => false,
): FaceChange[] {
  return faces.flatMap((face) => {
    const { assetId, faceId } = face;
    const change = { assetId, faceId, before: before.personOf(face), after: after.personOf(face) };
    return change.before !== change.after || isToBeTold(face) ? [change] : [];
  });
}

/** Of the people those of whom the journal says something else after than before. */
export function diffPeople(
  personIds: Iterable<string>,
  before: People,
  after: People,
): PersonChange[] {
  return [...new Set(personIds)]
    .map((personId) => ({
      personId,
      before: before.stateOf(personId),
      after: after.stateOf(personId),
    }))
    .filter((change) => !isSame(change.before, change.after));
}

/** What the journal's facts speak of. */
export interface SpokenOf {
  readonly personIds: ReadonlySet<string>;
  readonly faceIds: ReadonlySet<string>;
  /** By person, the faces that facts gave to the person or denied it. */
  readonly facesByPerson: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Of what the journal speaks of, the people whose faces are another's after than before (or
 * nobody's), and the faces of which users said something that holds otherwise then, or was about such
 * people. Needs no stored faces: they are looked up by the answer.
 */
export function diffSpokenOf(
  { personIds, faceIds, facesByPerson }: SpokenOf,
  before: People,
  after: People,
): { personIds: ReadonlySet<string>; faceIds: ReadonlySet<string> } {
  const moved = [...personIds].filter((id) => whoseFaces(id, before) !== whoseFaces(id, after));
  const otherwise = [...faceIds].filter((id) => wordOn(id, before) !== wordOn(id, after));
  const ofMoved = moved.flatMap((id) => [...(facesByPerson.get(id) ?? [])]);
  return { personIds: new Set(moved), faceIds: new Set([...otherwise, ...ofMoved]) };
}

function isSame(a: PersonState, b: PersonState): boolean {
  return (
    a.name === b.name &&
    a.hidden === b.hidden &&
    a.mergedInto === b.mergedInto &&
    a.deleted === b.deleted
  );
}

function whoseFaces(personId: string, people: People): string | null {
  return people.isDeleted(personId) ? null : people.resolve(personId);
}

/** All that users said of the face and that decides whose it is. */
function wordOn(faceId: string, people: People): string {
  const assigned = people.basePersonOf({ faceId, personId: null });
  return JSON.stringify([people.isIgnored(faceId), assigned, people.deniedOf(faceId).sort()]);
}
