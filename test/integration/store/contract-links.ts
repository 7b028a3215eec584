import type { Link } from '../../../src/immich/sink/links.ts';
import type { Store } from '../../../src/store/store.ts';

const link = (changes: Partial<Link> = {}): Link => ({
  ownerId: 'owner-a',
  kind: 'face',
  group: 'asset-1',
  id: 'face-1',
  immichId: 'immich-face-1',
  immichPersonId: 'immich-person-1',
  details: { origin: 'created', state: 'linked', before: null },
  ...changes,
});

/** Declares what every store must do with what stands in Immich for ours; part of the contract. */
export function describeLinksContract(openNew: () => Promise<{ store: Store }>): void {
  describe('links to Immich', () => {
    it('are found by what is ours and by what is Immich’s, of one owner and kind', async () => {
      const { immichLinks } = (await openNew()).store;
      const [one, other] = [link(), link({ id: 'face-2', immichId: 'immich-face-2' })];
      const person = link({ kind: 'person', group: '', id: 'person-1', immichId: null });
      await immichLinks.write([other, one, person, link({ ownerId: 'owner-b' })]);
      expect(await immichLinks.find('owner-a', 'face', { group: 'asset-1' })).toEqual([one, other]);
      expect(await immichLinks.find('owner-a', 'face', { id: 'face-2' })).toEqual([other]);
      const byIds = { immichId: 'immich-face-1', immichPersonId: 'immich-person-1' };
      expect(await immichLinks.find('owner-a', 'face', byIds)).toEqual([one]);
      const any = { immichId: ['immich-face-2', 'immich-face-1', 'nobody'] };
      expect(await immichLinks.find('owner-a', 'face', any)).toEqual([one, other]);
      expect(await immichLinks.find('owner-a', 'person', {})).toEqual([person]);
      expect(await immichLinks.find('owner-c', 'face', {})).toEqual([]);
    });

    it('come page by page, in order of group and id', async () => {
      const { immichLinks } = (await openNew()).store;
      const all = ['a', 'b', 'c'].flatMap((group) =>
        ['1', '2'].map((id) => link({ group, id, immichId: `${group}${id}` })),
      );
      await immichLinks.write(all.toReversed());
      const first = await immichLinks.find('owner-a', 'face', {}, { after: null, limit: 3 });
      expect(first).toEqual(all.slice(0, 3));
      const page = { after: first[2]!, limit: 10 };
      expect(await immichLinks.find('owner-a', 'face', {}, page)).toEqual(all.slice(3));
    });

    it('are written over and removed by their key; forgetting an owner removes all', async () => {
      const { store } = await openNew();
      const { immichLinks } = store;
      await immichLinks.write([link(), link({ id: 'face-2' }), link({ ownerId: 'owner-b' })]);
      const changed = link({ immichId: null, details: { state: 'declined' } });
      await immichLinks.write([changed]);
      await immichLinks.remove([link({ id: 'face-2' }), link({ id: 'never-there' })]);
      expect(await immichLinks.find('owner-a', 'face', {})).toEqual([changed]);
      await store.forgetOwner('owner-a');
      expect(await immichLinks.find('owner-a', 'face', {})).toEqual([]);
      expect(await immichLinks.find('owner-b', 'face', {})).toHaveLength(1);
    });
  });
}
