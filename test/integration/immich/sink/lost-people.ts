import type { Store } from '../../../../src/store/store.ts';
import { benchForEach } from '../../../helpers/immich/bench-for-each.ts';
import { addPerson, mergePeople, removePerson } from '../../../helpers/immich/routes/people.ts';
import { OTHER_BOX, type SinkBench } from '../../../helpers/immich/sink-bench.ts';
import type { StandInAsset, StandInPerson } from '../../../helpers/immich/state.ts';

/** Declares what becomes of people who are gone in Immich, whatever the store. */
export function describeLostPeople(openStore: () => Promise<Store>): void {
  let bench: SinkBench;

  benchForEach(openStore, (started) => {
    bench = started;
  });

  /** Photos of one of ours, whose faces Immich has found itself. */
  async function foundOn(personId: string, count: number): Promise<StandInAsset[]> {
    const assets: StandInAsset[] = [];
    for (let i = 0; i < count; i++) {
      const asset = await bench.addPhoto([{ personId }]);
      bench.detect(asset);
      await bench.write(asset);
      assets.push(asset);
    }
    return assets;
  }
  async function madeOn(personId: string): Promise<StandInAsset> {
    const asset = await bench.addPhoto([{ personId }]);
    await bench.write(asset);
    return asset;
  }
  async function name(personId: string, given: string): Promise<StandInPerson> {
    await bench.correct({ kind: 'person-named', personId, name: given });
    const person = bench.people().find((one) => one.name === given);
    return person!;
  }
  /** As Immich's recognition does with faces that are nobody's. */
  function giveFaces(assets: readonly StandInAsset[], to: StandInPerson): void {
    for (const asset of assets) bench.faces(asset)[0]!.personId = to.id;
  }
  /** What two looks at Immich take for a user's word. */
  async function takenOver(): Promise<unknown[]> {
    const before = bench.facts.length;
    await bench.readBack();
    await bench.readBack();
    return bench.facts.slice(before).map(({ body }) => body);
  }
  async function linkOf(personId: string): Promise<unknown> {
    const [link] = await bench.store.immichLinks.find(bench.user.id, 'person', { id: personId });
    return link;
  }

  describe('a person who was deleted in Immich', () => {
    it('keeps its name here when Immich gives its faces to somebody new', async () => {
      const assets = await foundOn('p1', 4);
      removePerson(bench.immich.state, await name('p1', 'Ada'));
      const fresh = addPerson(bench.immich.state, bench.user);
      giveFaces(assets, fresh);
      expect(await takenOver()).toEqual([]);
      expect(await linkOf('p1')).toMatchObject({ details: { state: 'gone', name: 'Ada' } });
      bench.takeWrites();
      for (const asset of [...assets, ...(await foundOn('p1', 1))]) await bench.write(asset);
      expect(bench.takeWrites()).toEqual([]);
    });

    it('comes back with a repair, as whom Immich has made of its faces', async () => {
      const assets = await foundOn('p1', 4);
      removePerson(bench.immich.state, await name('p1', 'Ada'));
      const fresh = addPerson(bench.immich.state, bench.user);
      giveFaces(assets, fresh);
      expect(await takenOver()).toEqual([]);
      await bench.sink.repair(bench.account, { dryRun: false });
      for (const asset of assets) await bench.write(asset);
      expect(bench.people()).toMatchObject([{ id: fresh.id, name: 'Ada' }]);
    });

    it('is not merged into who got the faces, where one that the worker made is nobody’s', async () => {
      // More of them than are looked at.
      const assets = await foundOn('p1', 30);
      const made = await madeOn('p1');
      await foundOn('p2', 3);
      const [ada, grace] = [await name('p1', 'Ada'), await name('p2', 'Grace')];
      removePerson(bench.immich.state, ada);
      giveFaces(assets, grace);
      bench.immich.takeRequests();
      expect(await takenOver()).toEqual([]);
      expect(bench.immich.takeRequests('GET /faces').length).toBeLessThan(3);
      expect(bench.faces(made)).toMatchObject([{ personId: null }]);
      expect(await linkOf('p1')).toMatchObject({ details: { state: 'gone' } });
    });

    it('keeps the faces on photos with others, whoever gets them in Immich', async () => {
      const together = await bench.addPhoto([
        { personId: 'p1', faceId: 'a' },
        { personId: 'p2', faceId: 'b', box: OTHER_BOX },
      ]);
      const face = bench.detect(together);
      await bench.write(together);
      await foundOn('p2', 3);
      await madeOn('p1');
      const [ada, grace] = [await name('p1', 'Ada'), await name('p2', 'Grace')];
      removePerson(bench.immich.state, ada);
      face.personId = grace.id;
      expect(await takenOver()).toEqual([]);
    });
  });

  describe('people who went with a reset of the recognition', () => {
    it('keep their names, however many', async () => {
      const all: StandInAsset[][] = [];
      for (let i = 0; i < 12; i++) {
        all.push(await foundOn(`p${i}`, 2));
        await name(`p${i}`, `Name ${i}`);
      }
      for (const person of bench.people()) removePerson(bench.immich.state, person);
      for (const assets of all) giveFaces(assets, addPerson(bench.immich.state, bench.user));
      expect(await bench.readBack()).toMatchObject({ merged: 0, gone: 12 });
      expect(await takenOver()).toEqual([]);
      expect(bench.facts).toHaveLength(12);
    });

    it('are not merged into somebody alike who has stayed', async () => {
      const alike = await foundOn('p1', 2);
      await name('p1', 'Ada');
      const others = [await foundOn('p2', 2), await foundOn('p3', 2)];
      await madeOn('p4');
      const grace = await name('p4', 'Grace');
      for (const person of bench.people()) {
        if (person !== grace) removePerson(bench.immich.state, person);
      }
      giveFaces(alike, grace);
      // Immich's recognition has not come to one of them yet.
      giveFaces(others[0]!, addPerson(bench.immich.state, bench.user));
      expect(await takenOver()).toEqual([]);
    });
  });

  describe('a person whom a user merged into another in Immich', () => {
    it('is merged here, also where Immich had found all the faces', async () => {
      await foundOn('p1', 3);
      await foundOn('p2', 3);
      const [ada, grace] = [await name('p1', 'Ada'), await name('p2', 'Grace')];
      mergePeople(bench.immich.state, grace, ada);
      expect(await takenOver()).toEqual([
        { kind: 'people-merged', from: 'p1', into: 'p2', name: null },
      ]);
    });

    it('is merged here with somebody who had no name and has got this one', async () => {
      await foundOn('p1', 3);
      await madeOn('p1');
      await foundOn('p2', 3);
      const ada = await name('p1', 'Ada');
      mergePeople(
        bench.immich.state,
        bench.people().find(({ id }) => id !== ada.id)!,
        ada,
      );
      expect(await takenOver()).toEqual([
        { kind: 'person-named', personId: 'p2', name: 'Ada' },
        { kind: 'people-merged', from: 'p1', into: 'p2', name: null },
      ]);
    });

    it('is merged here though others were deleted, where a face of the worker’s went along', async () => {
      await foundOn('p1', 3);
      const made = await madeOn('p1');
      await foundOn('p2', 3);
      const [ada, grace] = [await name('p1', 'Ada'), await name('p2', 'Grace')];
      for (const personId of ['p3', 'p4', 'p5']) {
        await foundOn(personId, 1);
        removePerson(bench.immich.state, bench.people().at(-1)!);
      }
      mergePeople(bench.immich.state, grace, ada);
      expect(await takenOver()).toEqual([
        { kind: 'people-merged', from: 'p1', into: 'p2', name: null },
      ]);
      expect(bench.faces(made)).toMatchObject([{ personId: grace.id }]);
    });
  });
}
