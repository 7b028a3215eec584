import { exactSearch } from 'usearch';

import { DESCRIPTOR_LENGTH } from '../../../src/descriptors/descriptor.ts';
import { Distances, nearestWithin } from '../../../src/identities/nearest-faces.ts';

/** Reproducible numbers from 0 to 1 (a linear congruential generator). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Unit vectors around a few centres, so that many lie near each other. */
function descriptors(count: number, spread: number): Float32Array {
  const next = numbers(count);
  const centres = Array.from({ length: 5 }, () =>
    Array.from({ length: DESCRIPTOR_LENGTH }, () => next() - 0.5),
  );
  const all = new Float32Array(count * DESCRIPTOR_LENGTH);
  for (let i = 0; i < count; i++) {
    const values = centres[i % 5]!.map((centre) => centre + (next() - 0.5) * spread);
    const length = Math.hypot(...values);
    values.forEach((value, k) => (all[i * DESCRIPTOR_LENGTH + k] = value / length));
  }
  return all;
}

test.each([
  [0, 0.3],
  [1, 2],
  [63, 0.3],
  [3000, 0.05],
  [3000, 0.3],
  [3000, 2],
])('native and plain search find the same among %i within %d', (count, maxDistance) => {
  const known = descriptors(count, 0.4);
  const asked = descriptors(5, 0.2).subarray(0, DESCRIPTOR_LENGTH);
  const plain = nearestWithin(known, asked, maxDistance, null);
  expect(nearestWithin(known, asked, maxDistance, exactSearch)).toEqual(plain);
  expect(nearestWithin(known, asked, maxDistance)).toEqual(plain);
  if (maxDistance === 2) expect(plain).toHaveLength(count);
});

test('views into larger buffers are read where they begin', () => {
  const all = descriptors(200, 0.4);
  const known = all.subarray(7 * DESCRIPTOR_LENGTH, 107 * DESCRIPTOR_LENGTH);
  const asked = all.subarray(31 * DESCRIPTOR_LENGTH, 32 * DESCRIPTOR_LENGTH);
  const found = nearestWithin(known, asked, 0.3, exactSearch);
  expect(found[0]).toEqual({ place: 24, distance: 0 });
  expect(found).toEqual(nearestWithin(known, asked, 0.3, null));
});

test('the native search is what runs where it is installed', () => {
  let calls = 0;
  const known = descriptors(10, 0.4);
  const counting: typeof exactSearch = (...given) => {
    calls++;
    return exactSearch(...given);
  };
  nearestWithin(known, known.subarray(0, DESCRIPTOR_LENGTH), 0.3, counting);
  expect(calls).toBe(1);
});

test.each([null, exactSearch])('the nearest few of many places, alike or apart (%#)', (search) => {
  const known = descriptors(3000, 0.4);
  const twins = new Float32Array(known.length * 2);
  twins.set(known);
  twins.set(known, known.length);
  const asked = descriptors(5, 0.2).subarray(0, DESCRIPTOR_LENGTH);
  const distances = new Distances(twins, asked, search);
  const places = new Set(Array.from({ length: 6000 }, (_, place) => place).filter((n) => n % 7));
  const expected = nearestWithin(twins, asked, 2, null).filter(({ place }) => places.has(place));
  expect(distances.nearest(places, 5)).toEqual(expected.slice(0, 5));
  expect(distances.nearest([4, 2], 5)).toEqual(
    expected.filter(({ place }) => [4, 2].includes(place)),
  );
  expect(distances.nearest([], 3)).toEqual([]);
});
