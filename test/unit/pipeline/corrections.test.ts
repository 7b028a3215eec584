import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import { DEFAULT_MATCH } from '../../../src/identities/thresholds.ts';
import type { Fact } from '../../../src/identities/journal/fact.ts';
import { People } from '../../../src/identities/journal/people.ts';
import type { Correction } from '../../../src/identities/journal/plan-fact.ts';
import type { FaceRecord, PhotoRecord } from '../../../src/identities/photo-record.ts';
import { createLog } from '../../../src/log.ts';
import { createCorrector } from '../../../src/pipeline/correct.ts';
import { createPhotoProcessor, type ProcessPhoto } from '../../../src/pipeline/process-photo.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { codeOf, tempFolder } from '../../helpers/pictures.ts';
import { unitDescriptor } from '../../helpers/records.ts';
import { descriptorAt, seenFace, seenPhoto } from '../../helpers/seen.ts';

const ada = unitDescriptor(1);
const bob = unitDescriptor(2);
const context = { signal: new AbortController().signal, report: () => undefined };

let folder: Awaited<ReturnType<typeof tempFolder>>;
let store: Store;
let photos: Map<string, SeenPhoto>;
let runs = 0;

beforeEach(async () => {
  folder = await tempFolder();
  store = await openStore({ dataDir: folder.path, log: createLog({ level: 'silent' }) });
  photos = new Map();
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

function worker(
  options: {
    descriptorRevision?: number;
    distance?: number;
    beforeSeeing?: () => Promise<void>;
  } = {},
): ProcessPhoto {
  const { descriptorRevision = 1, distance = DEFAULT_MATCH.distance } = options;
  return createPhotoProcessor({
    store,
    locate: (path) => Promise.resolve(path),
    see: async (path) => {
      const seen = photos.get(path) as SeenPhoto;
      await options.beforeSeeing?.();
      return { ...seen, model: { ...seen.model, descriptorRevision } };
    },
    publish: (record) => store.markPublished(record.ownerId, record.assetId, record.revision),
    match: { ...DEFAULT_MATCH, distance },
    model: { pack: 'face-api', descriptorRevision },
  });
}

function run(
  process: ProcessPhoto,
  assetId: string,
  kind: 'look' | 'remove' | 'backfill' = 'look',
): Promise<PhotoRecord> {
  const runId = `run-${++runs}`;
  const isBackfill = kind === 'backfill';
  const task = { assetId, ownerId: 'owner', path: `/${assetId}`, runId };
  return process(
    { ...task, kind: isBackfill ? 'look' : kind, skipWhenCurrent: isBackfill },
    context,
  );
}

function correct(correction: Correction): Promise<Fact> {
  const publish = (): Promise<void> => Promise.resolve();
  return createCorrector({ store, publish })('owner', correction, 'tester');
}

/** Ada on a, b and c; Bob on b and d. */
async function library(process: ProcessPhoto): Promise<Record<string, PhotoRecord>> {
  photos.set('/a', seenPhoto([seenFace(ada)], 'a'));
  photos.set('/b', seenPhoto([seenFace(descriptorAt(ada, 0.2, 7), 0), seenFace(bob, 1)], 'b'));
  photos.set('/c', seenPhoto([seenFace(descriptorAt(ada, 0.2, 8))], 'c'));
  photos.set('/d', seenPhoto([seenFace(descriptorAt(bob, 0.2, 9))], 'd'));
  const records: Record<string, PhotoRecord> = {};
  for (const asset of ['a', 'b', 'c', 'd']) records[asset] = await run(process, asset);
  return records;
}

function face(record: PhotoRecord | undefined, place = 0): FaceRecord {
  return record?.faces[place] as FaceRecord;
}

const idsOf = (records: Record<string, PhotoRecord>): unknown =>
  Object.values(records).map(({ faces }) => faces.map((one) => [one.faceId, one.personId]));

test('names, merges and corrections survive re-runs, new thresholds and a raised revision', async () => {
  const process = worker();
  const records = await library(process);
  const [adaId, bobId] = [face(records['a']).personId ?? '', face(records['d']).personId ?? ''];
  expect(face(records['c']).personId).toBe(adaId);
  await correct({ kind: 'person-named', personId: adaId, name: 'Ada' });
  await correct({ kind: 'faces-denied', faceIds: [face(records['c']).faceId], personId: adaId });
  await correct({ kind: 'faces-assigned', faceIds: [face(records['d']).faceId], personId: adaId });
  const expected = {
    ...records,
    c: { ...records['c'], faces: [{ ...face(records['c']), personId: null }] },
    d: { ...records['d'], faces: [{ ...face(records['d']), personId: adaId }] },
  } as Record<string, PhotoRecord>;
  for (const again of [
    worker(),
    worker({ distance: 0.2 }),
    worker({ distance: 0.5 }),
    worker({ descriptorRevision: 2 }),
  ]) {
    const rerun: Record<string, PhotoRecord> = {};
    for (const asset of Object.keys(records)) rerun[asset] = await run(again, asset);
    expect(idsOf(rerun)).toEqual(idsOf(expected));
    expect(face(rerun['d']).assignedBy).toBe('user');
  }
  expect(face(records['b'], 1).personId).toBe(bobId);
});

test.each([
  ['a raised revision', ''],
  ['previews made anew and a raised revision', '-anew'],
])(
  'a backfill after %s looks at each photo once, and keeps ids, names and corrections',
  async (_what, anew) => {
    const records = await library(worker());
    const adaId = face(records['a']).personId ?? '';
    await correct({ kind: 'person-named', personId: adaId, name: 'Ada' });
    await correct({
      kind: 'faces-assigned',
      faceIds: [face(records['d']).faceId],
      personId: adaId,
    });
    const expected = {
      ...records,
      d: { ...records['d'], faces: [{ ...face(records['d']), personId: adaId }] },
    };
    for (const seen of photos.values()) Object.assign(seen, { checksum: seen.checksum + anew });
    const raised = worker({ descriptorRevision: 2 });
    for (const revision of [2, 2]) {
      const seen: Record<string, PhotoRecord> = {};
      for (const asset of Object.keys(records)) seen[asset] = await run(raised, asset, 'backfill');
      expect(idsOf(seen)).toEqual(idsOf(expected as Record<string, PhotoRecord>));
      for (const record of Object.values(seen)) {
        expect(record).toMatchObject({ revision, model: { descriptorRevision: 2 } });
      }
    }
    const people = People.of(await store.readFacts('owner'));
    expect(people.stateOf(adaId).name).toBe('Ada');
  },
);

test('what is undone after a re-run is as before', async () => {
  const process = worker();
  const records = await library(process);
  const adaId = face(records['a']).personId ?? '';
  const bobId = face(records['d']).personId ?? '';
  const facts = [
    await correct({ kind: 'people-merged', from: adaId, into: bobId, name: 'Both' }),
    await correct({ kind: 'faces-denied', faceIds: [face(records['c']).faceId], personId: bobId }),
  ];
  photos.set('/e', seenPhoto([seenFace(descriptorAt(ada, 0.1, 10))], 'e'));
  expect(face(await run(process, 'e')).personId).toBe(bobId);
  for (const asset of Object.keys(records)) await run(process, asset);
  for (const fact of facts) await correct({ kind: 'undone', factId: fact.factId });
  const after: Record<string, PhotoRecord> = {};
  for (const asset of Object.keys(records)) after[asset] = await run(process, asset);
  expect(idsOf(after)).toEqual(idsOf(records));
  // Joined while the two were one, it goes with the face that spoke for it.
  expect(face(await run(process, 'e')).personId).toBe(adaId);
});

test('a correction counts for the next photo', async () => {
  const process = worker();
  const records = await library(process);
  const bobId = face(records['d']).personId ?? '';
  const split = await correct({ kind: 'split', faceIds: [face(records['d']).faceId] });
  const founded = split.changes.faces[0]?.after;
  photos.set('/e', seenPhoto([seenFace(descriptorAt(bob, 0.19, 9))], 'e'));
  expect([founded, bobId]).toContain(face(await run(process, 'e')).personId);
  expect(face(await run(worker(), 'd')).personId).toBe(founded);
});

test('a face that a user spoke of stays when the detector misses it', async () => {
  const process = worker();
  const records = await library(process);
  const bobsFace = face(records['b'], 1);
  await correct({ kind: 'person-named', personId: bobsFace.personId ?? '', name: 'Bob' });
  await correct({
    kind: 'faces-assigned',
    faceIds: [bobsFace.faceId],
    personId: bobsFace.personId ?? '',
  });
  photos.set('/b', seenPhoto([seenFace(descriptorAt(ada, 0.2, 7), 0)], 'b'));
  const missed = await run(process, 'b');
  expect(missed.faces.map(({ faceId }) => faceId)).toContain(bobsFace.faceId);
  expect(missed.faces[1]?.explanation.rule).toBe('not-seen-again');
});

test('a removed asset leaves nothing but word of it, and can come back', async () => {
  const process = worker();
  await library(process);
  const gone = await run(process, 'a', 'remove');
  expect(gone).toMatchObject({ removed: true, revision: 2, faces: [], checksum: '', path: null });
  expect(await store.countPhotos('owner')).toBe(3);
  expect((await store.listFaces('owner')).some(({ assetId }) => assetId === 'a')).toBe(false);
  photos.set('/e', seenPhoto([seenFace(ada)], 'e'));
  const explained = face(await run(process, 'e')).explanation.candidates[0];
  expect(explained?.voters).toBe(2);
  expect(await run(process, 'a')).toMatchObject({ removed: false, revision: 3 });
  expect(await codeOf(run(process, 'never-seen', 'remove'))).toBe('PHOTO_NOT_KNOWN');
});

test('an older look never overwrites a newer picture or a removal', async () => {
  const process = worker();
  await library(process);
  const overtaken = worker({
    beforeSeeing: async () => {
      photos.set('/a', seenPhoto([seenFace(bob)], 'replaced'));
      await run(process, 'a');
    },
  });
  expect(await codeOf(run(overtaken, 'a'))).toBe('PHOTO_CHANGED');
  expect(await store.findPhoto('owner', 'a')).toMatchObject({ checksum: 'replaced', revision: 2 });
  const removed = worker({
    beforeSeeing: async () => {
      await run(process, 'a', 'remove');
    },
  });
  expect(await codeOf(run(removed, 'a'))).toBe('PHOTO_CHANGED');
  expect(await store.findPhoto('owner', 'a')).toMatchObject({ removed: true, revision: 3 });
});

test('a job that another worker has done meanwhile writes nothing more', async () => {
  photos.set('/a', seenPhoto([seenFace(ada)], 'a'));
  const task = {
    kind: 'look',
    assetId: 'a',
    ownerId: 'owner',
    path: '/a',
    runId: 'stalled',
  } as const;
  const second = worker();
  const first = worker({
    beforeSeeing: async () => {
      await second({ ...task, skipWhenCurrent: false }, context);
    },
  });
  expect(await first({ ...task, skipWhenCurrent: false }, context)).toMatchObject({ revision: 1 });
  expect(await store.headSequence('owner')).toBe(1);
});

test('workers that know a forgotten owner begin anew', async () => {
  const process = worker();
  await library(process);
  await store.forgetOwner('owner');
  const again = await run(process, 'a');
  expect(again).toMatchObject({ sequence: 1, revision: 1 });
  expect(face(again)).toMatchObject({ isNewPerson: true });
});

test('corrections race with workers and each other without loss', async () => {
  const process = worker();
  const records = await library(process);
  const adaId = face(records['a']).personId ?? '';
  const uploads = Array.from({ length: 12 }, (_, i) => {
    photos.set(`/u${i}`, seenPhoto([seenFace(descriptorAt(ada, 0.15, 40 + i))], `u${i}`));
    return run(worker(), `u${i}`);
  });
  const names = Array.from({ length: 8 }, (_, i) =>
    correct({ kind: 'person-named', personId: adaId, name: `Ada ${i}` }),
  );
  const uploaded = await Promise.all(uploads);
  await Promise.all(names);
  expect(new Set(uploaded.map((record) => face(record).personId))).toEqual(new Set([adaId]));
  expect(await store.readFacts('owner')).toHaveLength(8);
  const entries = await store.readEntriesAfter('owner', 0, 100);
  expect(entries.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 24 }, (_, i) => i + 1),
  );
});

test('a correction before which another was written is planned again with it', async () => {
  const records = await library(worker());
  const [from, into] = [face(records['a']).personId ?? '', face(records['d']).personId ?? ''];
  const { faceId } = face(records['c']);
  const readFacts = store.readFacts.bind(store);
  store.readFacts = async (ownerId) => {
    const facts = await readFacts(ownerId);
    store.readFacts = readFacts;
    await correct({ kind: 'people-merged', from, into, name: null });
    return facts;
  };
  const denied = await correct({ kind: 'faces-denied', faceIds: [faceId], personId: from });
  expect(denied.body).toMatchObject({ personId: into });
  expect(denied.changes.faces).toEqual([{ assetId: 'c', faceId, before: into, after: null }]);
});

test('a merge that takes a face from its person, since it is not the other one, says so', async () => {
  const process = worker();
  photos.set('/ada', seenPhoto([seenFace(ada)], 'c1'));
  photos.set('/bob', seenPhoto([seenFace(bob)], 'c2'));
  const [adaFace] = (await run(process, 'ada')).faces;
  const [bobFace] = (await run(process, 'bob')).faces;
  const [adaId, bobId] = [adaFace?.personId ?? '', bobFace?.personId ?? ''];
  const faceId = bobFace?.faceId ?? '';
  await correct({ kind: 'faces-denied', faceIds: [faceId], personId: adaId });
  const merged = await correct({ kind: 'people-merged', from: adaId, into: bobId, name: null });
  expect(merged.changes.faces).toEqual([{ assetId: 'bob', faceId, before: bobId, after: null }]);
});

test('a face whose person was merged with that of another on its photo is not said to be denied', async () => {
  const process = worker();
  photos.set('/both', seenPhoto([seenFace(ada, 0), seenFace(bob, 1)], 'c1'));
  const [first, second] = (await run(process, 'both')).faces;
  const [from, into] = [second?.personId ?? '', first?.personId ?? ''];
  await correct({ kind: 'people-merged', from, into, name: null });
  const again = await run(process, 'both');
  expect(again.faces.map(({ explanation }) => explanation.rule)).toEqual([
    'kept-from-earlier-run',
    'kept-from-earlier-run',
  ]);
});
