/** Sorted distances of same and different pairs, and how many same pairs there are in all. */
export interface Rated {
  readonly same: Float32Array;
  readonly different: Float32Array;
  /** With those that could not be compared, which count as missed. */
  readonly sameTotal: number;
}

export interface TrueAcceptRate {
  /** Null when there is no pair of one of the kinds. */
  readonly rate: number | null;
  /** Distance below which pairs are taken for one person. */
  readonly threshold: number | null;
}

/**
 * Share of the same pairs that are accepted at the loosest threshold at which at most `far` of the
 * different pairs are. A step, nothing is interpolated: with n different pairs floor(n × far) of them
 * may be accepted, so the threshold is the distance of the next one, which is refused.
 */
export function trueAcceptRate(rated: Rated, far: number): TrueAcceptRate {
  const { same, different, sameTotal } = rated;
  if (sameTotal === 0 || different.length === 0) return { rate: null, threshold: null };
  const allowed = Math.floor(different.length * far + 1e-9);
  const threshold = different[allowed] ?? Infinity;
  return { rate: countBelow(same, threshold) / sameTotal, threshold };
}

/**
 * Where as large a share of different pairs is accepted as of same pairs refused: the mean of the two
 * at the threshold where they differ least.
 */
export function equalErrorRate(rated: Rated): number | null {
  const { same, different, sameTotal } = rated;
  if (sameTotal === 0 || different.length === 0) return null;
  let best = { gap: Infinity, rate: 1 };
  const consider = (threshold: number): void => {
    const refused = 1 - countBelow(same, threshold) / sameTotal;
    const accepted = countBelow(different, threshold) / different.length;
    const gap = Math.abs(refused - accepted);
    if (gap < best.gap) best = { gap, rate: (refused + accepted) / 2 };
  };
  // The rates cross once: as the threshold grows, one only falls and the other only rises.
  let [from, to] = [0, different.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const threshold = different[middle] as number;
    const refused = 1 - countBelow(same, threshold) / sameTotal;
    if (refused > countBelow(different, threshold) / different.length) from = middle + 1;
    else to = middle;
  }
  for (const place of [from - 1, from]) consider(different[place] ?? Infinity);
  let place = countBelow(same, different[from - 1] ?? 0);
  const end = countBelow(same, different[from] ?? Infinity);
  for (; place <= end; place++) consider(same[place] ?? Infinity);
  return best.rate;
}

/** How many of ascending values lie below a limit. */
export function countBelow(ascending: Float32Array, limit: number): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] as number) < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}
