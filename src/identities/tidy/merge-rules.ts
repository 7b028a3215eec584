import type { KnownFaces } from '../known-faces.ts';

/** Pairs of people that must not be one, whatever their faces look like, after merges. */
export interface MergeRules {
  /** A user has said so, or hid or deleted one of them: not even proposed. */
  isForbidden(a: string, b: string): boolean;
  /** A user made them one and parted them again: whether they are is a question. */
  wereParted(a: string, b: string): boolean;
  /** Both are on one photo. */
  areOnOnePhoto(a: string, b: string): boolean;
}

/** Reads the rules off what is known now. */
export function readMergeRules(known: KnownFaces): MergeRules {
  const { people } = known;
  const apart = new Pairs(people.distinctPairs());
  const parted = new Pairs(people.partedPairs());
  const photos = new Map<string, string[]>();
  for (const face of known.allFaces()) {
    const personId = people.personOf(face);
    if (personId !== null) {
      const there = photos.get(face.assetId);
      if (there === undefined) photos.set(face.assetId, [personId]);
      else there.push(personId);
    }
    if (!people.isTouched(face.faceId)) continue;
    // Whom a user moved it from, and who it is not.
    const base = people.basePersonOf(face);
    if (base === null) continue;
    const whose = people.resolve(base);
    if (face.personId !== null) apart.add(whose, people.resolve(face.personId));
    for (const denied of people.deniedOf(face.faceId)) apart.add(whose, denied);
  }
  const together = new Pairs();
  for (const there of photos.values()) {
    for (const [i, a] of there.entries()) {
      for (const b of there.slice(i + 1)) together.add(a, b);
    }
  }
  const isShown = (id: string): boolean =>
    !people.stateOf(id).hidden && !people.stateOf(id).deleted;
  return {
    isForbidden: (a, b) => apart.has(a, b) || !isShown(a) || !isShown(b),
    wereParted: (a, b) => parted.has(a, b),
    areOnOnePhoto: (a, b) => together.has(a, b),
  };
}

/** Pairs of different ids, whichever comes first. */
class Pairs {
  readonly #of = new Map<string, Set<string>>();

  constructor(pairs: readonly (readonly [string, string])[] = []) {
    for (const [a, b] of pairs) this.add(a, b);
  }

  add(a: string, b: string): void {
    if (a === b) return;
    const [first, second] = a < b ? [a, b] : [b, a];
    const there = this.#of.get(first);
    if (there === undefined) this.#of.set(first, new Set([second]));
    else there.add(second);
  }

  has(a: string, b: string): boolean {
    return this.#of.get(a < b ? a : b)?.has(a < b ? b : a) ?? false;
  }
}
