import { KnownFacesCache } from '../../../src/pipeline/known-faces-cache.ts';
import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { makeFaceRecord, makePhotoRecord, photoEntry } from '../../helpers/records.ts';

const { model } = makePhotoRecord();
const good = { quality: { value: 0.9, reasons: [] } };
let folder: Awaited<ReturnType<typeof tempFolder>>;
let store: Store;
let reads: string[];

beforeEach(async () => {
  folder = await tempFolder();
  store = await openStore({ dataDir: folder.path, log: createLog({ level: 'silent' }) });
  reads = [];
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

function cacheOf(maxFaces: number): KnownFacesCache {
  return new KnownFacesCache(
    {
      countForgotten: () => store.countForgotten(),
      readEntriesAfter: (ownerId, sequence, limit) => {
        reads.push(`${ownerId} after ${sequence}`);
        return store.readEntriesAfter(ownerId, sequence, limit);
      },
    },
    maxFaces,
  );
}

async function addPhotos(ownerId: string, from: number, to: number): Promise<void> {
  for (let sequence = from; sequence <= to; sequence++) {
    const faces = [makeFaceRecord(good, sequence)];
    const record = makePhotoRecord({ ownerId, assetId: `p-${sequence}`, sequence, faces });
    expect(await store.commitPhoto(record, null)).toBe('committed');
  }
}

test('owners whose photos came longest ago are let go, and read again when needed', async () => {
  for (const owner of ['a', 'b', 'c']) await addPhotos(owner, 1, 3);
  const cache = cacheOf(6);
  for (const owner of ['a', 'b', 'a', 'c']) await cache.current(owner, model);
  expect(cache.owners).toEqual(['a', 'c']);
  expect((await cache.current('b', model)).size).toBe(3);
  expect(cache.owners).toEqual(['c', 'b']);
  expect(reads.filter((read) => read === 'b after 0')).toHaveLength(2);
});

test('one owner alone stays, however many faces', async () => {
  await addPhotos('a', 1, 5);
  const cache = cacheOf(2);
  await cache.current('a', model);
  expect((await cache.current('a', model)).size).toBe(5);
  expect(reads).toEqual(['a after 0', 'a after 5']);
});

test('calls at once read nothing twice and see all that was committed before them', async () => {
  await addPhotos('a', 1, 4);
  const cache = cacheOf(100);
  const early = Promise.all(Array.from({ length: 4 }, () => cache.current('a', model)));
  await addPhotos('a', 5, 5);
  expect((await cache.current('a', model)).sequence).toBe(5);
  for (const known of await early) expect(known.sequence).toBeGreaterThanOrEqual(4);
  expect(reads.filter((read) => read === 'a after 0')).toHaveLength(1);
});

test('a long reading leaves the event loop free between its pages', async () => {
  const cache = new KnownFacesCache({
    countForgotten: () => Promise.resolve(0),
    readEntriesAfter: (_ownerId, sequence, limit) => {
      const length = Math.min(limit, 2000 - sequence);
      const entries = Array.from({ length }, (_, i) => photoEntry({ sequence: sequence + 1 + i }));
      return Promise.resolve(entries);
    },
  });
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 0);
  expect((await cache.current('a', model)).sequence).toBe(2000);
  clearInterval(counting);
  expect(turns).toBeGreaterThan(0);
});
