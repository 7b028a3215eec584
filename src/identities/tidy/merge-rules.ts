import type { KnownFaces } from '../known-faces.ts';

/** Pairs of people that must not be one, whatever their faces look like, after merges. */
export interface MergeRules {
  /** A user has said so, or hid or deleted one of them: not even proposed. */
  isForbidden(a: string, b: string): boolean;
  /** Both are on one photo. */
  areOnOnePhoto(a: string, b: string): boolean;
}

/** Reads the rules off what is known now. */
export function readMergeRules(known: KnownFaces): MergeRules {
  const { people } = known;
  const apart = new Set<string>();
  const tellApart = (a: string | null, b: string | null): void => {
    if (a !== null && b !== null && a !== b) apart.add(pairOf(a, b));
  };
  const photos = new Map<string, string[]>();
  for (const face of known.allFaces()) {
    const personId = people.personOf(face);
    if (personId !== null) {
      const there = photos.get(face.assetId);
      if (there === undefined) photos.set(face.assetId, [personId]);
      else there.push(personId);
    }
    // Whom a user moved it from, or said that it is not.
    const base = people.basePersonOf(face);
    const whose = base === null ? null : people.resolve(base);
    if (face.personId !== null) tellApart(whose, people.resolve(face.personId));
    for (const denied of people.deniedOf(face.faceId)) tellApart(whose, denied);
  }
  const together = new Set([...photos.values()].flatMap(pairsAmong));
  return {
    isForbidden: (a, b) =>
      apart.has(pairOf(a, b)) ||
      people.areDistinct(a, b) ||
      [a, b].some((id) => people.stateOf(id).hidden || people.stateOf(id).deleted),
    areOnOnePhoto: (a, b) => together.has(pairOf(a, b)),
  };
}

function pairsAmong(people: readonly string[]): string[] {
  if (people.length < 2) return [];
  return people.flatMap((a, i) => people.slice(i + 1).map((b) => pairOf(a, b)));
}

/** The same whichever comes first. */
export function pairOf(a: string, b: string): string {
  return JSON.stringify(a < b ? [a, b] : [b, a]);
}
