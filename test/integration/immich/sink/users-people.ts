import type { Store } from '../../../../src/store/store.ts';
import { benchForEach } from '../../../helpers/immich/bench-for-each.ts';
import { addPerson, mergePeople, removePerson } from '../../../helpers/immich/routes/people.ts';
import { BOX, type SinkBench } from '../../../helpers/immich/sink-bench.ts';
import type { StandInAsset, StandInPerson } from '../../../helpers/immich/state.ts';

/** Declares what becomes of people whom a user has named in Immich, whatever the store. */
export function describeUsersPeople(openStore: () => Promise<Store>): void {
  let bench: SinkBench;

  benchForEach(openStore, (started) => {
    bench = started;
  });

  const addNamed = (name: string): StandInPerson =>
    addPerson(bench.immich.state, bench.user, { name });
  /** Photos of somebody of ours, written; with `theirs` Immich has found the faces to be that one. */
  async function photosOf(
    personId: string,
    count: number,
    theirs?: StandInPerson,
  ): Promise<StandInAsset[]> {
    const assets: StandInAsset[] = [];
    for (let i = 0; i < count; i++) {
      const asset = await bench.addPhoto([{ personId }]);
      if (theirs !== undefined) bench.detect(asset, BOX, theirs);
      await bench.write(asset);
      assets.push(asset);
    }
    return assets;
  }
  async function expectSettled(assets: readonly StandInAsset[]): Promise<void> {
    const facts = bench.facts.length;
    bench.takeWrites();
    await bench.writeFacts();
    for (const asset of assets) await bench.write(asset);
    await bench.readBack();
    expect(bench.takeWrites()).toEqual([]);
    expect(bench.facts).toHaveLength(facts);
  }
  const bodies = (): unknown[] => bench.facts.map(({ body }) => body);
  const namedGrace = { kind: 'person-named', personId: 'p1', name: 'Grace' };

  describe('somebody whom a user named in Immich and who has the faces of ours', () => {
    it('is ours from then on, with the name, in place of who the worker had made', async () => {
      const ours = await photosOf('p1', 4);
      const grace = addNamed('Grace');
      const theirs = await photosOf('p1', 3, grace);
      expect(bench.people()).toHaveLength(2);
      expect(await bench.readBack()).toMatchObject({ joined: 1 });
      expect(bodies()).toEqual([namedGrace]);
      expect(bench.people()).toEqual([grace]);
      for (const asset of [...ours, ...theirs]) {
        expect(bench.faces(asset)).toMatchObject([{ personId: grace.id }]);
      }
      await expectSettled([...ours, ...theirs]);
    });

    it('is ours also where the worker has no right to merge: face by face', async () => {
      const may = ['user.read', 'asset.read', 'face.read', 'face.create', 'face.update'];
      may.push('face.delete', 'person.read', 'person.create', 'person.update');
      const secret = bench.immich.state.addKey(bench.user, may);
      const ours = await photosOf('p1', 2);
      const grace = addNamed('Grace');
      await photosOf('p1', 2, grace);
      const { sink, accounts } = await bench.start({ keys: [secret] });
      await sink.readBack(accounts.of(bench.user.id), new AbortController().signal);
      expect(bodies()).toEqual([namedGrace]);
      for (const asset of ours) {
        await bench.write(asset);
        expect(bench.faces(asset)).toMatchObject([{ personId: grace.id }]);
      }
    });

    it('gives the name to ours who is not written without one', async () => {
      await bench.start({ settings: { unnamedPeople: false } });
      const grace = addNamed('Grace');
      const assets = await photosOf('p1', 3, grace);
      expect(bodies()).toEqual([]);
      expect(await bench.readBack()).toMatchObject({ joined: 1 });
      expect(bodies()).toEqual([namedGrace]);
      await expectSettled(assets);
    });

    it('is ours after the user had deleted who was ours before', async () => {
      await photosOf('p1', 3);
      removePerson(bench.immich.state, bench.people()[0]!);
      await bench.readBack();
      const grace = addNamed('Grace');
      await photosOf('p1', 3, grace);
      expect(await bench.readBack()).toMatchObject({ joined: 1 });
      expect(bodies()).toEqual([namedGrace]);
      expect(bench.people()).toEqual([grace]);
    });

    it('has more of them than by chance, of one of ours alone', async () => {
      await photosOf('p1', 6);
      await photosOf('p2', 1);
      const grace = addNamed('Grace');
      await photosOf('p1', 2, grace);
      await photosOf('p2', 2, grace);
      expect(await bench.readBack()).toMatchObject({ joined: 0 });
      expect(bodies()).toEqual([]);
    });

    it.each([
      ['ours has another name', { name: 'Ada' }],
      ['a user has touched ours in Immich', { isFavorite: true }],
    ])('stays apart when %s', async (_, changes) => {
      const assets = await photosOf('p1', 1);
      Object.assign(bench.people()[0]!, changes);
      await bench.readBack();
      const grace = addNamed('Grace');
      const theirs = await photosOf('p1', 3, grace);
      expect(await bench.readBack()).toMatchObject({ joined: 0 });
      expect(bodies()).not.toContainEqual(namedGrace);
      expect(bench.people()).toHaveLength(2);
      await expectSettled([...assets, ...theirs]);
    });

    it('is ours when the user moved all faces there, however many', async () => {
      const assets = await photosOf('p1', 25);
      const grace = addNamed('Grace');
      for (const asset of assets) bench.faces(asset)[0]!.personId = grace.id;
      expect(await bench.readBack()).toMatchObject({ merged: 1, distrusted: 0 });
      expect(bodies()).toEqual([namedGrace]);
      await expectSettled(assets);
    });

    it('gives the name at once when the user merged ours into that one', async () => {
      const assets = await photosOf('p1', 2);
      const grace = addNamed('Grace');
      mergePeople(bench.immich.state, grace, bench.people()[0]!);
      await bench.readBack();
      expect(bodies()).toEqual([namedGrace]);
      await expectSettled(assets);
    });

    it('gets many faces that the user moved at once, and those alone', async () => {
      const assets = await photosOf('p1', 30);
      await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada' });
      const grace = addNamed('Grace');
      const moved = assets.slice(0, 22);
      for (const asset of moved) bench.faces(asset)[0]!.personId = grace.id;
      expect(await bench.readBack()).toMatchObject({ movedFaces: 22, distrusted: 0 });
      expect(bench.people().map(({ name }) => name)).toEqual(['Ada', 'Grace']);
      await expectSettled(assets);
    });
  });

  describe('two of ours who are merged here', () => {
    it('leave the one who was a user’s in Immich, with all that is the user’s', async () => {
      const grace = addNamed('Grace');
      grace.isFavorite = true;
      const [one] = await photosOf('p1', 1, grace);
      const [two] = await photosOf('p2', 1);
      await bench.correct({ kind: 'people-merged', from: 'p1', into: 'p2', name: null });
      expect(bench.people()).toEqual([grace]);
      expect(grace).toMatchObject({ name: 'Grace', isFavorite: true });
      for (const asset of [one!, two!]) {
        expect(bench.faces(asset)).toMatchObject([{ personId: grace.id }]);
      }
      await expectSettled([one!, two!]);
    });

    it('leave the user’s own with the name that was chosen here', async () => {
      const grace = addNamed('Grace');
      await photosOf('p1', 1, grace);
      const [two] = await photosOf('p2', 1);
      await bench.correct({ kind: 'people-merged', from: 'p1', into: 'p2', name: 'Grace H.' });
      expect(bench.people()).toMatchObject([{ id: grace.id, name: 'Grace H.' }]);
      await expectSettled([two!]);
    });

    it('leave who was kept before where both are a user’s', async () => {
      const [ada, grace] = [addNamed('Ada'), addNamed('Grace')];
      await photosOf('p1', 1, ada);
      await photosOf('p2', 1, grace);
      await bench.correct({ kind: 'people-merged', from: 'p1', into: 'p2', name: null });
      expect(bench.people()).toMatchObject([{ id: grace.id, name: 'Grace' }]);
    });
  });
}
