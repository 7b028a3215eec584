import { setTimeout } from 'node:timers/promises';

import { createLog } from '../../../src/log.ts';
import { DEFAULT_MATCH, DEFAULT_MERGE } from '../../../src/identities/thresholds.ts';
import { Directories } from '../../../src/people/directories.ts';
import { exportPeople } from '../../../src/people/export-people.ts';
import { Reapplication } from '../../../src/people/reapplication.ts';
import { ReviewList } from '../../../src/people/review-list.ts';
import { createCorrector } from '../../../src/pipeline/correct.ts';
import { importPeople } from '../../../src/pipeline/import-people.ts';
import { KnownFacesCache } from '../../../src/pipeline/known-faces-cache.ts';
import { Nearness } from '../../../src/pipeline/nearness.ts';
import { parsePeopleFile } from '../../../src/pipeline/people-file.ts';
import { createPhotoProcessor } from '../../../src/pipeline/process-photo.ts';
import { createReview } from '../../../src/pipeline/review.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { codeOf } from '../../helpers/pictures.ts';
import { unitDescriptor } from '../../helpers/records.ts';
import { blurred, descriptorAt, seenFace, seenPhoto } from '../../helpers/seen.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const MODEL = { pack: 'face-api', descriptorRevision: 1 };
const ada = unitDescriptor(1);
const folder = temporaryFolder();
let count = 0;
const stores: Store[] = [];
afterAll(() => Promise.all(stores.map((store) => store.close())));

/** A store of its own with all that decides on it; photos are what `see` was told by their path. */
async function house(): Promise<ReturnType<typeof build>> {
  const dataDir = `${folder}/${String(++count)}`;
  const store = await openStore({ dataDir, log: createLog({ level: 'silent' }) });
  stores.push(store);
  return build(store);
}

// eslint-disable-next-line @typescript-eslint/explicit-function-return-type -- what it wires is its type
function build(store: Store) {
  const seen = new Map<string, ReturnType<typeof seenPhoto>>();
  const cache = new KnownFacesCache(store);
  const directories = new Directories(store);
  const reruns: string[] = [];
  const processPhoto = createPhotoProcessor({
    store,
    cache,
    locate: (path) => Promise.resolve(path),
    see: (path) => Promise.resolve(seen.get(path)!),
    publish: () => Promise.resolve(),
    match: DEFAULT_MATCH,
    model: MODEL,
  });
  let runs = 0;
  const run = (
    assetId: string,
    options: { reconsider?: boolean } = {},
  ): ReturnType<typeof processPhoto> =>
    processPhoto(
      {
        kind: 'look',
        assetId,
        ownerId: 'o',
        path: options.reconsider === true ? null : assetId,
        runId: String(++runs),
        skipWhenCurrent: false,
        ...options,
      },
      { signal: new AbortController().signal, report: () => undefined },
    );
  return {
    store,
    seen,
    directories,
    reruns,
    run,
    look: (assetId: string, ...faces: ReturnType<typeof seenFace>[]) => {
      seen.set(assetId, seenPhoto(faces, `sum-${assetId}`));
      return run(assetId);
    },
    correct: createCorrector({ store, publish: () => Promise.resolve() }),
    learned: new Reapplication({
      directories,
      known: (ownerId) => cache.current(ownerId, MODEL),
      match: DEFAULT_MATCH,
      findPhoto: (ownerId, assetId) => store.findPhoto(ownerId, assetId),
      rerun: ({ assetId }) => {
        reruns.push(assetId);
        return Promise.resolve();
      },
    }),
    review: new ReviewList({
      directories,
      proposeMerges: (ownerId, limit) =>
        createReview({
          store,
          cache,
          model: MODEL,
          merge: DEFAULT_MERGE,
          nearness: new Nearness(),
        }).proposeMerges(ownerId, limit),
    }),
  };
}

test('after a face was given away, the faces like it are counted and follow when they are decided again', async () => {
  const home = await house();
  const child = descriptorAt(ada, 0.34, 5);
  await home.look('first', seenFace(ada));
  const person = (await home.look('child', seenFace(child))).faces[0]!;
  const like = (await home.look('like', seenFace(descriptorAt(child, 0.1, 9)))).faces[0]!;
  expect(like.personId).toBe(person.personId);
  const fact = await home.correct('o', { kind: 'split', faceIds: [person.faceId] }, 'tester');
  const counted = await home.learned.learn(fact, 10_000);
  expect(counted).toEqual({ faces: 1, photos: 1, counting: false });
  expect(await home.learned.apply('o')).toBe(1);
  expect(home.reruns).toEqual(['like']);
  const again = await home.run('like', { reconsider: true });
  const founded = fact.body.kind === 'faces-assigned' ? fact.body.personId : '';
  expect(again.faces[0]).toMatchObject({ faceId: like.faceId, personId: founded });
  expect(again.path).toBe('like');
  const undone = await home.correct('o', { kind: 'undone', factId: fact.factId }, 'tester');
  expect((await home.learned.learn(undone, 10_000)).counting).toBe(false);
});

test('deciding again takes nobody from another face, and no person from a face that matches nobody', async () => {
  const home = await house();
  const [left, right] = [seenFace(ada), seenFace(unitDescriptor(2), 1)];
  const before = await home.look('both', left, right);
  const again = await home.run('both', { reconsider: true });
  const people = (record: typeof before): unknown =>
    record.faces.map(({ faceId, personId }) => [faceId, personId]);
  expect(people(again)).toEqual(people(before));
});

test('questions are about doubtful faces and people who may be one, and each is answered once', async () => {
  const home = await house();
  await home.look('a', seenFace(ada));
  const doubtful = await home.look('b', blurred(seenFace(descriptorAt(ada, 0.36, 3))));
  const two = await home.look('c', seenFace(descriptorAt(ada, 0.38, 4)));
  expect(doubtful.faces[0]?.personId).toBeNull();
  const page = await home.review.page('o', { limit: 10 });
  expect(page.items.map(({ kind }) => kind)).toEqual(['proposed-merge', 'uncertain-face']);
  const [merge, face] = page.items as [(typeof page.items)[0], (typeof page.items)[0]];
  expect(face.faces[0]?.faceId).toBe(doubtful.faces[0]?.faceId);
  const no = await home.review.answer('o', merge.id, { answer: 'no', name: null });
  expect(no).toMatchObject({ kind: 'people-distinct' });
  await home.correct('o', no!, 'tester');
  const yes = await home.review.answer('o', face.id, { answer: 'yes', name: null });
  expect(yes).toEqual({
    kind: 'faces-assigned',
    faceIds: [doubtful.faces[0]!.faceId],
    personId: face.people[0]!.personId,
  });
  expect(await home.review.answer('o', face.id, { answer: 'skip', name: null })).toBeNull();
  expect((await home.review.page('o', { limit: 10 })).items).toEqual([]);
  const over = home.review.answer('o', merge.id, { answer: 'yes', name: null });
  expect(await codeOf(over)).toBe('REVIEW_OVER');
  expect(two.faces[0]?.isNewPerson).toBe(true);
});

async function exported(home: Awaited<ReturnType<typeof house>>): Promise<unknown> {
  const head = { format: 'immich-face-worker/people', version: 1 };
  let text = '';
  for await (const part of exportPeople(await home.directories.current('o'), head)) text += part;
  return JSON.parse(text);
}

test('moved people keep names and corrections where the photos come later, at another size', async () => {
  const old = await house();
  const [one] = (await old.look('a', seenFace(ada))).faces;
  const [two] = (await old.look('b', seenFace(unitDescriptor(2)))).faces;
  await old.correct('o', { kind: 'person-named', personId: one!.personId!, name: 'Ada' }, 't');
  const deny = { kind: 'face-denied', faceId: two!.faceId, personId: one!.personId! } as const;
  await old.correct('o', deny, 't');
  const home = await house();
  const file = await parsePeopleFile(await exported(old), () => setTimeout(0));
  const ports = { store: home.store, publish: () => Promise.resolve() };
  expect(await importPeople('o', file, ports)).toEqual({
    ...{ people: 2, names: 1, facts: 2, faces: 2, skipped: [] },
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
  const old = await house();
  const [one] = (await old.look('a', seenFace(ada))).faces;
  const [two] = (await old.look('b', seenFace(unitDescriptor(2)))).faces;
  const home = await house();
  const [here] = (await home.look('a', seenFace(ada))).faces;
  const [other] = (await home.look('b', seenFace(unitDescriptor(2)))).faces;
  await old.correct('o', { kind: 'person-named', personId: one!.personId!, name: 'Ada' }, 't');
  await old.correct('o', { kind: 'person-named', personId: two!.personId!, name: 'Bo' }, 't');
  await home.correct('o', { kind: 'person-named', personId: other!.personId!, name: 'Bob' }, 't');
  const file = await parsePeopleFile(await exported(old), () => setTimeout(0));
  const ports = { store: home.store, publish: () => Promise.resolve() };
  const report = await importPeople('o', file, ports);
  expect(report).toMatchObject({
    names: 1,
    skipped: [{ reason: 'the person is called Bob here' }],
  });
  const { people } = await home.directories.current('o');
  expect(people.stateOf(here!.personId!).name).toBe('Ada');
  expect(people.stateOf(other!.personId!).name).toBe('Bob');
  const broken = parsePeopleFile({ format: 'other' }, () => setTimeout(0));
  expect(await codeOf(broken)).toBe('IMPORT_INVALID');
});
