import type { Store } from '../../../../src/store/store.ts';
import { benchForEach } from '../../../helpers/immich/bench-for-each.ts';
import { addPerson, removePerson } from '../../../helpers/immich/routes/people.ts';
import { BOX, OTHER_BOX, PREVIEW, type SinkBench } from '../../../helpers/immich/sink-bench.ts';

/** Declares how people and faces are written, whatever the store. */
export function describePeople(openStore: () => Promise<Store>): void {
  let bench: SinkBench;

  benchForEach(openStore, (started) => {
    bench = started;
  });

  const named = (personId: string, name: string | null): Promise<unknown> =>
    bench.correct({ kind: 'person-named', personId, name });

  describe('a photo whose faces Immich does not have', () => {
    it('gets its faces and people, and a second time nothing', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }, { personId: 'p2', box: OTHER_BOX }]);
      await bench.write(asset);
      const [one, two] = bench.faces(asset);
      expect(one).toMatchObject({
        ...{ imageWidth: PREVIEW.width, imageHeight: PREVIEW.height, sourceType: 'manual' },
        ...{ boundingBoxX1: 50, boundingBoxY1: 100, boundingBoxX2: 100, boundingBoxY2: 160 },
      });
      expect(new Set([one?.personId, two?.personId])).toEqual(
        new Set(bench.people().map(({ id }) => id)),
      );
      expect(bench.people().map(({ name }) => name)).toEqual(['', '']);
      bench.takeWrites();
      await bench.write(asset);
      await bench.start();
      await bench.write(asset);
      expect(bench.takeWrites()).toEqual([]);
    });

    it('goes to the same person as the photo before', async () => {
      const [one, two] = [
        await bench.addPhoto([{ personId: 'p1' }]),
        await bench.addPhoto([{ personId: 'p1' }]),
      ];
      await Promise.all([bench.write(one), bench.write(two)]);
      expect(bench.people()).toHaveLength(1);
      expect(bench.faces(two)[0]?.personId).toBe(bench.people()[0]?.id);
    });

    it('gets only people with names where that is set, each when it gets one', async () => {
      await bench.start({ settings: { unnamedPeople: false } });
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      await bench.write(asset);
      expect(bench.people()).toEqual([]);
      await named('p1', 'Ada');
      expect(bench.people()).toMatchObject([{ name: 'Ada' }]);
      expect(bench.faces(asset)).toHaveLength(1);
    });

    it('gets its person anew whom Immich cleaned up before the first face was made', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      bench.immich.faults.add({ kind: 'status', status: 500 }, { route: 'POST /faces' });
      await expect(bench.write(asset)).rejects.toMatchObject({ code: 'IMMICH_UNAVAILABLE' });
      bench.immich.faults.clear();
      // Its nightly PersonCleanup deletes who has no faces.
      removePerson(bench.immich.state, bench.people()[0]!);
      await bench.write(asset);
      expect(bench.people()).toMatchObject([{ name: '' }]);
      expect(bench.faces(asset)).toMatchObject([{ personId: bench.people()[0]!.id }]);
    });

    it('is left alone when it was cropped since', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }], { width: 700, height: 800 });
      await expect(bench.write(asset)).rejects.toMatchObject({ code: 'PHOTO_CHANGED' });
      expect(bench.takeWrites()).toEqual([]);
    });
  });

  describe('a face that Immich has found itself', () => {
    it('is assigned, not doubled', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      const found = bench.detect(asset);
      await bench.write(asset);
      expect(bench.faces(asset)).toEqual([found]);
      expect(found.personId).toBe(bench.people()[0]?.id);
      bench.takeWrites();
      await bench.write(asset);
      expect(bench.takeWrites()).toEqual([]);
    });

    it('is assigned to a person made anew whom Immich cleaned up before that', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      const found = bench.detect(asset);
      bench.immich.faults.add({ kind: 'status', status: 500 }, { route: 'PUT /faces/:id' });
      await expect(bench.write(asset)).rejects.toMatchObject({ code: 'IMMICH_UNAVAILABLE' });
      bench.immich.faults.clear();
      removePerson(bench.immich.state, bench.people()[0]!);
      await bench.write(asset);
      expect(bench.faces(asset)).toEqual([{ ...found, personId: bench.people()[0]!.id }]);
    });

    it('brings its person and the name along, which is nobody’s of ours yet', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      const bob = addPerson(bench.immich.state, bench.user, { name: 'Bob' });
      bench.detect(asset, BOX, bob);
      await bench.write(asset);
      expect(bench.takeWrites()).toEqual([]);
      expect(bench.facts).toMatchObject([
        { body: { kind: 'person-named', personId: 'p1', name: 'Bob' }, by: 'immich:ada' },
      ]);
      const next = await bench.addPhoto([{ personId: 'p1' }]);
      await bench.write(next);
      expect(bench.faces(next)[0]?.personId).toBe(bob.id);
      expect(bench.people()).toEqual([bob]);
    });

    it('joins our person from an unnamed fragment, but stays with whom a user named', async () => {
      const first = await bench.addPhoto([{ personId: 'p1' }]);
      await bench.write(first);
      const [ours] = bench.people();
      const fragment = addPerson(bench.immich.state, bench.user);
      const named = addPerson(bench.immich.state, bench.user, { name: 'Grace' });
      const [one, two] = [
        await bench.addPhoto([{ personId: 'p1' }]),
        await bench.addPhoto([{ personId: 'p1' }]),
      ];
      const [inFragment, inNamed] = [
        bench.detect(one, BOX, fragment),
        bench.detect(two, BOX, named),
      ];
      await bench.write(one);
      await bench.write(two);
      expect(inFragment.personId).toBe(ours?.id);
      expect(inNamed.personId).toBe(named.id);
    });

    it('does not make two people with different names one', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      await named('p1', 'Ada');
      const grace = addPerson(bench.immich.state, bench.user, { name: 'Grace' });
      const found = bench.detect(asset, BOX, grace);
      await bench.write(asset);
      expect(found.personId).toBe(grace.id);
      expect(bench.takeWrites()).toEqual([]);
    });
  });

  describe('what we no longer believe', () => {
    it('is withdrawn: the face that we made, and its person', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1', faceId: 'f1' }]);
      await bench.write(asset);
      await bench.lookAgain(asset, [{ personId: null, faceId: 'f1' }]);
      await bench.write(asset);
      expect(bench.faces(asset)).toEqual([]);
      expect(bench.people()).toEqual([]);
      bench.takeWrites();
      await bench.write(asset);
      expect(bench.takeWrites()).toEqual([]);
    });

    it('becomes nobody’s again where Immich found the face', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1', faceId: 'f1' }]);
      const found = bench.detect(asset);
      await bench.write(asset);
      await bench.correct({ kind: 'faces-denied', faceIds: ['f1'], personId: 'p1' });
      expect(bench.faces(asset)).toEqual([found]);
      expect(found.personId).toBeNull();
      expect(bench.people()).toEqual([]);
    });

    it('is moved when it is another person now', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1', faceId: 'f1' }]);
      const other = await bench.addPhoto([{ personId: 'p2' }]);
      await bench.write(asset);
      await bench.write(other);
      await bench.correct({ kind: 'faces-assigned', faceIds: ['f1'], personId: 'p2' });
      expect(bench.faces(asset)).toHaveLength(1);
      expect(bench.faces(asset)[0]?.personId).toBe(bench.faces(other)[0]?.personId);
      expect(bench.people()).toHaveLength(1);
    });

    it('stays where a user has touched it', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1', faceId: 'f1' }]);
      await bench.write(asset);
      const [person] = bench.people();
      person!.isFavorite = true;
      const mine = addPerson(bench.immich.state, bench.user, { name: 'Mine' });
      bench.faces(asset)[0]!.personId = mine.id;
      await bench.lookAgain(asset, [{ personId: null, faceId: 'f1' }]);
      await bench.write(asset);
      expect(bench.takeWrites()).not.toContain('DELETE /faces/:id');
      expect(bench.faces(asset)[0]?.personId).toBe(mine.id);
      expect(bench.people()).toEqual([person, mine]);
    });

    it('goes with a photo that is not looked at any more, but not from the trash', async () => {
      const [one, two] = [
        await bench.addPhoto([{ personId: 'p1' }]),
        await bench.addPhoto([{ personId: 'p1' }]),
      ];
      await bench.write(one);
      await bench.write(two);
      two.deletedAt = new Date();
      for (const asset of [one, two]) {
        await bench.lookAgain(asset, [], true);
        await bench.write(asset);
      }
      expect(bench.faces(one)).toEqual([]);
      expect(bench.faces(two)).toHaveLength(1);
    });

    it('is let be with an asset that was deleted in Immich', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      await bench.write(asset);
      bench.immich.state.assets.delete(asset.id);
      await bench.write(asset);
      const [link] = await bench.store.immichLinks.find(bench.user.id, 'face', {});
      expect(link?.details).toMatchObject({ state: 'away' });
      bench.takeWrites();
      await bench.write(asset);
      expect(bench.takeWrites()).toEqual([]);
    });
  });

  describe('people of ours', () => {
    it('are named, hidden, merged and parted in Immich', async () => {
      const [one, two] = [
        await bench.addPhoto([{ personId: 'p1' }]),
        await bench.addPhoto([{ personId: 'p2' }]),
      ];
      await bench.write(one);
      await bench.write(two);
      await named('p2', 'Ada');
      await bench.correct({ kind: 'person-hidden', personId: 'p2', hidden: true });
      const merge = await bench.correct({
        ...{ kind: 'people-merged', from: 'p1', into: 'p2', name: null },
      });
      expect(bench.people()).toMatchObject([{ name: 'Ada', isHidden: true }]);
      expect(bench.faces(one)[0]?.personId).toBe(bench.faces(two)[0]?.personId);
      await bench.correct({ kind: 'undone', factId: merge.factId });
      expect(bench.people().map(({ name }) => name)).toEqual(['Ada', '']);
      expect(bench.faces(one)[0]?.personId).toBe(bench.people()[1]?.id);
      expect(bench.faces(one)).toHaveLength(1);
    });

    it('are merged at the next try when Immich could not, which it says in a success', async () => {
      const [one, two] = [
        await bench.addPhoto([{ personId: 'p1' }]),
        await bench.addPhoto([{ personId: 'p2' }]),
      ];
      await bench.write(one);
      await bench.write(two);
      bench.immich.state.mergesFail = true;
      const merge = { kind: 'people-merged', from: 'p1', into: 'p2', name: 'Ada' } as const;
      await expect(bench.correct(merge)).rejects.toMatchObject({ code: 'IMMICH_UNAVAILABLE' });
      expect(bench.people()).toHaveLength(2);
      bench.immich.state.mergesFail = false;
      await bench.writeFacts(1);
      expect(bench.people()).toMatchObject([{ name: 'Ada' }]);
      expect(bench.facts).toHaveLength(1);
      expect(bench.faces(one)[0]?.personId).toBe(bench.people()[0]?.id);
    });

    it('are merged face by face by a key that may not merge', async () => {
      const may = ['user.read', 'asset.read', 'face.read', 'face.create', 'face.update'];
      may.push('face.delete', 'person.read', 'person.create', 'person.update', 'person.delete');
      await bench.start({ keys: [bench.immich.state.addKey(bench.user, may)] });
      const [one, two] = [
        await bench.addPhoto([{ personId: 'p1' }]),
        await bench.addPhoto([{ personId: 'p2' }]),
      ];
      await bench.write(one);
      await bench.write(two);
      await bench.correct({ kind: 'people-merged', from: 'p1', into: 'p2', name: 'Ada' });
      expect(bench.people()).toMatchObject([{ name: 'Ada' }]);
      expect(bench.faces(one)[0]?.personId).toBe(bench.people()[0]?.id);
    });
  });
}
