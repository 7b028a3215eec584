import type { ImmichFace } from '../client/faces.ts';
import type { ImmichPerson } from '../client/people.ts';
import type { FaceLink } from './links.ts';

/** What became in Immich of a face that stands for ours. */
export type FaceChange =
  | { readonly kind: 'moved'; readonly link: FaceLink; readonly to: ImmichPerson }
  /** A face that was made over the API is only removed by a user. */
  | { readonly kind: 'removed'; readonly link: FaceLink }
  /** Immich's recognition was reset: the face is nobody's, or was found anew. */
  | { readonly kind: 'reset'; readonly link: FaceLink };

/** Compares what was written with what is there; `isOurs` knows Immich's people that stand for ours. */
export function judgeFaces(
  links: readonly FaceLink[],
  there: readonly ImmichFace[],
  isOurs: (immichPersonId: string) => boolean,
): FaceChange[] {
  return links.flatMap((link): FaceChange[] => {
    const face = there.find(({ id }) => id === link.immichId);
    // As a repair knew; the photo's result, published again, writes it.
    if (link.details.unseen === true && (face?.person ?? null) === null) return [];
    if (face === undefined) {
      return [{ kind: link.details.origin === 'created' ? 'removed' : 'reset', link }];
    }
    if (face.person === null || face.person.id === link.details.leaving) {
      return [{ kind: 'reset', link }];
    }
    if (face.person.id === link.immichPersonId) return [];
    return [
      isMovedByUser(face, face.person, isOurs)
        ? { kind: 'moved', link, to: face.person }
        : { kind: 'reset', link },
    ];
  });
}

/**
 * Immich's recognition gives faces to people too, but never those that were made over the API, and
 * after a reset to people that it makes, who have no name.
 */
export function isMovedByUser(
  face: ImmichFace,
  to: ImmichPerson,
  isOurs: (immichPersonId: string) => boolean,
): boolean {
  return isMade(face) || to.name !== '' || isOurs(to.id);
}

const isMade = ({ sourceType }: ImmichFace): boolean => sourceType === 'manual';

/** That one of Immich's people was merged into another. */
export interface Merge {
  readonly into: ImmichPerson;
  /** Faces that were made over the API went along, which Immich's recognition gives to nobody. */
  readonly isProven: boolean;
}

/**
 * Who has the faces of one of Immich's people that is gone, all of them as far as they are there. Null
 * when it was deleted: its faces are nobody's then, until the recognition gives its own of them away
 * again, to people that it makes or to somebody alike. A merge leaves none as nobody's, and gives a
 * person without a name that of the other.
 */
export function judgePerson(
  left: readonly ImmichFace[],
  gone: { readonly name: string; readonly isOurs: (immichPersonId: string) => boolean },
): Merge | null {
  const into = left[0]?.person ?? null;
  if (into === null || left.some(({ person }) => person?.id !== into.id)) return null;
  const isProven = left.some(isMade);
  const mayBeNameless = gone.name === '' && (isProven || gone.isOurs(into.id));
  return into.name !== '' || mayBeNameless ? { into, isProven } : null;
}

/** More changes at once than this are no user's work. */
export const MOST_CHANGES = 20;
const MOST_SHARE = 0.1;
const NOTHING_MISSED = { share: 1, doubted: 0 };

/**
 * Whether so many faces have changed that somebody has reset Immich, or brought back a backup. Faces
 * of one person that were moved to another at once are one change, as long as only a user can have
 * moved them. `share` is that of the faces that are missed which were asked about: the others are taken
 * to be like them. Faces that were doubted before are doubted on.
 */
export function isDoubtful(
  changes: readonly FaceChange[],
  faces: number,
  { share, doubted }: { readonly share: number; readonly doubted: number } = NOTHING_MISSED,
): boolean {
  const together = new Set<string>();
  let resets = 0;
  let single = 0;
  for (const change of changes) {
    const { link } = change;
    if (change.kind === 'reset') resets += 1;
    else if (change.kind === 'moved' && link.details.origin === 'created') {
      together.add(`${String(link.immichPersonId)} ${change.to.id}`);
    } else single += 1;
  }
  const most = Math.max(MOST_CHANGES, MOST_SHARE * faces);
  return single / share + together.size > most || resets / share + doubted > most;
}
