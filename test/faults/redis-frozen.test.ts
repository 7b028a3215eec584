import { setTimeout as delay } from 'node:timers/promises';

import { openScene, until } from '../helpers/faults.ts';
import { startRedis } from '../helpers/redis.ts';

/** In a file of its own, so that others run beside it. */
test('a Redis that is frozen for a minute: connections are given up, and all is done after', async () => {
  const redis = await startRedis();
  const scene = await openScene(redis);
  try {
    const worker = await scene.start();
    const assets = Array.from({ length: 30 }, (_, i) => `photo-${i}`);
    for (const asset of assets) await scene.add(asset);
    await until(async () => (await scene.stored()).length >= 3);
    process.kill(redis.pid, 'SIGSTOP');
    await worker.logged('Redis does not answer; trying again');
    await delay(30_000);
    process.kill(redis.pid, 'SIGCONT');
    await worker.logged('Redis answers again');
    await scene.drained();
    await scene.expectWholeAndOnce(assets);
    expect(await worker.stop()).toBe(0);
  } finally {
    await scene.close();
    await redis.stop();
  }
}, 240_000);
