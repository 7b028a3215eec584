import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import { DEFAULT_MATCH } from '../../../src/identities/thresholds.ts';
import type { PhotoRecord } from '../../../src/identities/photo-record.ts';
import { createLog } from '../../../src/log.ts';
import { createCorrector } from '../../../src/pipeline/correct.ts';
import { createPhotoProcessor, type ProcessPhoto } from '../../../src/pipeline/process-photo.ts';
import type { PhotoTask } from '../../../src/pipeline/ports.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { codeOf, tempFolder } from '../../helpers/pictures.ts';
import { unitDescriptor } from '../../helpers/records.ts';
import { descriptorAt, seenFace, seenPhoto } from '../../helpers/seen.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
let store: Store;
let photos: Map<string, SeenPhoto>;
let looks: string[];
let published: PhotoRecord[];

beforeEach(async () => {
  folder = await tempFolder();
  store = await openStore({ dataDir: folder.path, log: createLog({ level: 'silent' }) });
  photos = new Map();
  looks = [];
  published = [];
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

/** A worker of its own over the shared store, its vision answered from `photos`. */
function worker(): ProcessPhoto {
  return createPhotoProcessor({
    store,
    locate: (path) => Promise.resolve(path),
    see: (path) => {
      looks.push(path);
      return Promise.resolve(photos.get(path) as SeenPhoto);
    },
    publish: (record) => {
      published.push(record);
      return store.markPublished(record.ownerId, record.assetId, record.revision);
    },
    match: DEFAULT_MATCH,
    model: { pack: 'face-api', descriptorRevision: 1 },
  });
}

const context = { signal: new AbortController().signal, report: () => undefined };
const task = (assetId: string, changes: Partial<PhotoTask> = {}): PhotoTask => ({
  kind: 'look',
  assetId,
  ownerId: 'owner',
  path: `/${assetId}`,
  runId: `run-${assetId}`,
  skipWhenCurrent: false,
  ...changes,
});

test('what is known of a fetched photo is told to those who look at it, and it is discarded', async () => {
  const told: unknown[] = [];
  const process = createPhotoProcessor({
    store,
    locate: (path) => Promise.resolve(path),
    fetchPhoto: () =>
      Promise.resolve({
        path: '/fetched',
        isUpright: true,
        takenAt: '2010-05-04T14:30:00.000Z',
        discard: () => Promise.resolve(void told.push('discarded')),
      }),
    see: (path, _signal, known) => {
      told.push([path, known]);
      return Promise.resolve(seenPhoto([]));
    },
    publish: () => Promise.resolve(),
    match: DEFAULT_MATCH,
    model: { pack: 'face-api', descriptorRevision: 1 },
  });
  await process(task('a', { path: null }), context);
  await process(task('b'), context);
  expect(told).toEqual([
    ['/fetched', { isUpright: true, takenAt: '2010-05-04T14:30:00.000Z' }],
    'discarded',
    ['/b', { isUpright: false }],
  ]);
});

test('when a photo was taken stays known until it is gone', async () => {
  const takenAt = '2010-05-04T14:30:00.000Z';
  photos.set('/a', { ...seenPhoto([seenFace(unitDescriptor(1))]), takenAt });
  const [process, again] = [worker(), { reconsider: true, path: null }];
  expect(await process(task('a'), context)).toMatchObject({ takenAt });
  expect(await process(task('a', { ...again, runId: '2' }), context)).toMatchObject({ takenAt });
  expect(looks).toHaveLength(1);
  photos.set('/a', seenPhoto([]));
  expect(await process(task('a', { runId: '3' }), context)).toMatchObject({ takenAt: null });
  expect(await store.findPhoto('owner', 'a')).toMatchObject({ takenAt: null });
});

test('a photo is seen, decided, committed and published', async () => {
  photos.set('/a', seenPhoto([seenFace(unitDescriptor(1))]));
  const record = await worker()(task('a'), context);
  expect(record).toMatchObject({ sequence: 1, revision: 1, checksum: 'c1', path: '/a' });
  expect(record).toEqual({ ...(await store.findPhoto('owner', 'a')), asOf: 0 });
  expect(published).toEqual([record]);
  expect(await store.findUnpublished(10)).toEqual([]);
});

test('a result says up to which correction it holds, also when it is published again', async () => {
  photos.set('/a', seenPhoto([seenFace(unitDescriptor(1))]));
  const [process, correct] = [
    worker(),
    createCorrector({ store, publish: () => Promise.resolve() }),
  ];
  const { faces } = await process(task('a'), context);
  const personId = faces[0]!.personId!;
  const named = await correct('owner', { kind: 'person-named', personId, name: 'Ada' }, 'tester');
  const faceIds = [faces[0]!.faceId];
  const denied = await correct('owner', { kind: 'faces-denied', faceIds, personId }, 'tester');
  const again = await process(task('a'), context);
  const anew = await process(task('a', { runId: 'anew' }), context);
  expect([named.sequence, again.asOf, anew.asOf]).toEqual([2, denied.sequence, denied.sequence]);
  expect([again, anew].map((view) => view.faces[0]?.personId)).toEqual([null, null]);
});

test('the same delivery again publishes what it wrote and writes nothing', async () => {
  photos.set('/a', seenPhoto([seenFace(unitDescriptor(1))]));
  const first = await worker()(task('a'), context);
  const again = await worker()(task('a'), context);
  expect(again).toEqual(first);
  expect(looks).toHaveLength(1);
});

test('a removal that comes again once the photo is back leaves it there', async () => {
  photos.set('/a', seenPhoto([seenFace(unitDescriptor(1))]));
  const removal = task('a', { kind: 'remove', runId: 'frozen' });
  await worker()(task('a', { runId: 'upload' }), context);
  await worker()(removal, context);
  const back = await worker()(task('a', { runId: 'back' }), context);
  expect(back.pastRunIds).toEqual(['frozen', 'upload']);
  expect(await worker()(removal, context)).toEqual(back);
  expect(await worker()(task('a', { runId: 'upload' }), context)).toEqual(back);
  for (let i = 0; i < 10; i++) await worker()(task('a', { runId: `later ${i}` }), context);
  expect((await store.findPhoto('owner', 'a'))?.pastRunIds).toHaveLength(8);
});

test('a delivery that several workers hold at once, as after a lost lock, is written once', async () => {
  photos.set('/a', seenPhoto([seenFace(unitDescriptor(1))]));
  const records = await Promise.all(Array.from({ length: 8 }, () => worker()(task('a'), context)));
  expect(looks.length).toBeGreaterThan(1);
  for (const record of records) expect(record).toEqual(records[0]);
  expect(await store.findPhoto('owner', 'a')).toMatchObject({ revision: 1, sequence: 1 });
});

test('a re-run keeps the ids and raises revision and sequence', async () => {
  photos.set('/a', seenPhoto([seenFace(unitDescriptor(1))]));
  const first = await worker()(task('a'), context);
  const second = await worker()(task('a', { runId: 'run-2' }), context);
  expect(second).toMatchObject({ revision: 2, sequence: 2 });
  expect(second.faces.map(({ faceId, personId }) => [faceId, personId])).toEqual(
    first.faces.map(({ faceId, personId }) => [faceId, personId]),
  );
});

test('a backfill leaves a photo of today alone and looks at an outdated one', async () => {
  photos.set('/a', seenPhoto([seenFace(unitDescriptor(1))]));
  await worker()(task('a'), context);
  const backfill = task('a', { runId: 'backfill', skipWhenCurrent: true });
  expect(await worker()(backfill, context)).toMatchObject({ revision: 1 });
  expect(looks).toHaveLength(1);
  const outdated = {
    ...seenPhoto([seenFace(unitDescriptor(1))]),
    model: { pack: 'face-api', descriptorRevision: 0, engine: 'wasm', detector: 'ssd' },
  };
  photos.set('/old', outdated);
  await worker()(task('old'), context);
  expect(
    await worker()(task('old', { runId: 'b2', skipWhenCurrent: true }), context),
  ).toMatchObject({ revision: 2 });
});

test('two workers that see a new person at the same time make one person', async () => {
  const face = unitDescriptor(7);
  const assets = Array.from({ length: 12 }, (_, i) => `photo-${i}`);
  assets.forEach((asset, i) => {
    photos.set(`/${asset}`, seenPhoto([seenFace(descriptorAt(face, 0.12, 50 + i))], asset));
  });
  const workers = [worker(), worker(), worker(), worker()];
  const records = await Promise.all(
    assets.map((asset, i) => (workers[i % 4] as ProcessPhoto)(task(asset), context)),
  );
  expect(new Set(records.map(({ faces }) => faces[0]?.personId)).size).toBe(1);
  expect(records.filter(({ faces }) => faces[0]?.isNewPerson)).toHaveLength(1);
  expect(records.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(
    assets.map((_, i) => i + 1),
  );
});

test('nothing is known across owners', async () => {
  photos.set('/a', seenPhoto([seenFace(unitDescriptor(1))]));
  const mine = await worker()(task('a'), context);
  const theirs = await worker()(task('a', { ownerId: 'someone-else' }), context);
  expect(theirs.faces[0]).toMatchObject({ isNewPerson: true, distance: null });
  expect(theirs.faces[0]?.personId).not.toBe(mine.faces[0]?.personId);
});

test('a lost lock means that nothing is written', async () => {
  photos.set('/a', seenPhoto([seenFace(unitDescriptor(1))]));
  const lost = { ...context, signal: AbortSignal.abort(new Error('lock lost')) };
  expect(await codeOf(worker()(task('a'), lost))).toBe('JOB_ABORTED');
  expect(await store.countPhotos()).toBe(0);
});

test('a job without a path is refused with what is missing', async () => {
  expect(await codeOf(worker()(task('a', { path: null }), context))).toBe('PHOTO_SOURCE_MISSING');
});
