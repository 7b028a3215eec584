import type { PhotoSet } from '../data/labelled-photo.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import { countBelow } from './error-rates.ts';
import { comparePairs, type PairDistances } from './pair-distances.ts';

export interface Accuracy {
  readonly method: 'mean over folds, threshold of the other folds' | 'best threshold on the set';
  /** Of all pairs: one with a photo without a face is counted as wrong, same or different. */
  readonly ofAllPairs: number | null;
  readonly ofPairsWithFaces: number | null;
  /** Standard error of the mean over folds. */
  readonly standardError: number | null;
  /** The mean one where folds have one each. */
  readonly threshold: number | null;
}

type Distances = Pick<
  PairDistances,
  'same' | 'different' | 'sameWithoutFace' | 'differentWithoutFace'
>;

/** Accuracy as LFW asks for it: each fold is tested at the threshold that suits the other folds best. */
export function foldedAccuracy(set: PhotoSet, table: DescriptorTable): Accuracy {
  const pairs = set.pairs ?? [];
  const scores = Array.from({ length: set.folds }, (_, fold) => {
    const others = { ...set, pairs: pairs.filter((pair) => pair.fold !== fold) };
    const own = { ...set, pairs: pairs.filter((pair) => pair.fold === fold) };
    const threshold = bestThreshold(comparePairs(others, table));
    return { threshold, ...scoreAt(comparePairs(own, table), threshold) };
  });
  const all = scores.map(({ ofAllPairs }) => ofAllPairs ?? 0);
  return {
    method: 'mean over folds, threshold of the other folds',
    ofAllPairs: mean(all),
    ofPairsWithFaces: mean(scores.flatMap(({ ofPairsWithFaces }) => ofPairsWithFaces ?? [])),
    standardError: deviation(all) / Math.sqrt(set.folds),
    threshold: mean(scores.map(({ threshold }) => threshold)),
  };
}

/** Accuracy at the threshold that suits these very pairs best, which flatters a little. */
export function bestAccuracy(distances: Distances): Accuracy {
  const threshold = bestThreshold(distances);
  return {
    method: 'best threshold on the set',
    ...scoreAt(distances, threshold),
    standardError: null,
    threshold,
  };
}

/** Beyond the greatest distance, so that all pairs can be taken for one person, also those 0 apart. */
const JUST_BEYOND = 1e-6;

/**
 * The threshold below which pairs are to be taken for one person so that most come out right, halfway
 * between two neighbouring distances; among equally good ones the middle one.
 */
export function bestThreshold({ same, different }: Distances): number {
  let [nextSame, nextDifferent] = [0, 0];
  let most = different.length;
  let best = [0];
  while (nextSame < same.length || nextDifferent < different.length) {
    const here = Math.min(same[nextSame] ?? Infinity, different[nextDifferent] ?? Infinity);
    // Equal distances cannot be parted.
    while (same[nextSame] === here) nextSame++;
    while (different[nextDifferent] === here) nextDifferent++;
    const right = nextSame + different.length - nextDifferent;
    if (right < most) continue;
    if (right > most) best = [];
    most = right;
    const next = Math.min(same[nextSame] ?? Infinity, different[nextDifferent] ?? Infinity);
    best.push(next === Infinity ? here + JUST_BEYOND : (here + next) / 2);
  }
  return best[best.length >> 1] as number;
}

function scoreAt(
  { same, different, sameWithoutFace, differentWithoutFace }: Distances,
  threshold: number,
): Pick<Accuracy, 'ofAllPairs' | 'ofPairsWithFaces'> {
  const compared = same.length + different.length;
  const right = countBelow(same, threshold) + different.length - countBelow(different, threshold);
  const all = compared + sameWithoutFace + differentWithoutFace;
  return {
    ofAllPairs: all === 0 ? null : right / all,
    ofPairsWithFaces: compared === 0 ? null : right / compared,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
