import type { PhotoPair, PhotoSet } from '../../../scripts/eval/data/labelled-photo.ts';
import {
  bestAccuracy,
  bestThreshold,
  foldedAccuracy,
} from '../../../scripts/eval/verification/accuracy.ts';
import type { DescriptorTable } from '../../../scripts/eval/verification/descriptor-table.ts';
import {
  countBelow,
  equalErrorRate,
  trueAcceptRate,
} from '../../../scripts/eval/verification/error-rates.ts';
import { comparePairs } from '../../../scripts/eval/verification/pair-distances.ts';
import { verify } from '../../../scripts/eval/verification/verify.ts';

/** Sorted distances in float32, without photos that have no face. */
function distances(same: number[], different: number[]): Parameters<typeof bestThreshold>[0] {
  return {
    same: Float32Array.from(same),
    different: Float32Array.from(different),
    sameWithoutFace: 0,
    differentWithoutFace: 0,
  };
}

function rated(same: number[], different: number[]): Parameters<typeof trueAcceptRate>[0] {
  const { same: first, different: second } = distances(same, different);
  return { same: first, different: second, sameTotal: same.length };
}

/** Photos on a line, one number each; null: without a face. */
function table(values: readonly (number | null)[]): DescriptorTable {
  return {
    length: 1,
    values: Float32Array.from(values, (value) => value ?? 0),
    present: values.map((value) => value !== null),
  };
}

function setOf(people: string, pairs: readonly PhotoPair[] | null = null, folds = 0): PhotoSet {
  const photos = Array.from(people).map((person, i) => ({ path: `/p/${i}.jpg`, person }));
  return { name: 'test', photos, pairs, folds, labelledFace: 'largest' };
}

describe('true accept rate', () => {
  const four = rated([0.1, 0.2, 0.3, 0.6], [0.25, 0.5, 0.7, 0.9]);

  test('no false accept allowed: what lies below the nearest different pair', () => {
    expect(trueAcceptRate(four, 0.1)).toEqual({ rate: 2 / 4, threshold: 0.25 });
  });

  test('a quarter of four: one may be accepted, the next is the threshold', () => {
    expect(trueAcceptRate(four, 0.25)).toEqual({ rate: 3 / 4, threshold: 0.5 });
    expect(trueAcceptRate(four, 0.49)).toEqual({ rate: 3 / 4, threshold: 0.5 });
    expect(trueAcceptRate(four, 0.5)).toEqual({ rate: 1, threshold: Math.fround(0.7) });
  });

  test('a same pair as far as the refused different one is refused too', () => {
    expect(trueAcceptRate(rated([0.1, 0.5], [0.5, 0.6]), 0.1).rate).toBe(1 / 2);
  });

  test('all may be accepted', () => {
    expect(trueAcceptRate(four, 1)).toEqual({ rate: 1, threshold: Infinity });
  });

  test('pairs that could not be compared are refused', () => {
    expect(trueAcceptRate({ ...four, sameTotal: 8 }, 0.25).rate).toBe(3 / 8);
  });

  test('nothing to tell from', () => {
    expect(trueAcceptRate(rated([0.1], []), 0.1).rate).toBeNull();
    expect(trueAcceptRate(rated([], [0.1]), 0.1).rate).toBeNull();
  });

  test('0.1 % of 3,000 is three, in spite of rounding', () => {
    const many = rated(
      [0.0025],
      Array.from({ length: 3000 }, (_, i) => (i + 1) / 1000),
    );
    expect(trueAcceptRate(many, 0.001).threshold).toBeCloseTo(0.004, 6);
  });
});

describe('equal error rate', () => {
  test('apart: none', () => {
    expect(equalErrorRate(rated([0.1, 0.2], [0.3, 0.4]))).toBe(0);
  });

  test('one of four on each side', () => {
    expect(equalErrorRate(rated([0.1, 0.2, 0.3, 0.6], [0.4, 0.7, 0.8, 0.9]))).toBe(1 / 4);
  });

  test('the wrong way round: all', () => {
    expect(equalErrorRate(rated([0.8, 0.9], [0.1, 0.2]))).toBe(1);
  });

  test('where the rates do not meet, the mean of the two nearest', () => {
    // At 0.3: refused 1 of 2, accepted 0 of 3, gap 1/2. Above it: refused 1/2, accepted 1/3.
    expect(equalErrorRate(rated([0.1, 0.5], [0.3, 0.6, 0.7]))).toBeCloseTo((1 / 2 + 1 / 3) / 2, 12);
  });

  test('agrees with trying every threshold', () => {
    for (let seed = 1; seed <= 20; seed++) {
      let state = seed;
      const random = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
      const sorted = (count: number, offset: number): number[] =>
        Array.from({ length: count }, () => Math.fround(random() + offset)).sort((a, b) => a - b);
      const one = rated(sorted(7 + seed, 0), sorted(30 - seed, 0.3));
      const thresholds = [...one.same, ...one.different, 5];
      const best = thresholds
        .map((threshold) => ({
          refused: 1 - countBelow(one.same, threshold) / one.sameTotal,
          accepted: countBelow(one.different, threshold) / one.different.length,
        }))
        .sort((a, b) => Math.abs(a.refused - a.accepted) - Math.abs(b.refused - b.accepted))[0]!;
      const gap = Math.abs(best.refused - best.accepted);
      expect(
        Math.abs(equalErrorRate(one)! - (best.refused + best.accepted) / 2),
      ).toBeLessThanOrEqual(gap / 2 + 1e-9);
    }
  });
});

describe('accuracy', () => {
  test('the best threshold is halfway between its neighbours', () => {
    expect(bestThreshold(distances([0.1, 0.2], [0.4, 0.5]))).toBeCloseTo(0.3, 6);
  });

  test('copies of one photo are taken for one person', () => {
    expect(bestAccuracy(distances([0, 0], [])).ofAllPairs).toBe(1);
  });

  test('overlap, by hand: one of six is wrong', () => {
    const { ofAllPairs, threshold } = bestAccuracy(distances([0.1, 0.2, 0.6], [0.4, 0.7, 0.8]));
    expect(ofAllPairs).toBeCloseTo(5 / 6, 12);
    // 0.3 and 0.65 are equally good; of an even number the upper is taken.
    expect(threshold).toBeCloseTo(0.65, 6);
  });

  test('equal distances cannot be parted', () => {
    expect(bestAccuracy(distances([0.3, 0.3], [0.3])).ofAllPairs).toBeCloseTo(2 / 3, 12);
  });

  test('pairs without a face are wrong, and left out of the other figure', () => {
    const withMissing = { ...distances([0.1], [0.9]), sameWithoutFace: 1, differentWithoutFace: 1 };
    expect(bestAccuracy(withMissing)).toMatchObject({ ofAllPairs: 1 / 2, ofPairsWithFaces: 1 });
  });

  test('each fold is tested at the threshold of the others', () => {
    // Fold 0: same at 1, different at 3. Fold 1: same at 4, different at 10.
    const pair = (second: number, same: boolean, fold: number): PhotoPair => {
      return { first: 0, second, same, fold };
    };
    const pairs = [pair(1, true, 0), pair(2, false, 0), pair(3, true, 1), pair(4, false, 1)];
    const set = setOf('aaaaa', pairs, 2);
    // Fold 0 at (4+10)/2 = 7: different at 3 is wrong, 1/2. Fold 1 at 2: same at 4 is wrong, 1/2.
    const accuracy = foldedAccuracy(set, table([0, 1, 3, 4, 10]));
    expect(accuracy).toMatchObject({
      ofAllPairs: 1 / 2,
      ofPairsWithFaces: 1 / 2,
      standardError: 0,
    });
    expect(accuracy.threshold).toBeCloseTo(4.5, 6);
  });
});

describe('pairs', () => {
  test('every photo with every other, those without a face apart, the worst kept', () => {
    const found = comparePairs(setOf('aaabb'), table([0, 1, null, 1.5, 4]));
    expect([...found.same]).toEqual([1, 2.5]);
    expect([...found.different]).toEqual([0.5, 1.5, 3, 4]);
    expect(found).toMatchObject({ sameWithoutFace: 2, differentWithoutFace: 2 });
    expect(found.falseMatches[0]).toEqual({ first: 1, second: 3, distance: 0.5 });
    expect(found.misses.map(({ distance }) => distance)).toEqual([2.5, 1]);
  });

  test('only the pairs of the file', () => {
    const pairs = [{ first: 0, second: 4, same: false, fold: 0 }];
    const found = comparePairs(setOf('aaabb', pairs), table([0, 1, null, 1.5, 4]));
    expect([[...found.same], [...found.different]]).toEqual([[], [4]]);
  });

  test('millions are kept exactly and in order', () => {
    const people = 300;
    const photos = Array.from({ length: people * 7 }, (_, i) => ({
      path: `/p/${i}.jpg`,
      person: `p${i % people}`,
    }));
    const set: PhotoSet = { ...setOf(''), photos };
    const values = photos.map(({ person }, i) => Number(person.slice(1)) + i / 1e5);
    const { verification, distances: found } = verify(set, table(values));
    expect(found.same).toHaveLength(people * 21);
    expect(found.different).toHaveLength((2100 * 2099) / 2 - people * 21);
    expect(verification).toMatchObject({ accuracy: 1, equalErrorRate: 0 });
    expect(verification.tarAtFar).toEqual({ '0.01': 1, '0.001': 1, '0.0001': 1 });
  });
});
