import type { Store } from '../../../src/store/store.ts';
import { makeFaceRecord, makePhotoRecord } from '../../helpers/records.ts';
import { commitNext } from './commit-next.ts';

/** What every store must find and count. */
export function describeLookupsContract(openNew: () => Promise<{ store: Store }>): void {
  describe('looking up', () => {
    it('has an id of its own, the same each time until one of those who renew it does', async () => {
      const { store } = await openNew();
      const [first, ...again] = await Promise.all([store.readId(), store.readId(), store.readId()]);
      expect(first).toMatch(/^[0-9a-f-]{32,36}$/);
      expect(again).toEqual([first, first]);
      const [one, two] = await Promise.all([store.renewId(first), store.renewId(first)]);
      expect([two, await store.readId(), await store.renewId(first)]).toEqual([one, one, one]);
      expect(one).not.toBe(first);
      expect(await (await openNew()).store.readId()).not.toBe(first);
    });

    it('counts the faces and people of all owners, and how many faces are nobody’s', async () => {
      const { store } = await openNew();
      expect(await store.countFaces()).toEqual({ faces: 0, unknown: 0, people: 0 });
      const face = (personId: string | null, seed: number): ReturnType<typeof makeFaceRecord> =>
        makeFaceRecord({ personId }, seed);
      const photos = { a: ['zoe', 'max', null], b: ['zoe', null], c: [] };
      for (const [assetId, people] of Object.entries(photos)) {
        const faces = people.map((personId, i) => face(personId, i));
        await commitNext(store, { ownerId: 'owner-a', assetId, faces });
      }
      await commitNext(store, { ownerId: 'owner-b', faces: [face('ann', 1)] });
      expect(await store.countFaces()).toEqual({ faces: 6, unknown: 2, people: 3 });
      await commitNext(store, { ownerId: 'owner-b', assetId: 'gone', faces: [], removed: true });
      await store.forgetOwner('owner-a');
      expect(await store.countFaces()).toEqual({ faces: 1, unknown: 0, people: 1 });
    });

    it('lists faces with their photos, all or those of some people and faces', async () => {
      const { store } = await openNew();
      const face = (personId: string | null, seed: number): ReturnType<typeof makeFaceRecord> =>
        makeFaceRecord({ personId }, seed);
      const photos = [
        [face('zoe', 1), face('max', 2), face(null, 3)],
        [face('zoe', 4), face('ann', 5)],
        [],
      ];
      for (const [i, faces] of photos.entries()) {
        await commitNext(store, { ownerId: 'owner-a', assetId: `p-${i}`, faces });
      }
      await commitNext(store, { ownerId: 'owner-b', faces: [face('ann', 1)] });
      expect(await store.listFaces('owner-a')).toEqual([
        { assetId: 'p-0', faceId: 'face-1', personId: 'zoe' },
        { assetId: 'p-0', faceId: 'face-2', personId: 'max' },
        { assetId: 'p-0', faceId: 'face-3', personId: null },
        { assetId: 'p-1', faceId: 'face-4', personId: 'zoe' },
        { assetId: 'p-1', faceId: 'face-5', personId: 'ann' },
      ]);
      const some = await store.listFaces('owner-a', { faceIds: ['face-3'], personIds: ['zoe'] });
      expect(some.map(({ faceId }) => faceId)).toEqual(['face-1', 'face-3', 'face-4']);
      expect(await store.listFaces('owner-a', { faceIds: [], personIds: [] })).toEqual([]);
    });

    it('finds of a photo that is back nothing of its removal, and of one that is gone nothing of its look', async () => {
      const { store } = await openNew();
      const removalAskedAtMillis = 1_700_000_000_000;
      const gone = { sequence: 2, revision: 2, faces: [], removed: true, removalAskedAtMillis };
      const records = [
        makePhotoRecord({ takenAt: null, lookAskedAtMillis: 1_600_000_000_000 }),
        makePhotoRecord(gone),
        makePhotoRecord({ sequence: 3, revision: 3, pastRunIds: ['run-1'] }),
      ];
      for (const [i, record] of records.entries()) {
        expect(await store.commitPhoto(record, i === 0 ? null : i)).toBe('committed');
        expect(await store.findPhoto(record.ownerId, record.assetId)).toEqual(record);
      }
    });

    it('finds photos of an owner by their bytes, of one model pack or of the others', async () => {
      const { store } = await openNew();
      const { model } = makePhotoRecord();
      const same = { ownerId: 'owner-a', checksum: 'same' };
      const imported = { ...model, pack: 'imported' };
      await commitNext(store, { ...same, assetId: 'first' });
      await commitNext(store, { ...same, assetId: 'waiting', model: imported });
      await commitNext(store, { ...same, assetId: 'second' });
      await commitNext(store, { ...same, assetId: 'other', checksum: 'another' });
      await commitNext(store, { ...same, ownerId: 'owner-b', assetId: 'stranger' });
      const find = async (isPack: boolean, limit: number): Promise<string[]> => {
        const which = { pack: 'imported', isPack, limit };
        const found = await store.findPhotosByChecksum('owner-a', 'same', which);
        for (const record of found) {
          expect(await store.findPhoto('owner-a', record.assetId)).toEqual(record);
        }
        return found.map(({ assetId }) => assetId);
      };
      expect(await find(true, 10)).toEqual(['waiting']);
      expect(await find(false, 10)).toEqual(['first', 'second']);
      expect(await find(false, 1)).toEqual(['first']);
    });
  });
}
