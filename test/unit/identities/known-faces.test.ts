import { KnownFaces } from '../../../src/identities/known-faces.ts';
import { distanceBetween } from '../../../src/descriptors/distance.ts';
import {
  makeFact,
  makeFaceRecord,
  makePhotoRecord,
  photoEntry,
  unitDescriptor,
} from '../../helpers/records.ts';

const model = makePhotoRecord().model;

test('search is exact over many faces and after photos are replaced', () => {
  const known = new KnownFaces(model);
  const stored = new Map<string, number>();
  let sequence = 0;
  const put = (photo: number, seed: number): void => {
    stored.set(`photo-${photo}`, seed);
    known.apply(
      photoEntry({
        assetId: `photo-${photo}`,
        sequence: ++sequence,
        faces: [makeFaceRecord({ quality: { value: 0.9, reasons: [] } }, seed)],
      }),
    );
  };
  for (let photo = 0; photo < 700; photo++) put(photo, photo);
  for (let photo = 0; photo < 700; photo += 3) put(photo, photo + 1000);
  expect(known.size).toBe(700);
  for (const probe of [5, 999, 1003, 2500]) {
    const asked = unitDescriptor(probe);
    const expected = [...stored.values()]
      .map((seed) => ({
        personId: `person-${seed}`,
        distance: distanceBetween(asked, unitDescriptor(seed)),
      }))
      .sort((a, b) => a.distance - b.distance)[0];
    const [nearest] = known.peopleNear(asked, { maxDistance: 2, exceptAssetId: 'none' });
    expect(nearest?.personId).toBe(expected?.personId);
    expect(nearest?.nearestDistance).toBeCloseTo(expected?.distance ?? -1, 6);
  }
});

test('a record that was seen already changes nothing', () => {
  const known = new KnownFaces(model);
  const face = makeFaceRecord({ quality: { value: 0.9, reasons: [] } }, 1);
  known.apply(photoEntry({ sequence: 4, faces: [face] }));
  known.apply(photoEntry({ sequence: 3, faces: [] }));
  known.apply(photoEntry({ sequence: 4, faces: [] }));
  expect({ size: known.size, sequence: known.sequence }).toEqual({ size: 1, sequence: 4 });
});

test("a photo's own faces are left out and evidence comes of the nearest three", () => {
  const known = new KnownFaces(model);
  const asked = unitDescriptor(1);
  const seeds = [11, 12, 13, 14];
  seeds.forEach((seed, i) => {
    known.apply(
      photoEntry({
        assetId: `photo-${i}`,
        sequence: i + 1,
        faces: [makeFaceRecord({ personId: 'p', quality: { value: 0.9, reasons: [] } }, seed)],
      }),
    );
  });
  const distances = seeds.map((seed) => distanceBetween(asked, unitDescriptor(seed)));
  const nearestThree = [...distances].sort((a, b) => a - b).slice(0, 3);
  const [person] = known.peopleNear(asked, { maxDistance: 2, exceptAssetId: 'none' });
  expect(person?.voters).toBe(3);
  expect(person?.evidenceDistance).toBeCloseTo(nearestThree.reduce((a, b) => a + b) / 3, 6);
  const own = distances.indexOf(Math.min(...distances));
  const [without] = known.peopleNear(asked, { maxDistance: 2, exceptAssetId: `photo-${own}` });
  expect(without?.nearestDistance).toBeGreaterThan(Math.min(...distances));
});

test('a face that a user gave to its person counts twice in the evidence', () => {
  const known = new KnownFaces(model);
  const asked = unitDescriptor(1);
  const faces = [11, 12].map((seed) =>
    makeFaceRecord({ personId: 'p', quality: { value: 0.9, reasons: [] } }, seed),
  );
  faces.forEach((face, i) => {
    known.apply(photoEntry({ assetId: `photo-${i}`, sequence: i + 1, faces: [face] }));
  });
  const [confirmed, other] = faces.map(({ faceId }) => faceId);
  const fact = makeFact({
    sequence: 3,
    body: {
      kind: 'faces-assigned',
      faceIds: [confirmed ?? ''],
      personId: 'p',
      as: 'confirmed',
    },
  });
  known.apply({ kind: 'fact', sequence: 3, fact });
  const [first = 0, second = 0] = [11, 12].map((seed) =>
    distanceBetween(asked, unitDescriptor(seed)),
  );
  const [person] = known.peopleNear(asked, { maxDistance: 2, exceptAssetId: 'none' });
  expect(confirmed).not.toBe(other);
  expect(person).toMatchObject({ voters: 2, confirmedVoters: 1 });
  expect(person?.evidenceDistance).toBeCloseTo((2 * first + second) / 3, 6);
});

test('a photo that is looked at again or removed gives up all of its places', () => {
  const known = new KnownFaces(model);
  const good = { quality: { value: 0.9, reasons: [] } };
  let sequence = 0;
  const put = (assetId: string, seeds: readonly number[]): void => {
    const faces = seeds.map((seed) => makeFaceRecord(good, seed));
    known.apply(photoEntry({ assetId, sequence: ++sequence, faces }));
  };
  put('a', [1, 2, 3]);
  put('b', [4]);
  put('c', [5, 6]);
  put('a', [7]);
  put('c', []);
  put('b', [8, 9]);
  expect(known.size).toBe(3);
  const whoIsAt = (seed: number): string | undefined =>
    known.peopleNear(unitDescriptor(seed), { maxDistance: 0.01, exceptAssetId: 'none' })[0]
      ?.personId;
  expect([7, 8, 9].map(whoIsAt)).toEqual(['person-7', 'person-8', 'person-9']);
  expect([1, 2, 3, 4, 5, 6].map(whoIsAt)).toEqual(Array.from({ length: 6 }));
});
