import type { PhotoRecord } from '../../../src/identities/photo-record.ts';
import type { Store } from '../../../src/store/store.ts';
import { makeFaceRecord, makePhotoRecord, unitDescriptor } from '../../helpers/records.ts';
import { commitNext } from './commit-next.ts';
import { describeImmichContract } from './contract-immich.ts';
import { describeJournalContract } from './contract-journal.ts';
import { describeLinksContract } from './contract-links.ts';
import { describeLookupsContract } from './contract-lookups.ts';

/** What the suite needs of a kind of store. */
export interface StoreKind {
  readonly kind: Store['kind'];
  /** An empty database; `open` opens it once more at each call. */
  newDatabase(): Promise<{ open(): Promise<Store> }>;
}

/** Declares the tests that every store must pass. */
export function describeStoreContract(given: StoreKind): void {
  const { owner, asset } = { owner: 'owner-a', asset: 'asset-1' };
  let opened: Store[] = [];

  async function openNew(): Promise<{ store: Store; openAgain: () => Promise<Store> }> {
    const database = await given.newDatabase();
    const openAgain = async (): Promise<Store> => {
      const store = await database.open();
      opened.push(store);
      return store;
    };
    return { store: await openAgain(), openAgain };
  }

  async function commit(store: Store, record: PhotoRecord, replaces?: number): Promise<void> {
    expect(await store.commitPhoto(record, replaces ?? null)).toBe('committed');
  }

  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close()));
    opened = [];
  });

  describe('reading', () => {
    it('finds nothing in an empty store', async () => {
      const { store } = await openNew();
      expect(store.kind).toBe(given.kind);
      expect(await store.findPhoto(owner, asset)).toBeNull();
      expect(await store.readPhotosAfter(owner, 0, 10)).toEqual([]);
      expect(await store.findUnpublished(10)).toEqual([]);
      expect(await store.listFaces(owner)).toEqual([]);
      expect(await store.readFacts(owner)).toEqual([]);
      expect(await store.headSequence(owner)).toBe(0);
      expect(await store.countPhotos()).toBe(0);
      expect(await store.countPhotos(owner)).toBe(0);
      await store.ping();
    });

    it('gives a record back exactly, also from another opener', async () => {
      const { store, openAgain } = await openNew();
      // A descriptor that is a view into a batch, as the nets yield it.
      const batch = new Float32Array(3 * 128);
      batch.set(unitDescriptor(7), 128);
      const record = makePhotoRecord({
        faces: [
          makeFaceRecord({ descriptor: batch.subarray(128, 256) }, 1),
          makeFaceRecord({ assignedBy: 'user', isNewPerson: false }, 2),
          makeFaceRecord(
            {
              personId: null,
              descriptor: null,
              distance: null,
              nearestFaceId: null,
              isNewPerson: false,
              quality: { value: 0, reasons: ['small', 'blurred'] },
              explanation: {
                rule: 'descriptor-refused',
                threshold: 0.5,
                margin: 0,
                candidates: [],
              },
            },
            3,
          ),
        ],
      });
      await commit(store, record);
      for (const reader of [store, await openAgain()]) {
        const found = await reader.findPhoto(owner, asset);
        expect(found).toEqual(record);
        expect(found?.faces[0]?.descriptor).toBeInstanceOf(Float32Array);
        expect(found?.faces[0]?.descriptor).toEqual(unitDescriptor(7));
        expect(await reader.readPhotosAfter(owner, 0, 10)).toEqual([record]);
        expect(await reader.findUnpublished(10)).toEqual([record]);
      }
    });

    it('gives back a photo without faces and without a path, and text of every script', async () => {
      const { store } = await openNew();
      const bare = makePhotoRecord({ faces: [], path: null, timings: {} });
      const odd = makePhotoRecord({
        sequence: 2,
        assetId: `'"; $where\n`,
        path: '/写真/été 🎉.jpg',
      });
      expect(bare).not.toHaveProperty('takenAt');
      await commit(store, bare);
      await commit(store, odd);
      expect(await store.readPhotosAfter(owner, 0, 10)).toEqual([bare, odd]);
      expect(await store.findPhoto(owner, odd.assetId)).toEqual(odd);
    });

    it('knows when a photo was taken, that nobody knows, or that an older version did not ask', async () => {
      const { store } = await openNew();
      const old = makePhotoRecord();
      const dated = { ...old, sequence: 2, takenAt: '2010-05-04T14:30:00.000Z' };
      const undated = { ...old, sequence: 3, takenAt: null };
      await commit(store, old);
      expect(await store.findPhoto(owner, asset)).toStrictEqual(old);
      await commit(store, dated, 1);
      expect(await store.findPhoto(owner, asset)).toStrictEqual(dated);
      await commit(store, undated, 2);
      expect(await store.findPhoto(owner, asset)).toStrictEqual(undated);
    });

    it('reads after a sequence, in its order, no more than asked', async () => {
      const { store } = await openNew();
      for (let i = 1; i <= 5; i++) await commitNext(store, { ownerId: owner, assetId: `p-${i}` });
      const sequences = async (after: number, limit: number): Promise<number[]> =>
        (await store.readPhotosAfter(owner, after, limit)).map(({ sequence }) => sequence);
      expect(await sequences(0, 2)).toEqual([1, 2]);
      expect(await sequences(2, 2)).toEqual([3, 4]);
      expect(await sequences(4, 2)).toEqual([5]);
      expect(await sequences(5, 2)).toEqual([]);
    });

    it('keeps owners apart', async () => {
      const { store } = await openNew();
      const [a, b] = [makePhotoRecord(), makePhotoRecord({ ownerId: 'owner-b', checksum: 'cd' })];
      await commit(store, a);
      await commit(store, b);
      expect(await store.findPhoto(owner, asset)).toEqual(a);
      expect(await store.findPhoto('owner-b', asset)).toEqual(b);
      expect(await store.readPhotosAfter(owner, 0, 10)).toEqual([a]);
      expect(await store.countPhotos(owner)).toBe(1);
      expect(await store.countPhotos()).toBe(2);
      await store.markPublished(owner, asset, 1);
      expect(await store.findUnpublished(10)).toEqual([b]);
    });
  });

  describe('committing', () => {
    it('lets a re-run take a new sequence, which alone a reader then sees', async () => {
      const { store } = await openNew();
      await commit(store, makePhotoRecord());
      await commit(store, makePhotoRecord({ assetId: 'asset-2', sequence: 2 }));
      const again = makePhotoRecord({
        sequence: 3,
        revision: 2,
        runId: 'run-2',
        pastRunIds: ['run-1'],
        faces: [],
      });
      await commit(store, again, 1);
      expect(await store.findPhoto(owner, asset)).toEqual(again);
      expect(await store.readPhotosAfter(owner, 2, 10)).toEqual([again]);
      expect((await store.readPhotosAfter(owner, 0, 10)).map((p) => p.sequence)).toEqual([2, 3]);
      expect((await store.listFaces(owner)).map(({ assetId }) => assetId)).toEqual(['asset-2']);
      expect(await store.countPhotos(owner)).toBe(2);
    });

    const first = makePhotoRecord();
    const second = makePhotoRecord({ assetId: 'asset-2', sequence: 2 });
    it.each<[string, Partial<PhotoRecord>, number | null]>([
      ['its sequence is taken', { assetId: 'asset-3', sequence: 2 }, null],
      ['its sequence leaves a gap', { assetId: 'asset-3', sequence: 4 }, null],
      ['the photo was written although none was read', { sequence: 3 }, null],
      ['the photo has another sequence than was read', { assetId: 'asset-2', sequence: 3 }, 1],
      ['the photo that was read is not there', { assetId: 'asset-3', sequence: 3 }, 1],
      ['a re-run leaves a gap', { sequence: 4 }, 1],
      ['a re-run takes the number of another photo', { sequence: 2 }, 1],
      ['a re-run takes its own number', { sequence: 1 }, 1],
    ])('is a conflict that changes nothing when %s', async (_when, photo, replaces) => {
      const { store } = await openNew();
      await commit(store, first);
      await commit(store, second);
      expect(await store.commitPhoto(makePhotoRecord(photo), replaces)).toBe('conflict');
      expect(await store.readPhotosAfter(owner, 0, 10)).toEqual([first, second]);
    });

    it('never gives a superseded sequence to a stale worker', async () => {
      const { store, openAgain } = await openNew();
      const stale = await openAgain();
      await commit(store, first);
      // The stale worker has read up to 1 and decides; meanwhile 2 is given and superseded by 3.
      expect((await stale.readPhotosAfter(owner, 0, 10)).at(-1)?.sequence).toBe(1);
      await commit(store, second);
      await commit(store, makePhotoRecord({ assetId: 'asset-2', sequence: 3, revision: 2 }), 2);
      const late = makePhotoRecord({ assetId: 'asset-3', sequence: 2 });
      expect(await stale.commitPhoto(late, null)).toBe('conflict');
      const lateRerun = makePhotoRecord({ sequence: 2, revision: 2 });
      expect(await stale.commitPhoto(lateRerun, 1)).toBe('conflict');
      const backwards = makePhotoRecord({ assetId: 'asset-2', sequence: 2, revision: 3 });
      expect(await stale.commitPhoto(backwards, 3)).toBe('conflict');
      expect((await store.readPhotosAfter(owner, 0, 10)).map((p) => p.sequence)).toEqual([1, 3]);
      expect((await commitNext(stale, { ownerId: owner, assetId: 'asset-3' })).sequence).toBe(4);
    });

    it('gives racing workers every sequence once', async () => {
      const { store, openAgain } = await openNew();
      const photosEach = 25;
      const work = async (worker: Store, name: string): Promise<void> => {
        for (let i = 0; i < photosEach; i++) {
          await commitNext(worker, { ownerId: owner, assetId: `${name}-${i}` });
        }
      };
      await Promise.all([work(store, 'one'), work(await openAgain(), 'two')]);
      const photos = await store.readPhotosAfter(owner, 0, 1000);
      expect(photos.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: 2 * photosEach }, (_, i) => i + 1),
      );
      expect(new Set(photos.map(({ assetId }) => assetId)).size).toBe(2 * photosEach);
    }, 60_000);

    it('lets one of many re-runs of the same photo win', async () => {
      const { store, openAgain } = await openNew();
      await commit(store, first);
      const workers = [store, await openAgain(), await openAgain()];
      const results = await Promise.all(
        workers.map((worker, i) =>
          worker.commitPhoto(makePhotoRecord({ sequence: 2, revision: 2, runId: `run-${i}` }), 1),
        ),
      );
      expect(results.sort()).toEqual(['committed', 'conflict', 'conflict']);
    });

    const bad = (change: (values: Float32Array) => Float32Array): Partial<PhotoRecord> => ({
      faces: [makeFaceRecord({ descriptor: change(unitDescriptor(1)) })],
    });
    it.each<[string, Partial<PhotoRecord>, RegExp]>([
      ['a zero descriptor', bad((d) => d.fill(0)), /face-1 .*zero/],
      ['a descriptor with NaN', bad((d) => d.fill(Number.NaN, 5, 6)), /face-1 .*not-finite/],
      ['a short descriptor', bad((d) => d.slice(1)), /face-1 .*wrong-length/],
      ['an id with NUL', { assetId: 'a\0b' }, /NUL/],
      ['an owner with NUL', { ownerId: 'a\0b' }, /NUL/],
      ['a descriptor not of unit length', bad((d) => d.map((v) => 2 * v)), /not-unit-length/],
      ['a number that JSON cannot hold', { timings: { decode: Infinity } }, /timings\.decode/],
      ['a sequence of 0', { sequence: 0 }, /sequence .* 0/],
      ['a broken revision', { revision: 1.5 }, /revision .* 1\.5/],
    ])('throws for %s and writes nothing', async (_what, overrides, message) => {
      const { store } = await openNew();
      const refused = store.commitPhoto(makePhotoRecord(overrides), null);
      await expect(refused).rejects.toThrow(TypeError);
      await expect(refused).rejects.toThrow(message);
      expect(await store.countPhotos()).toBe(0);
    });
  });

  describe('the outbox', () => {
    it('holds what was committed, oldest decision first, until it is published', async () => {
      const { store } = await openNew();
      const late = makePhotoRecord({ decidedAt: '2024-05-06T07:08:10.000Z' });
      const early = makePhotoRecord({ ownerId: 'owner-b', decidedAt: '2024-05-06T07:08:09.999Z' });
      await commit(store, late);
      await commit(store, early);
      expect(await store.findUnpublished(10)).toEqual([early, late]);
      expect(await store.findUnpublished(1)).toEqual([early]);
      await store.markPublished('owner-b', asset, 1);
      expect(await store.findUnpublished(10)).toEqual([late]);
    });

    it('keeps a revision that came while the one before was being published', async () => {
      const { store } = await openNew();
      const again = makePhotoRecord({ sequence: 2, revision: 2 });
      await commit(store, makePhotoRecord());
      await commit(store, again, 1);
      await store.markPublished(owner, asset, 1);
      expect(await store.findUnpublished(10)).toEqual([again]);
      await store.markPublished(owner, asset, 2);
      expect(await store.findUnpublished(10)).toEqual([]);
      expect(await store.findPhoto(owner, asset)).toEqual(again);
    });

    it('takes a published photo in again when it is re-run', async () => {
      const { store } = await openNew();
      await commit(store, makePhotoRecord());
      await store.markPublished(owner, asset, 1);
      const again = makePhotoRecord({ sequence: 2, revision: 2 });
      await commit(store, again, 1);
      expect(await store.findUnpublished(10)).toEqual([again]);
    });
  });

  describeLookupsContract(openNew);
  describeJournalContract(openNew);
  describeLinksContract(openNew);
  describeImmichContract(openNew);

  describe('closing', () => {
    it('can be done twice, and keeps what was committed', async () => {
      const { store, openAgain } = await openNew();
      await commit(store, makePhotoRecord());
      await store.close();
      await store.close();
      expect(await (await openAgain()).countPhotos()).toBe(1);
    });

    it('makes every later call say that the store is closed', async () => {
      const { store } = await openNew();
      await store.close();
      const calls = [
        store.ping(),
        store.findPhoto(owner, asset),
        store.commitPhoto(makePhotoRecord(), null),
        store.findUnpublished(1),
      ];
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({
          status: 'rejected',
          reason: {
            code: 'STORE_UNAVAILABLE',
            message: expect.stringContaining('closed') as string,
          },
        });
      }
    });
  });
}
