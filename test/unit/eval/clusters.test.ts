import {
  bcubed,
  fragments,
  pairwise,
  type Placed,
} from '../../../scripts/eval/identification/clusters.ts';

/** Each word is a photo: its person and the cluster it was put in, `-` for none. */
function placed(text: string): Placed[] {
  return text
    .split(' ')
    .map(([label = '', cluster = '']) => ({ label, cluster: cluster === '-' ? null : cluster }));
}

test('all right: every figure is one', () => {
  const photos = placed('a1 a1 a1 b2 b2 c3');
  expect(bcubed(photos)).toEqual({ precision: 1, recall: 1, f: 1 });
  expect(pairwise(photos)).toEqual({ precision: 1, recall: 1, f: 1 });
  expect(fragments(photos)).toEqual({
    people: 3,
    founded: 3,
    split: 0,
    fragmentsPerPerson: 1,
    mixed: 0,
    peoplePerFounded: 1,
  });
});

test('a split and a mixture, by hand', () => {
  // Cluster 1: a a b; cluster 2: a; cluster 3: b. Person a: 3 photos, b: 2.
  const photos = placed('a1 a1 a2 b1 b3');
  // Precision: a1 2/3 twice, a2 1, b1 1/3, b3 1 → (4/3 + 1 + 1/3 + 1) / 5 = 11/15.
  // Recall: a1 2/3 twice, a2 1/3, b 1/2 twice → (4/3 + 1/3 + 1) / 5 = 8/15.
  const found = bcubed(photos);
  expect(found.precision).toBeCloseTo(11 / 15, 12);
  expect(found.recall).toBeCloseTo(8 / 15, 12);
  expect(found.f).toBeCloseTo((2 * 11 * 8) / 15 / 19, 12);
  // Joined pairs: three in cluster 1, one of them right. Pairs of one person: 3 + 1.
  expect(pairwise(photos)).toMatchObject({ precision: 1 / 3, recall: 1 / 4 });
  expect(pairwise(photos).f).toBeCloseTo(2 / 7, 12);
  expect(fragments(photos)).toEqual({
    people: 2,
    founded: 3,
    split: 2,
    fragmentsPerPerson: 2,
    mixed: 1,
    peoplePerFounded: 4 / 3,
  });
});

test('one for all: recall one, precision as large as the people are', () => {
  const found = bcubed(placed('a1 a1 b1 b1'));
  expect(found).toEqual({ precision: 1 / 2, recall: 1, f: 2 / 3 });
  expect(pairwise(placed('a1 a1 b1 b1'))).toEqual({ precision: 1 / 3, recall: 1, f: 1 / 2 });
});

test('photos left unknown are alone, each by itself', () => {
  const found = bcubed(placed('a- a- b1 b1'));
  expect(found).toEqual({ precision: 1, recall: 3 / 4, f: 6 / 7 });
  expect(pairwise(placed('a- a- b1 b1'))).toEqual({ precision: 1, recall: 1 / 2, f: 2 / 3 });
  expect(fragments(placed('a- a- b1 b1'))).toMatchObject({ people: 1, founded: 1, split: 0 });
});

test('the names of clusters and people may be anything', () => {
  const photos = [
    { label: 'a b', cluster: 'c' },
    { label: 'a', cluster: 'b c' },
  ];
  expect(bcubed(photos)).toEqual({ precision: 1, recall: 1, f: 1 });
});
