import type { Store } from '../../../../src/store/store.ts';
import { benchForEach } from '../../../helpers/immich/bench-for-each.ts';
import { addPerson, mergePeople, removePerson } from '../../../helpers/immich/routes/people.ts';
import { OTHER_BOX, type SinkBench } from '../../../helpers/immich/sink-bench.ts';
import type { StandInAsset } from '../../../helpers/immich/state.ts';

/** Declares what of a user's changes in Immich is taken over, whatever the store. */
export function describeReadBack(openStore: () => Promise<Store>): void {
  let bench: SinkBench;

  benchForEach(openStore, (started) => {
    bench = started;
  });

  /** Photos of p1, as many as named; each is written. */
  async function photosOf(personId: string, count: number): Promise<StandInAsset[]> {
    const assets: StandInAsset[] = [];
    for (let i = 0; i < count; i++) {
      const asset = await bench.addPhoto([{ personId }]);
      await bench.write(asset);
      assets.push(asset);
    }
    return assets;
  }

  /** Everything once more; answers with the writes that it took. */
  async function writeAgain(assets: readonly StandInAsset[]): Promise<string[]> {
    bench.takeWrites();
    await bench.writeFacts();
    for (const asset of assets) await bench.write(asset);
    return bench.takeWrites();
  }

  const bodies = (): unknown[] => bench.facts.map(({ body }) => body);

  describe('what a user did in Immich', () => {
    it('is taken over when it is a name or hiding, once', async () => {
      const assets = await photosOf('p1', 1);
      Object.assign(bench.people()[0]!, { name: 'Ada', isHidden: true });
      expect(await bench.readBack()).toMatchObject({ people: 1, gone: 0 });
      await bench.readBack();
      expect(bodies()).toEqual([
        { kind: 'person-named', personId: 'p1', name: 'Ada' },
        { kind: 'person-hidden', personId: 'p1', hidden: true },
      ]);
      expect(await writeAgain(assets)).toEqual([]);
    });

    it('wins over a name that we were given since', async () => {
      await photosOf('p1', 1);
      await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada' });
      bench.people()[0]!.name = 'Ada L.';
      await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada Lovelace' });
      expect(bench.people()[0]?.name).toBe('Ada L.');
      expect(bodies().at(-1)).toEqual({ kind: 'person-named', personId: 'p1', name: 'Ada L.' });
    });

    it('is taken over when two people were merged', async () => {
      const assets = [...(await photosOf('p1', 3)), ...(await photosOf('p2', 1))];
      const [one, two] = bench.people();
      mergePeople(bench.immich.state, two!, one!);
      expect(await bench.readBack()).toMatchObject({ merged: 1, gone: 0, movedFaces: 0 });
      expect(bodies()).toEqual([{ kind: 'people-merged', from: 'p1', into: 'p2', name: null }]);
      expect(await writeAgain(assets)).toEqual([]);
      expect(bench.people()).toEqual([two]);
    });

    it('leaves our person as it is when Immich’s went into one that was none of ours', async () => {
      const assets = await photosOf('p1', 2);
      const bob = addPerson(bench.immich.state, bench.user, { name: 'Bob' });
      mergePeople(bench.immich.state, bob, bench.people()[0]!);
      expect(await bench.readBack()).toMatchObject({ merged: 1 });
      await bench.readBack();
      expect(bodies()).toEqual([{ kind: 'person-named', personId: 'p1', name: 'Bob' }]);
      expect(await writeAgain(assets)).toEqual([]);
    });

    it('is taken over when a face was moved, to a person of ours or a new one', async () => {
      const [one, two, three] = await photosOf('p1', 3);
      await photosOf('p2', 1);
      const [, p2] = bench.people();
      const fresh = addPerson(bench.immich.state, bench.user, { name: 'Grace' });
      bench.faces(one!)[0]!.personId = p2!.id;
      bench.faces(two!)[0]!.personId = fresh.id;
      // What ours says of them later is not written over the user's word.
      expect(await writeAgain([one!, two!, three!])).toEqual([]);
      expect(await bench.readBack()).toMatchObject({ movedFaces: 2, distrusted: 0 });
      const again = await bench.readBack();
      expect(again).toMatchObject({ movedFaces: 0 });
      expect(bodies()).toHaveLength(3);
      expect(bodies()).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'faces-assigned', personId: 'p2', as: 'moved' }),
          expect.objectContaining({ kind: 'faces-assigned', as: 'split' }),
          expect.objectContaining({ kind: 'person-named', name: 'Grace' }),
        ]),
      );
      expect(await writeAgain([one!, two!, three!])).toEqual([]);
    });

    it('is taken over when two faces on one photo were swapped', async () => {
      const alone = [...(await photosOf('p1', 1)), ...(await photosOf('p2', 1))];
      const together = await bench.addPhoto([
        { personId: 'p1', faceId: 'a' },
        { personId: 'p2', faceId: 'b', box: OTHER_BOX },
      ]);
      const found = bench.detect(together, OTHER_BOX);
      await bench.write(together);
      const made = bench.faces(together).find(({ id }) => id !== found.id)!;
      [made.personId, found.personId] = [found.personId, made.personId];
      // Immich shows both people on the photo, as before.
      expect(await writeAgain([...alone, together])).toEqual([]);
      expect(await bench.readBack()).toMatchObject({ movedFaces: 2, distrusted: 0 });
      expect(bodies()).toHaveLength(2);
      expect(bodies()).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'faces-assigned', faceIds: ['a'], personId: 'p2' }),
          expect.objectContaining({ kind: 'faces-assigned', faceIds: ['b'], personId: 'p1' }),
        ]),
      );
      expect(await writeAgain([...alone, together])).toEqual([]);
      expect(await bench.readBack()).toMatchObject({ movedFaces: 0 });
    });

    it('is taken over when a face went to somebody new and another took its place', async () => {
      await photosOf('p1', 2);
      await photosOf('p2', 2);
      const together = await bench.addPhoto([
        { personId: 'p1', faceId: 'a' },
        { personId: 'p2', faceId: 'b', box: OTHER_BOX },
      ]);
      await bench.write(together);
      const [a, b] = bench.faces(together);
      const fresh = addPerson(bench.immich.state, bench.user, { name: 'Grace' });
      [a!.personId, b!.personId] = [fresh.id, a!.personId];
      expect(await bench.readBack()).toMatchObject({ movedFaces: 2 });
      expect(bodies()).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ kind: 'person-named', name: 'Grace' }),
          expect.objectContaining({ kind: 'faces-assigned', faceIds: ['b'], personId: 'p1' }),
        ]),
      );
      expect(await writeAgain([together])).toEqual([]);
    });

    it('is taken over when a face was removed: nobody is known by it, nor written again', async () => {
      const [asset] = await photosOf('p1', 2);
      bench.faces(asset!)[0]!.deletedAt = new Date();
      expect(await bench.readBack()).toMatchObject({ removedFaces: 1 });
      expect(bodies()).toMatchObject([{ kind: 'faces-ignored', reason: 'removed in Immich' }]);
      expect(await writeAgain([asset!])).toEqual([]);
    });

    it('is not that a face was removed when the photo was cropped', async () => {
      const [asset] = await photosOf('p1', 2);
      const [face] = bench.faces(asset!);
      Object.assign(asset!, { isEdited: true });
      face!.isVisible = false;
      expect(await bench.readBack()).toMatchObject({ removedFaces: 0, distrusted: 0 });
      expect(await writeAgain([asset!])).toEqual([]);
      await bench.lookAgain(asset!, []);
      await bench.write(asset!);
      Object.assign(asset!, { isEdited: false });
      face!.isVisible = true;
      expect(bodies()).toEqual([]);
      await bench.lookAgain(asset!, [{ personId: 'p1' }]);
      expect(await writeAgain([asset!])).toEqual([]);
      expect(bench.faces(asset!)).toEqual([face]);
    });

    it('ends the writing of a person who was deleted, and changes nothing of ours', async () => {
      const assets = await photosOf('p1', 2);
      removePerson(bench.immich.state, bench.people()[0]!);
      expect(await bench.readBack()).toMatchObject({ gone: 1 });
      expect(bodies()).toEqual([]);
      expect(await writeAgain(assets)).toEqual([]);
    });
  });

  describe('a look at more people than one pass is for', () => {
    const MOST = 6;
    const PEOPLE = 20;

    /** Requests of one pass, by route. */
    async function requestsOfPass(): Promise<Record<string, number>> {
      await bench.readBack();
      const counts: Record<string, number> = {};
      for (const { route } of bench.immich.takeRequests()) counts[route] = (counts[route] ?? 0) + 1;
      return counts;
    }
    async function manyPeople(): Promise<StandInAsset[]> {
      const assets: StandInAsset[] = [];
      for (let i = 0; i < PEOPLE; i++) assets.push(...(await photosOf(`p${i}`, 1)));
      await bench.start({ mostPeople: MOST });
      return assets;
    }

    it('asks for no more of them in a pass, and for all of them in turn', async () => {
      const assets = await manyPeople();
      for (const asset of assets) bench.faces(asset)[0]!.deletedAt = new Date();
      for (let pass = 0; pass < Math.ceil(PEOPLE / MOST); pass++) {
        const { 'GET /people': lists, 'POST /search/metadata': searches } = await requestsOfPass();
        expect({ lists, searches: searches! <= MOST }).toEqual({ lists: 1, searches: true });
      }
      expect(bodies()).toHaveLength(PEOPLE);
    });

    it('takes over at once who was named, deleted or merged, as far as Immich lists them', async () => {
      await manyPeople();
      for (const [i, person] of bench.people().entries()) person.name = `Name ${i}`;
      expect(await bench.readBack()).toMatchObject({ people: MOST });
      expect(bodies()).toHaveLength(PEOPLE);
      const people = bench.people();
      const changed = [people[12]!, people[17]!];
      mergePeople(bench.immich.state, changed[1]!, changed[0]!);
      expect(await bench.readBack()).toMatchObject({ people: MOST, merged: 1 });
      expect(bodies().at(-1)).toMatchObject({ kind: 'people-merged', into: 'p17' });
    });

    it('begins with whom Immich says to have changed', async () => {
      const assets = await manyPeople();
      for (const [i, person] of bench.people().entries()) person.name = `Name ${i}`;
      await bench.readBack();
      for (const i of [3, 9]) {
        bench.faces(assets[i]!)[0]!.personId = bench.people()[15]!.id;
        bench.people()[15]!.updatedAt = new Date(Date.now() + 60_000 * i);
        bench.people()[i]!.updatedAt = new Date(Date.now() + 60_000 * i);
        expect(await bench.readBack()).toMatchObject({ people: MOST, movedFaces: 1 });
      }
    });

    it('looks at photos with several faces in turn', async () => {
      await bench.start({ mostPeople: 3 });
      const photos: StandInAsset[] = [];
      for (let i = 0; i < 4; i++) {
        const asset = await bench.addPhoto([
          { personId: 'p1' },
          { personId: 'p2', box: OTHER_BOX },
        ]);
        await bench.write(asset);
        const [a, b] = bench.faces(asset);
        [a!.personId, b!.personId] = [b!.personId, a!.personId];
        photos.push(asset);
      }
      const moved: number[] = [];
      while (moved.length < photos.length) moved.push((await bench.readBack()).movedFaces);
      expect(moved).toEqual([2, 2, 2, 2]);
    });
  });

  describe('a reset of face data in Immich', () => {
    it('is not a user’s word: our people stay, and the faces are assigned again', async () => {
      const assets: StandInAsset[] = [];
      for (let i = 0; i < 3; i++) {
        const asset = await bench.addPhoto([{ personId: 'p1' }]);
        bench.detect(asset);
        assets.push(asset);
        await bench.write(asset);
      }
      const keeper = await bench.addPhoto([{ personId: 'p1' }]);
      await bench.write(keeper);
      // Immich's "Face detection: reset": faces of the detection go and come anew, as nobody's.
      for (const asset of assets) {
        for (const { id } of bench.faces(asset)) bench.immich.state.faces.delete(id);
        bench.detect(asset);
      }
      await bench.readBack();
      expect(bodies()).toEqual([]);
      const [person] = bench.people();
      for (const asset of assets)
        expect(bench.faces(asset)).toMatchObject([{ personId: person!.id }]);
      expect(await writeAgain(assets)).toEqual([]);
    });

    it('of the recognition alone is no user’s word either: faces of its new people come back', async () => {
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      const found = bench.detect(asset);
      await bench.write(asset);
      await photosOf('p1', 1);
      const fresh = addPerson(bench.immich.state, bench.user);
      const [person] = bench.people();
      found.personId = fresh.id;
      await bench.readBack();
      expect(bodies()).toEqual([]);
      expect(found.personId).toBe(person?.id);
    });

    it('is not believed when so much is gone at once, and is repaired', async () => {
      const assets = await photosOf('p1', 25);
      // An older backup of Immich's database was brought back.
      bench.immich.state.faces.clear();
      expect(await bench.readBack()).toMatchObject({ removedFaces: 0, distrusted: 25 });
      bench.immich.state.people.clear();
      for (const asset of assets) await bench.write(asset);
      expect(bodies()).toEqual([]);
      const { accounts, sink } = await bench.start();
      const account = accounts.of(bench.user.id);
      expect(await sink.repair(account, { dryRun: true })).toMatchObject({ people: 1, faces: 25 });
      await sink.repair(account, { dryRun: false });
      for (const asset of assets) await bench.write(asset);
      expect(bench.people()).toHaveLength(1);
      for (const asset of assets) expect(bench.faces(asset)).toHaveLength(1);
      expect(await writeAgain(assets)).toEqual([]);
    });
  });
}
