import { setTimeout } from 'node:timers/promises';

import type { FaceRecord } from '../../../src/identities/photo-record.ts';
import { parsePeopleFile } from '../../../src/pipeline/people-file.ts';
import { house } from '../../helpers/house.ts';
import { exported, moveInto, type House } from '../../helpers/moving.ts';
import { codeOf } from '../../helpers/pictures.ts';
import { unitDescriptor } from '../../helpers/records.ts';
import { descriptorAt, seenFace, seenPhoto } from '../../helpers/seen.ts';

const ada = unitDescriptor(1);
const bo = unitDescriptor(2);

const NO_PHOTOS = { sameId: 0, otherId: 0, waiting: 0, waitingById: 0 };

/** Ada on the photo a, and Bo on b. */
async function houseOfTwo(): Promise<{ place: House; one: FaceRecord; two: FaceRecord }> {
  const place = await house();
  const [one] = (await place.look('a', seenFace(ada))).faces;
  const [two] = (await place.look('b', seenFace(bo))).faces;
  return { place, one: one!, two: two! };
}

test('moved people keep names and corrections where the photos come later, at another size', async () => {
  const old = await house();
  const [one] = (await old.look('a', seenFace(ada))).faces;
  const [two] = (await old.look('b', seenFace(bo))).faces;
  await old.correct('o', { kind: 'person-named', personId: one!.personId!, name: 'Ada' }, 't');
  const deny = { kind: 'faces-denied', faceIds: [two!.faceId], personId: one!.personId! } as const;
  await old.correct('o', deny, 't');
  const home = await house();
  expect(await moveInto(home, await exported(old))).toEqual({
    ...{ people: 2, names: 1, facts: 2, faces: 2, skipped: [] },
    photos: { ...NO_PHOTOS, waiting: 2 },
  });
  const half = { x: 10, y: 15, width: 50, height: 60 };
  const small = seenPhoto([{ ...seenFace(ada), box: half }], 'another sum');
  home.seen.set('a', { ...small, image: { width: 720, height: 540 } });
  const [face] = (await home.run('a')).faces;
  expect(face).toMatchObject({ faceId: one!.faceId, personId: one!.personId });
  const stranger = await home.look('new', seenFace(descriptorAt(ada, 0.1, 7)));
  expect(stranger.faces[0]?.personId).toBe(one!.personId);
  const { people } = await home.directories.current('o');
  expect(people.stateOf(one!.personId!).name).toBe('Ada');
  expect(people.isDenied(two!.faceId, one!.personId!)).toBe(true);
});

test('where the photos are known already, the faces at the same place are meant, and names here stay', async () => {
  const { place: old, one, two } = await houseOfTwo();
  const { place: home, one: here, two: other } = await houseOfTwo();
  await old.correct('o', { kind: 'person-named', personId: one.personId!, name: 'Ada' }, 't');
  await old.correct('o', { kind: 'person-named', personId: two.personId!, name: 'Bo' }, 't');
  await home.correct('o', { kind: 'person-named', personId: other.personId!, name: 'Bob' }, 't');
  expect(await moveInto(home, await exported(old))).toMatchObject({
    names: 1,
    photos: { ...NO_PHOTOS, sameId: 2 },
    skipped: [{ reason: 'the person is called Bob here' }],
  });
  const { people } = await home.directories.current('o');
  expect(people.stateOf(here.personId!).name).toBe('Ada');
  expect(people.stateOf(other.personId!).name).toBe('Bob');
  const broken = parsePeopleFile({ format: 'other' }, () => setTimeout(0));
  expect(await codeOf(broken)).toBe('IMPORT_INVALID');
});

test('a merge in the file gives no name to somebody who has another one here', async () => {
  const { place: old, one, two } = await houseOfTwo();
  const { place: home, one: here, two: other } = await houseOfTwo();
  const merge = { kind: 'people-merged', from: one.personId!, into: two.personId! } as const;
  await old.correct('o', { ...merge, name: 'Ada' }, 't');
  await home.correct('o', { kind: 'person-named', personId: other.personId!, name: 'Bob' }, 't');
  expect(await moveInto(home, await exported(old))).toMatchObject({
    facts: 1,
    skipped: [{ what: expect.stringContaining('name') as string }],
  });
  const { people } = await home.directories.current('o');
  expect(people.resolve(here.personId!)).toBe(other.personId);
  expect(people.stateOf(other.personId!).name).toBe('Bob');
});

test('a file of a version that denied and ignored faces one by one is read, and written as today', async () => {
  const { place: old, one, two } = await houseOfTwo();
  const by = { at: new Date().toISOString(), by: 't' };
  const file = (await exported(old)) as object;
  const facts = [
    { kind: 'face-denied', faceId: one.faceId, personId: one.personId },
    { kind: 'face-ignored', faceId: two.faceId, reason: 'a poster' },
  ].map((body, i) => ({ ...by, factId: `fact-${i}`, body }));
  const home = await house();
  expect(await moveInto(home, { ...file, facts })).toMatchObject({ facts: 2, skipped: [] });
  const { people } = await home.directories.current('o');
  expect(people.isDenied(one.faceId, one.personId!)).toBe(true);
  expect(people.ignoredReasonOf(two.faceId)).toBe('a poster');
  expect(people.facts.map(({ body }) => body)).toEqual([
    { kind: 'faces-denied', faceIds: [one.faceId], personId: one.personId },
    { kind: 'faces-ignored', faceIds: [two.faceId], reason: 'a poster' },
  ]);
});

/** The photo of the file in a house where it has another asset id. */
function comeAs(home: House, assetId: string, former: string): ReturnType<House['run']> {
  const faces = former === 'both' ? [seenFace(ada), seenFace(bo, 1)] : [seenFace(ada)];
  home.seen.set(assetId, seenPhoto(faces, `sum-${former}`));
  return home.run(assetId);
}

async function oldHouse(): Promise<{ data: unknown; adaId: string; faceIds: string[] }> {
  const old = await house();
  const { faces } = await old.look('both', seenFace(ada), seenFace(bo, 1));
  await old.look('one', seenFace(ada));
  const adaId = faces[0]!.personId!;
  await old.correct('o', { kind: 'person-named', personId: adaId, name: 'Ada' }, 't');
  const ignored = {
    kind: 'faces-ignored',
    faceIds: [faces[1]!.faceId],
    reason: 'a poster',
  } as const;
  await old.correct('o', ignored, 't');
  return { data: await exported(old), adaId, faceIds: faces.map(({ faceId }) => faceId) };
}

test('photos that have new ids in a new Immich are known by their bytes, whether they were there before', async () => {
  const { data } = await oldHouse();
  const home = await house();
  const [here, poster] = (await comeAs(home, 'new-both', 'both')).faces;
  const report = await moveInto(home, data);
  expect(report).toMatchObject({
    photos: { ...NO_PHOTOS, otherId: 1, waiting: 1 },
    skipped: [],
    facts: 2,
  });
  const { people, photos } = await home.directories.current('o');
  expect(people.stateOf(here!.personId!).name).toBe('Ada');
  expect(people.isIgnored(poster!.faceId)).toBe(true);
  expect([...photos.keys()].sort()).toEqual(['new-both', 'one']);
  expect(await moveInto(home, data)).toMatchObject({ facts: 0, photos: report.photos });
});

test('… or come later: their faces keep ids and people, and nothing is there twice', async () => {
  const { data, adaId, faceIds } = await oldHouse();
  const home = await house();
  expect(await moveInto(home, data)).toMatchObject({ photos: { ...NO_PHOTOS, waiting: 2 } });
  const before = (await home.directories.current('o')).tallyOf(adaId);
  const { faces } = await comeAs(home, 'new-both', 'both');
  expect(faces.map(({ faceId, personId }) => [faceId, personId])).toEqual([
    [faceIds[0], adaId],
    [faceIds[1], null],
  ]);
  const twin = await comeAs(home, 'copy-of-both', 'both');
  expect(faceIds).not.toContain(twin.faces[0]!.faceId);
  expect(twin.faces[0]!.personId).toBe(adaId);
  await comeAs(home, 'new-one', 'one');
  const directory = await home.directories.current('o');
  expect([...directory.photos.keys()].sort()).toEqual(['copy-of-both', 'new-both', 'new-one']);
  expect(directory.tallyOf(adaId)).toMatchObject({ faces: before.faces + 1 });
  expect(directory.faces.get(faceIds[0]!)?.photo.assetId).toBe('new-both');
  expect((await home.store.findPhoto('o', 'both'))?.removed).toBe(true);
  const again = await moveInto(home, data);
  expect(again).toMatchObject({ facts: 0, photos: { ...NO_PHOTOS, otherId: 2 }, skipped: [] });
});

test.each([
  ['the next time', 'job', 1],
  ['when it is tried again', 'retry', 2],
])(
  'a worker that ends between taking over and removing what waited does the rest %s',
  async (_when, runId, revision) => {
    const { data, adaId } = await oldHouse();
    const home = await house();
    await moveInto(home, data);
    const { store } = home;
    const commitPhoto = store.commitPhoto.bind(store);
    store.commitPhoto = (record, replaces) =>
      record.removed ? Promise.reject(new Error('killed')) : commitPhoto(record, replaces);
    home.seen.set('new-one', seenPhoto([seenFace(ada)], 'sum-one'));
    await expect(home.run('new-one', { runId: 'job' })).rejects.toThrow('killed');
    store.commitPhoto = commitPhoto;
    expect((await home.run('new-one', { runId })).revision).toBe(revision);
    const directory = await home.directories.current('o');
    expect([...directory.photos.keys()].sort()).toEqual(['both', 'new-one']);
    expect(directory.tallyOf(adaId)).toMatchObject({ faces: 2, photos: 2 });
  },
);

test('a photo without checksum in the file is known by its id alone, and the report says so', async () => {
  const { data } = await oldHouse();
  const file = data as { photos: { assetId: string; checksum: string }[] };
  for (const photo of file.photos) photo.checksum = '';
  const home = await house();
  await comeAs(home, 'new-both', 'both');
  expect(await moveInto(home, file)).toMatchObject({
    photos: { ...NO_PHOTOS, waiting: 2, waitingById: 2 },
  });
});
