import type { Store } from '../../../../src/store/store.ts';
import { upsert as upsertTag } from '../../../helpers/immich/routes/tags.ts';
import { startSinkBench, OTHER_BOX, type SinkBench } from '../../../helpers/immich/sink-bench.ts';
import type { StandInAlbum, StandInAsset } from '../../../helpers/immich/state.ts';

const RULES = {
  everyone: true,
  albums: [{ people: ['Ada', 'Grace'], name: 'Ada and Grace', ownerId: null }],
};

/** Declares how tags and albums are written, whatever the store. */
export function describeCollections(openStore: () => Promise<Store>): void {
  let store: Store;
  let bench: SinkBench;
  let ada: StandInAsset;
  let both: StandInAsset;

  beforeEach(async () => {
    store = await openStore();
    bench = await startSinkBench(store);
    await bench.start({ settings: { tags: true, albums: true, albumRules: RULES } });
    ada = await bench.addPhoto([{ personId: 'p1', faceId: 'f1' }]);
    both = await bench.addPhoto([{ personId: 'p1' }, { personId: 'p2', box: OTHER_BOX }]);
    for (const [personId, name] of [
      ['p1', 'Ada'],
      ['p2', 'Grace'],
    ] as const) {
      await bench.correct({ kind: 'person-named', personId, name });
    }
  });

  afterEach(async () => {
    await bench.stop();
    await store.close();
  });

  const tags = (asset: StandInAsset): string[] =>
    [...bench.immich.state.tags.values()]
      .filter(({ assetIds }) => assetIds.has(asset.id))
      .map(({ value }) => value)
      .sort();
  const albums = (asset: StandInAsset): string[] =>
    [...bench.immich.state.albums.values()]
      .filter(({ assetIds }) => assetIds.has(asset.id))
      .map(({ albumName }) => albumName)
      .sort();
  const album = (name: string): StandInAlbum =>
    [...bench.immich.state.albums.values()].find(({ albumName }) => albumName === name)!;

  describe('tags and albums', () => {
    it('hold the photos of each person, and those of two together; a second time nothing', async () => {
      expect(tags(ada)).toEqual(['Faces/Ada']);
      expect(tags(both)).toEqual(['Faces/Ada', 'Faces/Grace']);
      expect(albums(ada)).toEqual(['Ada']);
      expect(albums(both)).toEqual(['Ada', 'Ada and Grace', 'Grace']);
      bench.takeWrites();
      await bench.write(ada);
      await bench.write(both);
      expect(bench.takeWrites()).toEqual([]);
    });

    it('lose a photo that the person is not on any more, and go when they are empty', async () => {
      await bench.lookAgain(both, [{ personId: 'p1' }]);
      await bench.write(both);
      expect(tags(both)).toEqual(['Faces/Ada']);
      expect(albums(both)).toEqual(['Ada']);
      expect([...bench.immich.state.albums.values()].map(({ albumName }) => albumName)).toEqual([
        'Ada',
      ]);
      expect([...bench.immich.state.tags.values()].map(({ value }) => value)).toEqual([
        'Faces',
        'Faces/Ada',
      ]);
    });

    it('follow a new name, hiding and merging', async () => {
      const { id } = album('Ada');
      await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada/L.' });
      expect(tags(ada)).toEqual(['Faces/Ada-L.']);
      expect(album('Ada/L.').id).toBe(id);
      // An earlier change that comes again tells of a name that is no more.
      const [first] = bench.facts;
      const { signal } = new AbortController();
      await bench.sink.writePeople(first!.ownerId, first!.changes, { signal });
      expect(album('Ada/L.').id).toBe(id);
      await bench.correct({ kind: 'person-hidden', personId: 'p1', hidden: true });
      expect(tags(ada)).toEqual([]);
      expect(albums(both)).toEqual(['Grace']);
      await bench.correct({ kind: 'person-hidden', personId: 'p1', hidden: false });
      await bench.correct({ kind: 'people-merged', from: 'p1', into: 'p2', name: null });
      expect(tags(ada)).toEqual(['Faces/Grace']);
      expect(albums(ada)).toEqual(['Grace']);
    });

    it('stay as they are when somebody without a name takes over a name by a merge', async () => {
      const other = await bench.addPhoto([{ personId: 'p4' }]);
      const kept = album('Ada');
      kept.assetIds.delete(ada.id);
      await bench.write(ada);
      await bench.correct({ kind: 'people-merged', from: 'p1', into: 'p4', name: null });
      expect(album('Ada')).toBe(kept);
      // What a user took out stays out.
      expect({ both: albums(both), other: albums(other), ada: albums(ada) }).toEqual({
        ...{ both: ['Ada', 'Ada and Grace', 'Grace'], other: ['Ada'], ada: [] },
      });
      expect(tags(other)).toEqual(['Faces/Ada']);
      bench.takeWrites();
      for (const asset of [ada, both, other]) await bench.write(asset);
      expect(bench.takeWrites()).toEqual([]);
      const { sink, accounts } = await bench.start();
      const signal = new AbortController().signal;
      await sink.withdraw(accounts.of(bench.user.id), { dryRun: false, signal });
      expect([...bench.immich.state.albums.values()]).toEqual([]);
    });

    it('keep what a user put in, and do not get back what a user took out', async () => {
      const stranger = bench.immich.state.addAsset(bench.user, bench.picture);
      album('Ada').assetIds.add(stranger.id);
      album('Grace').assetIds.delete(both.id);
      await bench.lookAgain(ada, [{ personId: null, faceId: 'f1' }]);
      for (const asset of [ada, both]) await bench.write(asset);
      expect([...album('Ada').assetIds]).toEqual([both.id, stranger.id]);
      expect(albums(both)).toEqual(['Ada', 'Ada and Grace']);
    });

    it('of a user’s own with the name are used, and neither renamed nor deleted', async () => {
      const name = 'Alan';
      const own = bench.immich.state.addAlbum(bench.user, name);
      const asset = await bench.addPhoto([{ personId: 'p3', faceId: 'f3' }]);
      await bench.correct({ kind: 'person-named', personId: 'p3', name });
      expect([...own.assetIds]).toEqual([asset.id]);
      await bench.correct({ kind: 'person-named', personId: 'p3', name: 'Alan T.' });
      expect(own).toMatchObject({ albumName: name, assetIds: new Set([asset.id]) });
      await bench.lookAgain(asset, [{ personId: null, faceId: 'f3' }]);
      await bench.write(asset);
      expect([...own.assetIds]).toEqual([]);
      expect(album(name)).toBe(own);
    });

    it.each(['3.1.0', '2.7.5'])(
      'of another user that is shared is left alone, also when it is of a worker (Immich %s)',
      async (version) => {
        const [major, minor, patch] = version.split('.').map(Number) as [number, number, number];
        bench.immich.state.version = { major, minor, patch };
        await bench.start({ settings: { tags: true, albums: true, albumRules: RULES } });
        const bob = bench.immich.state.addUser('bob');
        const theirs = bench.immich.state.addAlbum(bob, 'Alan', { sharedWith: [bench.user] });
        theirs.description = 'Kept up to date by immich-face-worker';
        const asset = await bench.addPhoto([{ personId: 'p3' }]);
        await bench.correct({ kind: 'person-named', personId: 'p3', name: 'Alan' });
        expect(theirs.assetIds.size).toBe(0);
        expect(albums(asset)).toEqual(['Alan']);
      },
    );

    it('that hold photos of others, or in the trash or archive, are not deleted', async () => {
      const bob = bench.immich.state.addUser('bob');
      const others = [
        bench.immich.state.addAsset(bob, bench.picture),
        bench.immich.state.addAsset(bench.user, bench.picture, { visibility: 'archive' }),
        bench.immich.state.addAsset(bench.user, bench.picture, { deletedAt: new Date() }),
      ];
      for (const version of [{ major: 2, minor: 7, patch: 5 }, bench.immich.state.version]) {
        bench.immich.state.version = version;
        await bench.start({ settings: { tags: true, albums: true, albumRules: RULES } });
        for (const other of others) {
          album('Grace').assetIds.add(other.id);
          await bench.lookAgain(both, [{ personId: 'p1' }]);
          await bench.write(both);
          expect([...album('Grace').assetIds]).toEqual([other.id]);
          await bench.lookAgain(both, [{ personId: 'p1' }, { personId: 'p2', box: OTHER_BOX }]);
          await bench.write(both);
          album('Grace').assetIds.delete(other.id);
        }
      }
    });

    it('that a user deleted when they were about to go are no trouble', async () => {
      bench.immich.state.albums.delete(album('Ada and Grace').id);
      await bench.lookAgain(both, [{ personId: 'p1' }]);
      await bench.write(both);
      expect(await bench.readBack()).toMatchObject({ people: 1 });
      expect(albums(both)).toEqual(['Ada']);
    });

    it('do not wait for faces that cannot be written', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }], { width: 50, height: 400 });
      await expect(bench.write(asset)).rejects.toMatchObject({ code: 'PHOTO_CHANGED' });
      expect(bench.faces(asset)).toEqual([]);
      expect(albums(asset)).toEqual(['Ada']);
    });

    it('alone need no right to people, neither to be read back nor repaired', async () => {
      const may = ['user.read', 'asset.read', 'tag.create', 'tag.asset', 'tag.read', 'tag.delete'];
      await store.forgetOwner(bench.user.id);
      const { accounts, sink } = await bench.start({
        keys: [bench.immich.state.addKey(bench.user, may)],
        settings: { people: false, tags: true },
      });
      const asset = await bench.addPhoto([{ personId: 'p4' }]);
      await bench.correct({ kind: 'person-named', personId: 'p4', name: 'Edsger' });
      await bench.write(asset);
      expect(tags(asset)).toEqual(['Faces/Edsger']);
      expect(await bench.readBack()).toMatchObject({ people: 0 });
      const repaired = await sink.repair(accounts.of(bench.user.id), { dryRun: false });
      expect(repaired).toMatchObject({ people: 0 });
    });

    it('do not get a photo that is gone meanwhile', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      await bench.start({
        settings: { people: false, tags: true, albums: true, albumRules: RULES },
      });
      // Deleted after it was asked about.
      bench.immich.faults.add(
        { kind: 'then', work: bench.immich.state.deleteAsset.bind(bench.immich.state, asset) },
        { route: 'GET /assets/:id', times: 1 },
      );
      await bench.write(asset);
      expect([...tags(asset), ...albums(asset)]).toEqual([]);
      const members = await store.immichLinks.find(bench.user.id, 'member', { id: asset.id });
      expect(members).toEqual([]);
    });

    it('that a user deleted are not made again until a repair', async () => {
      bench.immich.state.albums.delete(album('Ada').id);
      const next = await bench.addPhoto([{ personId: 'p1' }]);
      await bench.write(next);
      expect(albums(next)).toEqual([]);
      const { accounts, sink } = await bench.start({
        settings: { tags: true, albums: true, albumRules: RULES },
      });
      await sink.repair(accounts.of(bench.user.id), { dryRun: false });
      for (const asset of [ada, both, next]) await bench.write(asset);
      expect(album('Ada').assetIds.size).toBe(3);
    });

    it('that a user deleted keep nobody from being named, and come back by a repair at once', async () => {
      for (const { id } of [album('Ada'), album('Grace')]) bench.immich.state.albums.delete(id);
      const next = await bench.addPhoto([{ personId: 'p1' }]);
      await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada L.' });
      await bench.write(next);
      expect(tags(next)).toEqual(['Faces/Ada L.']);
      expect(albums(both)).toEqual(['Ada and Grace']);
      // Nothing was written meanwhile by which the other's deletion would show.
      await bench.sink.repair(bench.account, { dryRun: false });
      for (const asset of [ada, both, next]) await bench.write(asset);
      expect(album('Ada L.').assetIds.size).toBe(3);
      expect(albums(both)).toEqual(['Ada L.', 'Ada and Grace', 'Grace']);
    });
  });

  describe('a withdrawal', () => {
    it('leaves the tag above ours where it was there before, or has others below it', async () => {
      for (const mine of ['Faces', 'Faces/of clocks']) {
        bench.immich.state.tags.clear();
        await store.forgetOwner(bench.user.id);
        upsertTag(bench.immich.state, bench.user, mine);
        const { sink, accounts } = await bench.start({ settings: { tags: true } });
        const asset = await bench.addPhoto([{ personId: 'p1' }]);
        await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada' });
        await bench.write(asset);
        expect(tags(asset)).toEqual(['Faces/Ada']);
        const signal = new AbortController().signal;
        await sink.withdraw(accounts.of(bench.user.id), { dryRun: false, signal });
        const left = [...bench.immich.state.tags.values()].map(({ value }) => value);
        expect(left.at(-1)).toBe(mine);
        expect(left).not.toContain('Faces/Ada');
      }
    });

    it('takes back all that was written, says so before, and leaves what is a user’s', async () => {
      const stranger = bench.immich.state.addAsset(bench.user, bench.picture);
      album('Ada').assetIds.add(stranger.id);
      const found = bench.detect(await bench.addPhoto([{ personId: 'p1' }]));
      await bench.write(bench.immich.state.assets.get(found.assetId)!);
      const { sink, accounts } = await bench.start();
      const account = accounts.of(bench.user.id);
      const signal = new AbortController().signal;
      const counts = { tagged: 4, inAlbums: 5, faces: 3, unassigned: 1, people: 2 };
      expect(await sink.withdraw(account, { dryRun: true, signal })).toMatchObject(counts);
      expect(bench.takeWrites()).toEqual([]);
      expect(await sink.withdraw(account, { dryRun: false, signal })).toEqual({
        ...counts,
        kept: 1,
        ...{ left: 0, leftFaces: 0, leftPeople: 0 },
      });
      const { state } = bench.immich;
      expect([...state.faces.values()]).toEqual([{ ...found, personId: null }]);
      expect(bench.people()).toEqual([]);
      expect([...state.albums.values()].map((one) => [...one.assetIds])).toEqual([[stranger.id]]);
      expect([...state.tags.values()]).toEqual([]);
      for (const kind of ['person', 'face', 'collection', 'member'] as const) {
        expect(await store.immichLinks.find(bench.user.id, kind, {})).toEqual([]);
      }
    });
  });
}
