import { openScene, until } from '../helpers/faults.ts';
import { startWatchedRedis } from '../helpers/sentinel.ts';

test('a failover by Sentinel that loses writes: results come again, photos stay as decided', async () => {
  const redis = await startWatchedRedis();
  const scene = await openScene(redis);
  try {
    const worker = await scene.start();
    const before = ['before-0', 'before-1', 'before-2'];
    for (const asset of before) await scene.add(asset);
    await scene.drained();
    await redis.cutReplica();
    // The master says of each of these that it has it; those that are done have results there too.
    const lost = Array.from({ length: 12 }, (_, i) => `lost-${i}`);
    for (const asset of lost) await scene.add(asset);
    await until(async () => (await scene.stored()).length >= before.length + 3);
    await redis.failOver();
    await worker.logged('Redis was restarted or replaced; recent results are published again');
    await scene.drained();
    const decided = await scene.stored();
    await scene.expectWholeAndOnce(decided.map(({ assetId }) => assetId));
    // Jobs that nobody but the dead master had come again with the producer's next backfill.
    for (const asset of lost) await scene.addAgain(asset);
    await scene.drained();
    await scene.expectWholeAndOnce([...before, ...lost]);
    expect((await scene.stored()).slice(0, decided.length)).toEqual(decided);
    expect(worker.log).toContainEqual(
      expect.objectContaining({ msg: 'Redis does not answer; trying again' }),
    );
    expect(await worker.stop()).toBe(0);
  } finally {
    await scene.close();
    await redis.stop();
  }
}, 180_000);
