import type { Store } from '../../../../src/store/store.ts';
import { benchForEach } from '../../../helpers/immich/bench-for-each.ts';
import { removePerson } from '../../../helpers/immich/routes/people.ts';
import type { SinkBench } from '../../../helpers/immich/sink-bench.ts';
import type { StandInAsset, StandInFace } from '../../../helpers/immich/state.ts';

/** Declares how what vanished in Immich, by no user's hand, comes back there, whatever the store. */
export function describeRepair(openStore: () => Promise<Store>): void {
  let bench: SinkBench;

  benchForEach(openStore, (started) => {
    bench = started;
  });

  /** Photos of p1, written; with `isDetected` Immich has found the faces itself. */
  async function photos(count: number, isDetected = false): Promise<StandInAsset[]> {
    const assets: StandInAsset[] = [];
    for (let i = 0; i < count; i++) {
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      if (isDetected) bench.detect(asset);
      await bench.write(asset);
      assets.push(asset);
    }
    return assets;
  }
  async function writeAll(assets: readonly StandInAsset[]): Promise<void> {
    for (const asset of assets) await bench.write(asset);
  }
  /** Immich's "Face detection: reset": what it has found goes at once, and comes anew over hours. */
  function resetDetection(): void {
    const { faces } = bench.immich.state;
    for (const [id, { sourceType }] of faces)
      if (sourceType === 'machine-learning') faces.delete(id);
  }
  function expectOneFaceEach(assets: readonly StandInAsset[]): void {
    const [person, ...others] = bench.people();
    expect(others).toEqual([]);
    for (const asset of assets) {
      expect(bench.faces(asset)).toMatchObject([{ personId: person!.id }]);
    }
  }
  async function expectSettled(assets: readonly StandInAsset[]): Promise<void> {
    bench.takeWrites();
    await writeAll(assets);
    await bench.readBack();
    expect(bench.takeWrites()).toEqual([]);
    const users = bench.facts.filter(({ by }) => by.startsWith('immich:'));
    expect(users).toEqual([]);
  }
  const repair = (dryRun = false): Promise<unknown> => bench.sink.repair(bench.account, { dryRun });

  describe('faces of Immich’s own that vanished', () => {
    it('are assigned when Immich has found them again, though nobody was there to wait', async () => {
      const assets = [...(await photos(4, true)), ...(await photos(1))];
      resetDetection();
      await bench.readBack();
      await writeAll(assets);
      await bench.readBack();
      expect(bench.immich.state.faces.size).toBe(1);
      for (const asset of assets.slice(0, 4)) bench.detect(asset);
      await bench.readBack();
      expectOneFaceEach(assets);
      await expectSettled(assets);
    });

    it('are looked for in turn, in no more photos than a pass is for', async () => {
      const assets = [...(await photos(4, true)), ...(await photos(1))];
      resetDetection();
      await bench.readBack();
      await bench.start({ mostPeople: 3 });
      const asked: string[] = [];
      for (let pass = 1; pass <= 4; pass++) {
        await bench.readBack();
        asked.push(...bench.immich.takeRequests('GET /faces').map(({ url }) => url));
        expect(asked).toHaveLength(pass);
      }
      expect(new Set(asked).size).toBe(4);
      for (const asset of assets.slice(0, 4)) bench.detect(asset);
      for (let pass = 0; pass < 5; pass++) await bench.readBack();
      expectOneFaceEach(assets);
    });

    it('are as before when the very same are back', async () => {
      const assets = [...(await photos(2, true)), ...(await photos(1))];
      const before = new Map(bench.immich.state.faces);
      resetDetection();
      await bench.readBack();
      for (const [id, face] of before) bench.immich.state.faces.set(id, face);
      await bench.readBack();
      await expectSettled(assets);
      await bench.readBack();
      expect(bench.immich.takeRequests('GET /faces')).toEqual([]);
    });

    it('are not made when it was a user who took them away, before a repair', async () => {
      const assets = [...(await photos(1, true)), ...(await photos(1))];
      const [face] = bench.faces(assets[0]!);
      face!.deletedAt = new Date();
      for (let i = 0; i < 3; i++) {
        await bench.readBack();
        await expectSettled(assets);
      }
      await bench.lookAgain(assets[0]!, [{ personId: 'p1' }]);
      await expectSettled(assets);
      expect(await repair()).toMatchObject({ faces: 1 });
      await writeAll(assets);
      expectOneFaceEach(assets);
    });
  });

  describe('a repair', () => {
    it('right after a reset of the detection waits for Immich’s own faces', async () => {
      const assets = [...(await photos(4, true)), ...(await photos(1))];
      resetDetection();
      const detection = {
        isOn: () => Promise.resolve(true),
        servedUntil: () => Promise.resolve(0),
      };
      await bench.start({ detection });
      expect(await repair(true)).toMatchObject({ people: 0, faces: 4 });
      expect(await repair()).toMatchObject({ people: 0, faces: 4 });
      const pending = { code: 'IMMICH_DETECTION_PENDING' };
      for (const asset of assets.slice(0, 4)) {
        await expect(bench.write(asset)).rejects.toMatchObject(pending);
      }
      await bench.readBack();
      for (const asset of assets.slice(0, 4)) bench.detect(asset);
      await writeAll(assets);
      expectOneFaceEach(assets);
      await expectSettled(assets);
    });

    it('is one command when nobody had noticed that all is gone', async () => {
      const assets = await photos(5);
      bench.immich.state.faces.clear();
      bench.immich.state.people.clear();
      expect(await repair(true)).toMatchObject({ people: 1, faces: 5 });
      expect(await repair()).toMatchObject({ people: 1, faces: 5 });
      await writeAll(assets);
      expectOneFaceEach(assets);
      await expectSettled(assets);
    });

    it('is one command when the people stayed, and is no user’s word when it is looked at before', async () => {
      const assets = await photos(5);
      const kept = await photos(1);
      for (const asset of assets) {
        for (const { id } of bench.faces(asset)) bench.immich.state.faces.delete(id);
      }
      expect(await repair()).toMatchObject({ people: 0, faces: 5 });
      expect(await bench.readBack()).toMatchObject({ removedFaces: 0, distrusted: 0 });
      await writeAll(assets);
      expectOneFaceEach([...assets, ...kept]);
      await expectSettled([...assets, ...kept]);
    });

    it('leaves what stands in Immich, and still hears of a face that a user has moved', async () => {
      const assets = [...(await photos(2)), ...(await photos(1, true))];
      const other = await bench.addPhoto([{ personId: 'p2' }]);
      await bench.write(other);
      const [moved] = bench.faces(assets[0]!);
      moved!.personId = bench.faces(other)[0]!.personId;
      const before = structuredClone(bench.immich.state.faces);
      await repair();
      bench.takeWrites();
      await writeAll(assets);
      expect(bench.takeWrites()).toEqual([]);
      expect(bench.immich.state.faces).toEqual(before);
      expect(await bench.readBack()).toMatchObject({ movedFaces: 1 });
      expect(bench.facts).toMatchObject([{ body: { kind: 'faces-assigned', personId: 'p2' } }]);
      const { signal } = new AbortController();
      const withdrawn = await bench.sink.withdraw(bench.account, { dryRun: true, signal });
      expect(withdrawn).toMatchObject({ faces: 2, unassigned: 1 });
    });

    it('brings back somebody who was gone and is there again', async () => {
      const [first] = await photos(1);
      await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada' });
      await bench.correct({ kind: 'person-hidden', personId: 'p1', hidden: true });
      const [ada] = bench.people();
      const faces: StandInFace[] = bench.faces(first!);
      removePerson(bench.immich.state, ada!);
      expect(await bench.readBack()).toMatchObject({ gone: 1 });
      // A backup from before she was named and hidden.
      bench.immich.state.people.set(ada!.id, { ...ada!, name: '', isHidden: false });
      for (const face of faces) face.personId = ada!.id;
      const next = await bench.addPhoto([{ personId: 'p1' }]);
      await bench.write(next);
      expect(bench.faces(next)).toEqual([]);
      expect(await repair(true)).toMatchObject({ people: 1, faces: 0 });
      await repair();
      await writeAll([first!, next]);
      expectOneFaceEach([first!, next]);
      await bench.readBack();
      expect(bench.people()).toMatchObject([{ id: ada!.id, name: 'Ada', isHidden: true }]);
      await expectSettled([first!, next]);
    });
  });
}
