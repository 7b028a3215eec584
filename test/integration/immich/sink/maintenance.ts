import type { Store } from '../../../../src/store/store.ts';
import { benchForEach } from '../../../helpers/immich/bench-for-each.ts';
import type { Fault } from '../../../helpers/immich/faults.ts';
import type { SinkBench } from '../../../helpers/immich/sink-bench.ts';
import type { StandInAsset } from '../../../helpers/immich/state.ts';

const OUTAGES: readonly (readonly [string, Fault])[] = [
  ['is in maintenance mode', { kind: 'maintenance' }],
  ['is behind a proxy alone', { kind: 'status', status: 404, text: '404 page not found' }],
];

/** Declares what becomes of what is to be written while Immich serves nobody, whatever the store. */
export function describeMaintenance(openStore: () => Promise<Store>): void {
  describe.each(OUTAGES)('while Immich %s', (_name, outage) => {
    let bench: SinkBench;
    let asset: StandInAsset;
    let end: () => void;

    benchForEach(
      openStore,
      (started) => {
        bench = started;
      },
      { settings: { tags: true, albums: true } },
    );

    beforeEach(async () => {
      asset = await bench.addPhoto([{ personId: 'p1' }]);
      await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada' });
      await bench.write(asset);
      end = bench.immich.faults.add(outage);
    });

    /** Everything that is written down of the user's Immich. */
    async function links(): Promise<unknown[]> {
      const kinds = ['person', 'face', 'collection', 'member'] as const;
      const found = kinds.map((kind) => bench.store.immichLinks.find(bench.user.id, kind, {}));
      return (await Promise.all(found)).flat();
    }
    const isOutage = { code: 'IMMICH_UNAVAILABLE', retryable: true };
    const signal = new AbortController().signal;

    it('nothing is put away, forgotten or believed to be gone, and all waits', async () => {
      const next = await bench.addPhoto([{ personId: 'p1' }]);
      const gone = await bench.addPhoto([]);
      await bench.lookAgain(gone, [], true);
      const before = await links();
      const { account, sink } = bench;
      await bench.lookAgain(asset, [], true);
      for (const work of [
        () => bench.write(next),
        () => bench.write(asset),
        () => sink.readBack(account, signal),
        () => sink.repair(account, { dryRun: false }),
      ]) {
        await expect(work()).rejects.toMatchObject(isOutage);
      }
      expect(await links()).toEqual(before);
      await bench.lookAgain(asset, [{ personId: 'p1' }]);
      const naming = bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada L.' });
      await expect(naming).rejects.toMatchObject(isOutage);
      end();
      expect(bench.people()).toMatchObject([{ name: 'Ada' }]);
      await bench.writeFacts(1);
      for (const one of [asset, next]) await bench.write(one);
      expect(bench.people()).toMatchObject([{ name: 'Ada L.' }]);
      expect(bench.faces(next)).toMatchObject([{ personId: bench.people()[0]!.id }]);
      const [album] = bench.immich.state.albums.values();
      expect(album).toMatchObject({ albumName: 'Ada L.', assetIds: new Set([asset.id, next.id]) });
    });

    it('a withdrawal afterwards leaves nothing of the worker’s', async () => {
      await expect(bench.write(asset)).rejects.toMatchObject(isOutage);
      const { account, sink } = bench;
      await expect(sink.withdraw(account, { dryRun: false, signal })).rejects.toMatchObject(
        isOutage,
      );
      end();
      await sink.withdraw(account, { dryRun: false, signal });
      const { albums, tags, faces, people } = bench.immich.state;
      expect([albums, tags, faces, people].map(({ size }) => size)).toEqual([0, 0, 0, 0]);
    });
  });
}
