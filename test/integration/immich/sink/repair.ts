import type { Store } from '../../../../src/store/store.ts';
import { benchForEach } from '../../../helpers/immich/bench-for-each.ts';
import type { SinkBench } from '../../../helpers/immich/sink-bench.ts';
import type { StandInAsset } from '../../../helpers/immich/state.ts';

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
    expect(bench.facts.filter(({ body }) => body.kind !== 'person-named')).toEqual([]);
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
}
