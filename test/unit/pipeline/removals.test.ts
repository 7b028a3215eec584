import type { PhotoRecord } from '../../../src/identities/photo-record.ts';
import { DEFAULT_MATCH } from '../../../src/identities/thresholds.ts';
import { createLog } from '../../../src/log.ts';
import { createPhotoProcessor } from '../../../src/pipeline/process-photo.ts';
import type { PhotoTask } from '../../../src/pipeline/ports.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { codeOf, tempFolder } from '../../helpers/pictures.ts';
import { unitDescriptor } from '../../helpers/records.ts';
import { seenFace, seenPhoto } from '../../helpers/seen.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
let store: Store;
let published: PhotoRecord[];
let looks: number;

beforeEach(async () => {
  folder = await tempFolder();
  store = await openStore({ dataDir: folder.path, log: createLog({ level: 'silent' }) });
  published = [];
  looks = 0;
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

const context = { signal: new AbortController().signal, report: () => undefined };

/** A job for the photo a by a worker of its own; `meanwhile` happens while it looks. */
function run(
  kind: 'look' | 'remove',
  changes: Partial<PhotoTask>,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<PhotoRecord> {
  const process = createPhotoProcessor({
    store,
    locate: (path) => Promise.resolve(path),
    see: async () => {
      looks += 1;
      await meanwhile();
      return seenPhoto([seenFace(unitDescriptor(1))]);
    },
    publish: (record) => {
      published.push(record);
      return store.markPublished(record.ownerId, record.assetId, record.revision);
    },
    match: DEFAULT_MATCH,
    model: { pack: 'face-api', descriptorRevision: 1 },
  });
  const runId = `${kind}.${changes.askedAtMillis ?? 'now'}.0`;
  const task = { assetId: 'a', ownerId: 'o', path: '/a', runId, skipWhenCurrent: false };
  return process({ kind, ...task, ...changes }, context);
}

const stored = (): Promise<PhotoRecord | null> => store.findPhoto('o', 'a');

test('an unknown photo that is removed while it is looked at stays removed', async () => {
  let answer: string | undefined;
  const look = await run('look', { askedAtMillis: 1000 }, async () => {
    answer = await codeOf(run('remove', { askedAtMillis: 2000 }));
  });
  expect(answer).toBe('PHOTO_NOT_KNOWN');
  expect(look).toMatchObject({ removed: true, revision: 1, faces: [], path: null, checksum: '' });
  expect(look).toMatchObject((await stored()) ?? {});
  expect(await store.countPhotos('o')).toBe(0);
  expect(await store.findUnpublished(10)).toEqual([]);
});

test('an unknown photo that is removed before its turn is not looked at', async () => {
  expect(await codeOf(run('remove', { askedAtMillis: 2000 }))).toBe('PHOTO_NOT_KNOWN');
  expect(published).toMatchObject([await stored()]);
  expect(await run('look', { askedAtMillis: 2000 })).toMatchObject({ removed: true });
  expect(looks).toBe(0);
  expect(await run('look', { askedAtMillis: 2001 })).toMatchObject({ removed: false, revision: 2 });
});

test('a look that came first leaves a removal that raced with it something to remove', async () => {
  const commitPhoto = store.commitPhoto.bind(store);
  store.commitPhoto = async (...args) => {
    store.commitPhoto = commitPhoto;
    await run('look', { askedAtMillis: 1000 });
    return commitPhoto(...args);
  };
  expect(await run('remove', { askedAtMillis: 2000 })).toMatchObject({
    removed: true,
    revision: 2,
  });
});

test('a known photo that is removed while it is looked at again stays removed, and so do its retries', async () => {
  await run('look', { askedAtMillis: 1000 });
  const again = { askedAtMillis: 2000 };
  const look = await run('look', again, () => run('remove', { askedAtMillis: 3000 }));
  expect(look).toMatchObject({ removed: true, revision: 2 });
  expect(await run('look', { ...again, runId: 'retry' })).toMatchObject({ revision: 2 });
  expect(await stored()).toMatchObject({ removed: true, revision: 2 });
});

test('a re-run that was asked for before the removal and comes after it leaves it', async () => {
  await run('look', { askedAtMillis: 1000 });
  await run('remove', { askedAtMillis: 3000 });
  expect(await run('look', { askedAtMillis: 2000 })).toMatchObject({ removed: true, revision: 2 });
  expect(looks).toBe(1);
});

test('a photo is back by a look that was asked for after its removal, and can be removed anew', async () => {
  await run('look', { askedAtMillis: 1000 });
  await run('remove', { askedAtMillis: 2000 });
  const back = await run('look', { askedAtMillis: 3000 });
  expect(back).toMatchObject({ removed: false, revision: 3 });
  expect(back).not.toHaveProperty('removalAskedAtMillis');
  expect(await run('remove', { askedAtMillis: 4000 })).toMatchObject({ removed: true });
  expect(await stored()).toMatchObject({ revision: 4, removalAskedAtMillis: 4000 });
});

test('a removal that had to wait takes away nothing that was added after it', async () => {
  await run('look', { askedAtMillis: 1000 });
  await run('look', { askedAtMillis: 3000 });
  expect(await run('remove', { askedAtMillis: 2000 })).toMatchObject({ removed: false });
  // An old job that is run again makes the photo no older.
  await run('look', { askedAtMillis: 1000, runId: 'again' });
  expect(await run('remove', { askedAtMillis: 2000 })).toMatchObject({ removed: false });
  expect(await stored()).toMatchObject({ revision: 3, lookAskedAtMillis: 3000 });
  expect(await run('remove', { askedAtMillis: 3000 })).toMatchObject({ removed: true });
});

test('a later removal of what is gone already counts for looks that were asked for in between', async () => {
  await run('look', { askedAtMillis: 1000 });
  await run('remove', { askedAtMillis: 2000 });
  const look = await run('look', { askedAtMillis: 3000 }, async () => {
    await run('remove', { askedAtMillis: 4000 });
    await run('remove', { askedAtMillis: 2500 });
  });
  expect(look).toMatchObject({ removed: true, revision: 3, removalAskedAtMillis: 4000 });
});

test('what an older version removed comes back by any look, and is removed anew by any removal', async () => {
  await run('look', {});
  await run('remove', {});
  expect(await stored()).not.toHaveProperty('removalAskedAtMillis');
  expect(await run('remove', { runId: 'again' })).toMatchObject({ revision: 2 });
  expect(await run('remove', { askedAtMillis: 1000 })).toMatchObject({ revision: 3 });
  expect(await run('look', { runId: 'back' })).toMatchObject({ removed: false, revision: 4 });
});

test('what is gone is not thought about again, though its picture may still be there', async () => {
  await run('look', { askedAtMillis: 1000 });
  await run('remove', { askedAtMillis: 2000 });
  const again = { askedAtMillis: 3000, reconsider: true };
  expect(await run('look', again)).toMatchObject({ removed: true, revision: 2 });
  expect(looks).toBe(1);
});

test('forgetting an owner takes the word of removals along', async () => {
  expect(await codeOf(run('remove', { askedAtMillis: 2000 }))).toBe('PHOTO_NOT_KNOWN');
  expect(await store.forgetOwner('o')).toEqual({ photos: 1, faces: 0, facts: 0 });
  expect(await stored()).toBeNull();
  expect(await store.listOwners()).toEqual([]);
  expect(await run('look', { askedAtMillis: 1000 })).toMatchObject({ removed: false, revision: 1 });
});
