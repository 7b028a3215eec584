import type { Store } from '../../../../src/store/store.ts';
import { benchForEach } from '../../../helpers/immich/bench-for-each.ts';
import { BOX, OTHER_BOX, type SinkBench } from '../../../helpers/immich/sink-bench.ts';
import type { StandInAsset, StandInFace } from '../../../helpers/immich/state.ts';

/** Declares what becomes of photos that leave and come back, whatever the store. */
export function describeOutOfSight(openStore: () => Promise<Store>): void {
  let bench: SinkBench;
  let asset: StandInAsset;
  let found: StandInFace;
  let before: string;
  let looks = 0;

  benchForEach(openStore, (started) => {
    bench = started;
  });

  /** One face is the worker's, the other Immich's own; both people have another photo. */
  beforeEach(async () => {
    const others = [
      await bench.addPhoto([{ personId: 'p1' }]),
      await bench.addPhoto([{ personId: 'p2' }]),
    ];
    asset = await bench.addPhoto(facesOf('p1', 'p2'));
    found = bench.detect(asset, OTHER_BOX);
    for (const one of [...others, asset]) await bench.write(one);
    before = whatIsThere();
    expect(bench.people()).toHaveLength(2);
  });

  /** As another look has them: by other ids. */
  function facesOf(
    first: string | null,
    second: string | null,
  ): Parameters<SinkBench['addPhoto']>[0] {
    looks += 1;
    return [
      { personId: first, faceId: `first-${looks}`, box: BOX },
      { personId: second, faceId: `second-${looks}`, box: OTHER_BOX },
    ];
  }
  const whatIsThere = (): string => JSON.stringify([bench.people(), bench.faces(asset)]);
  async function leave(how: Partial<StandInAsset>): Promise<void> {
    Object.assign(asset, how);
    await bench.lookAgain(asset, [], true);
    await bench.write(asset);
    await bench.readBack();
    bench.takeWrites();
    await bench.readBack();
    expect(bench.takeWrites()).toEqual([]);
    expect(whatIsThere()).toBe(before);
  }
  async function comeBack(how: Partial<StandInAsset>): Promise<void> {
    Object.assign(asset, how);
    await bench.lookAgain(asset, facesOf('p1', 'p2'));
    await bench.write(asset);
    await bench.readBack();
    expect(bench.takeWrites()).toEqual([]);
    expect(whatIsThere()).toBe(before);
  }

  describe.each([
    ['the locked folder', { visibility: 'locked' }, { visibility: 'timeline' }],
    ['the trash', { deletedAt: new Date() }, { deletedAt: null }],
  ] as const)('a photo that was in %s', (_, gone, back) => {
    it('has its faces as before, which are still the worker’s to withdraw', async () => {
      await leave(gone);
      await comeBack(back);
      await bench.lookAgain(asset, facesOf(null, null));
      await bench.write(asset);
      expect(bench.faces(asset)).toEqual([{ ...found, personId: null }]);
    });

    it('has another person where that is known now', async () => {
      await leave(gone);
      Object.assign(asset, back);
      await bench.lookAgain(asset, facesOf('p2', 'p1'));
      await bench.write(asset);
      const [, [first, second]] = JSON.parse(before) as [unknown, StandInFace[]];
      expect(bench.faces(asset)).toMatchObject([
        { id: first?.id, personId: second?.personId },
        { id: second?.id, personId: first?.personId },
      ]);
    });
  });

  it('takes a person with it whose last photo was deleted a month ago', async () => {
    const { immichLinks } = bench.store;
    const alone = await bench.addPhoto([{ personId: 'p3' }]);
    await bench.write(alone);
    expect(bench.people()).toHaveLength(3);
    bench.immich.state.deleteAsset(alone);
    await bench.lookAgain(alone, [], true);
    await bench.write(alone);
    await bench.readBack();
    await bench.readBack();
    expect(bench.people()).toHaveLength(3);
    const [face] = await immichLinks.find(bench.user.id, 'face', { group: alone.id });
    expect(face?.details).toMatchObject({ state: 'away' });
    const awaySinceMillis = Date.now() - 31 * 86_400_000;
    const details = { ...face!.details, awaySinceMillis };
    await immichLinks.write([{ ...face!, details }]);
    await bench.readBack();
    expect(bench.people()).toHaveLength(2);
    expect(await immichLinks.find(bench.user.id, 'face', { group: alone.id })).toEqual([]);
  });

  it('of a photo that was deleted for good nothing is left to do, and a repair forgets it', async () => {
    bench.immich.state.deleteAsset(asset);
    await bench.lookAgain(asset, [], true);
    await bench.write(asset);
    await bench.readBack();
    await bench.readBack();
    expect(bench.immich.takeRequests('GET /faces')).toEqual([]);
    const links = (): Promise<unknown[]> =>
      bench.store.immichLinks.find(bench.user.id, 'face', { group: asset.id });
    expect(await links()).toHaveLength(2);
    await bench.sink.repair(bench.account, { dryRun: false });
    expect(await links()).toEqual([]);
  });
}
