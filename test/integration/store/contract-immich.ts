import { randomUUID } from 'node:crypto';

import { NO_OWNER, type KnownAsset } from '../../../src/immich/source/ports.ts';
import type { Store } from '../../../src/store/store.ts';

/** What the source of Immich's photos keeps, as every store must. */
export function describeImmichContract(
  openNew: () => Promise<{ store: Store; openAgain: () => Promise<Store> }>,
): void {
  const owner = 'owner-a';

  function asset(assetId: string, changes: Partial<KnownAsset> = {}): KnownAsset {
    const picture = `picture of ${assetId}`;
    const known = { assetId, picture, model: 'face-api.1', jobs: 1, seenPass: 0, gone: false };
    return { ...known, ...changes };
  }

  describe("what Immich's source keeps", () => {
    it('gives marks back, of each owner and of none, also to another opener', async () => {
      const { store, openAgain } = await openNew();
      expect(await store.immich.readMark(owner, 'until')).toBeNull();
      await store.immich.writeMark(owner, 'until', 'monday');
      await store.immich.writeMark(owner, 'until', 'tuesday');
      await store.immich.writeMark(NO_OWNER, 'until', '1700000000000-0');
      const other = await openAgain();
      expect(await other.immich.readMark(owner, 'until')).toBe('tuesday');
      expect(await other.immich.readMark(NO_OWNER, 'until')).toBe('1700000000000-0');
      expect(await other.immich.readMark('owner-b', 'until')).toBeNull();
    });

    it('writes assets whole and finds those that are known', async () => {
      const { store, openAgain } = await openNew();
      await store.immich.writeAssets(owner, []);
      await store.immich.writeAssets(owner, [asset('a'), asset('b')]);
      await store.immich.writeAssets(owner, [asset('b', { jobs: 2, gone: true, seenPass: 7 })]);
      await store.immich.writeAssets('owner-b', [asset('a', { picture: 'another' })]);
      const { immich } = await openAgain();
      const found = await immich.findAssets(owner, ['b', 'a', 'c']);
      expect(found.sort((x, y) => (x.assetId < y.assetId ? -1 : 1))).toEqual([
        asset('a'),
        asset('b', { jobs: 2, gone: true, seenPass: 7 }),
      ]);
      expect(await immich.findAssets('owner-b', ['a'])).toEqual([
        asset('a', { picture: 'another' }),
      ]);
      expect(await immich.findAssets(owner, [])).toEqual([]);
    });

    it('tells what a pass has not met, page by page', async () => {
      const { store } = await openNew();
      const ids = ['e', 'c', 'a', 'd', 'b'];
      await store.immich.writeAssets(
        owner,
        ids.map((id) => asset(id)),
      );
      await store.immich.writeAssets('owner-b', [asset('z')]);
      await store.immich.markSeen(owner, ['c', 'unknown'], 3);
      const unseen = async (pass: number, afterAssetId: string, limit: number): Promise<string[]> =>
        (await store.immich.findUnseen(owner, pass, { afterAssetId, limit })).map(
          ({ assetId }) => assetId,
        );
      expect(await unseen(3, '', 10)).toEqual(['a', 'b', 'd', 'e']);
      expect(await unseen(3, '', 2)).toEqual(['a', 'b']);
      expect(await unseen(3, 'b', 2)).toEqual(['d', 'e']);
      expect(await unseen(4, '', 10)).toEqual(['a', 'b', 'c', 'd', 'e']);
      await store.immich.deleteAssets(owner, ['a', 'unknown']);
      expect(await unseen(4, '', 1)).toEqual(['b']);
    });

    it('takes a page of Immich at once', async () => {
      const { store } = await openNew();
      const assets = Array.from({ length: 1000 }, () => asset(randomUUID()));
      const ids = assets.map(({ assetId }) => assetId);
      await store.immich.writeAssets(owner, assets);
      await store.immich.markSeen(owner, ids, 1);
      expect(await store.immich.findAssets(owner, ids)).toHaveLength(1000);
      expect(await store.immich.findUnseen(owner, 1, { afterAssetId: '', limit: 10 })).toEqual([]);
    }, 30_000);

    it('gives a lease to one holder, to another when it has run out or was given back', async () => {
      const { store, openAgain } = await openNew();
      const other = await openAgain();
      const take = (
        { immich }: Store,
        holder: string,
        [nowMillis, untilMillis]: [number, number],
      ): Promise<boolean> => immich.takeLease('watch', holder, { nowMillis, untilMillis });
      expect(await take(store, 'one', [1000, 2000])).toBe(true);
      expect(await take(other, 'two', [1500, 2500])).toBe(false);
      expect(await take(store, 'one', [1900, 3000])).toBe(true);
      expect(await take(other, 'two', [2500, 3500])).toBe(false);
      expect(await take(other, 'two', [3001, 4000])).toBe(true);
      expect(await take(store, 'one', [3500, 4500])).toBe(false);
      expect(await take(other, 'two', [3600, 3599])).toBe(true);
      expect(await take(store, 'one', [3600, 4600])).toBe(true);
      const racing = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          take(i % 2 === 0 ? store : other, `racer-${i}`, [9000, 9999]),
        ),
      );
      expect(racing.filter((taken) => taken)).toHaveLength(1);
      const dayAhead = 24 * 3_600_000;
      expect(await take(store, 'ahead', [dayAhead, dayAhead + 1000])).toBe(true);
      expect(await take(other, 'right', [10_000, 11_000])).toBe(true);
    });

    it('is forgotten with its owner', async () => {
      const { store } = await openNew();
      for (const ownerId of [owner, 'owner-b']) {
        await store.immich.writeAssets(ownerId, [asset('a')]);
        await store.immich.writeMark(ownerId, 'until', 'monday');
      }
      await store.forgetOwner(owner);
      expect(await store.immich.findAssets(owner, ['a'])).toEqual([]);
      expect(await store.immich.readMark(owner, 'until')).toBeNull();
      expect(await store.immich.findAssets('owner-b', ['a'])).toHaveLength(1);
      expect(await store.immich.readMark('owner-b', 'until')).toBe('monday');
    });
  });
}
