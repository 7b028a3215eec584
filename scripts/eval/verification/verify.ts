import type { PhotoSet } from '../data/labelled-photo.ts';
import { bestAccuracy, foldedAccuracy, type Accuracy } from './accuracy.ts';
import type { DescriptorTable } from './descriptor-table.ts';
import { equalErrorRate, trueAcceptRate, type Rated } from './error-rates.ts';
import { comparePairs, type PairDistances } from './pair-distances.ts';

/** Shares of different pairs at which acceptance of same pairs is given; the keys of `--json`. */
export const FALSE_ACCEPT_RATES = ['0.01', '0.001', '0.0001'] as const;

export type RateByFar = Readonly<Record<(typeof FALSE_ACCEPT_RATES)[number], number | null>>;

/** What `--json` says of one set's pairs. */
export interface Verification {
  /** Of all pairs; one with a photo without a face is wrong. */
  readonly accuracy: number | null;
  readonly accuracyMethod: Accuracy['method'];
  readonly accuracyStandardError: number | null;
  readonly accuracyThreshold: number | null;
  readonly equalErrorRate: number | null;
  /** Of all same pairs; one with a photo without a face is refused. */
  readonly tarAtFar: RateByFar;
  readonly thresholdAtFar: RateByFar;
  readonly pairs: {
    readonly same: number;
    readonly different: number;
    readonly sameWithoutFace: number;
    readonly differentWithoutFace: number;
  };
  readonly ofPairsWithFaces: {
    readonly accuracy: number | null;
    readonly equalErrorRate: number | null;
    readonly tarAtFar: RateByFar;
  };
}

/** Measures how well distances tell same pairs from different ones. */
export function verify(
  set: PhotoSet,
  table: DescriptorTable,
): { verification: Verification; distances: PairDistances } {
  const distances = comparePairs(set, table);
  const { same, different, sameWithoutFace, differentWithoutFace } = distances;
  const accuracy = set.folds >= 2 ? foldedAccuracy(set, table) : bestAccuracy(distances);
  const all: Rated = { same, different, sameTotal: same.length + sameWithoutFace };
  const withFaces: Rated = { same, different, sameTotal: same.length };
  return {
    distances,
    verification: {
      accuracy: accuracy.ofAllPairs,
      accuracyMethod: accuracy.method,
      accuracyStandardError: accuracy.standardError,
      accuracyThreshold: accuracy.threshold,
      equalErrorRate: equalErrorRate(all),
      tarAtFar: byFar((far) => trueAcceptRate(all, far).rate),
      thresholdAtFar: byFar((far) => trueAcceptRate(all, far).threshold),
      pairs: {
        same: all.sameTotal,
        different: different.length + differentWithoutFace,
        sameWithoutFace,
        differentWithoutFace,
      },
      ofPairsWithFaces: {
        accuracy: accuracy.ofPairsWithFaces,
        equalErrorRate: equalErrorRate(withFaces),
        tarAtFar: byFar((far) => trueAcceptRate(withFaces, far).rate),
      },
    },
  };
}

function byFar(rate: (far: number) => number | null): RateByFar {
  const [a, b, c] = FALSE_ACCEPT_RATES;
  return { [a]: rate(Number(a)), [b]: rate(Number(b)), [c]: rate(Number(c)) };
}
