import type { Store } from '../../../../src/store/store.ts';
import { benchForEach } from '../../../helpers/immich/bench-for-each.ts';
import { OTHER_BOX, type SinkBench } from '../../../helpers/immich/sink-bench.ts';
import type { StandInAlbum, StandInAsset } from '../../../helpers/immich/state.ts';

const SETTINGS = {
  ...{ people: false, albums: true },
  albumRules: {
    everyone: false,
    albums: [
      { people: ['Ada'], name: 'Ada', ownerId: null },
      { people: ['Ada', 'Grace'], name: 'The two', ownerId: null },
    ],
  },
};

/** Declares what becomes of albums by rules when people change, whatever the store. */
export function describeRuleAlbums(openStore: () => Promise<Store>): void {
  let bench: SinkBench;
  let ada: StandInAsset;
  let both: StandInAsset;

  benchForEach(
    openStore,
    (started) => {
      bench = started;
    },
    { settings: SETTINGS },
  );

  beforeEach(async () => {
    ada = await bench.addPhoto([{ personId: 'p1', faceId: 'f1' }]);
    both = await bench.addPhoto([{ personId: 'p1' }, { personId: 'p2', box: OTHER_BOX }]);
    await named('p1', 'Ada');
    await named('p2', 'Grace');
    expect(albums()).toEqual([
      ['Ada', [ada.id, both.id]],
      ['The two', [both.id]],
    ]);
    bench.takeWrites();
  });

  const named = (personId: string, name: string | null): Promise<unknown> =>
    bench.correct({ kind: 'person-named', personId, name });
  const all = (): StandInAlbum[] => [...bench.immich.state.albums.values()];
  const albums = (): unknown[] =>
    all().map(({ albumName, assetIds }) => [albumName, [...assetIds]]);

  describe('an album by a rule', () => {
    it('stays the same album when the person gets another name, which it takes over', async () => {
      await named('p1', 'Ada Lovelace');
      expect(bench.takeWrites()).toEqual(['PATCH /albums/:id']);
      const later = await bench.addPhoto([{ personId: 'p1' }]);
      for (const asset of [ada, both, later]) await bench.write(asset);
      expect(albums()).toEqual([
        ['Ada Lovelace', [ada.id, both.id, later.id]],
        ['The two', [both.id]],
      ]);
    });

    it('is looked at before the rename has come in, and loses nothing', async () => {
      const fact = bench.facts.length;
      bench.facts.push = () => 0;
      await named('p1', 'Ada Lovelace');
      expect(bench.facts).toHaveLength(fact);
      await bench.write(ada);
      expect(bench.takeWrites()).toEqual([]);
    });

    it('keeps a name that a user gave it', async () => {
      all()[0]!.albumName = 'My favourites';
      await named('p1', 'Ada Lovelace');
      await bench.write(ada);
      expect(albums()[0]).toEqual(['My favourites', [ada.id, both.id]]);
      expect(bench.takeWrites()).toEqual([]);
    });

    it('is whoever has the name, when another person gets it', async () => {
      const other = await bench.addPhoto([{ personId: 'p3' }]);
      await named('p1', 'Ida');
      await named('p3', 'Ada');
      for (const asset of [ada, both, other]) await bench.write(asset);
      expect(all()[0]).toMatchObject({ albumName: 'Ada' });
      expect(albums()).toEqual([['Ada', [other.id]]]);
    });

    it('goes on with the person into whom another was merged', async () => {
      await named('p1', null);
      expect(albums()).toEqual([]);
      await named('p1', 'Ada');
      const other = await bench.addPhoto([{ personId: 'p3' }]);
      await named('p3', 'Countess');
      await bench.correct({ kind: 'people-merged', from: 'p1', into: 'p3', name: 'Countess' });
      for (const asset of [ada, both, other]) await bench.write(asset);
      const [one] = all().filter(({ albumName }) => albumName === 'Countess');
      expect([...(one?.assetIds ?? [])].sort()).toEqual([ada.id, both.id, other.id].sort());
    });

    it.each([
      ['with another user', { sharedWith: new Set(['bob']) }],
      ['by a link', { hasSharedLink: true }],
    ])('that a user shared %s is not deleted when it gets empty', async (_, shared) => {
      for (const one of all()) Object.assign(one, shared);
      for (const asset of [ada, both]) {
        await bench.lookAgain(asset, []);
        await bench.write(asset);
      }
      await bench.readBack();
      expect(albums()).toEqual([
        ['Ada', []],
        ['The two', []],
      ]);
      await bench.lookAgain(ada, [{ personId: 'p1', faceId: 'f1' }]);
      await bench.write(ada);
      expect(albums()[0]).toEqual(['Ada', [ada.id]]);
    });
  });
}
