import { once } from 'node:events';
import path from 'node:path';

import { openScene, until } from '../helpers/faults.ts';
import { startRedis } from '../helpers/redis.ts';

const clock = path.resolve(__dirname, '../fixtures/jumping-clock.cjs');

test('a clock that jumps a day ahead and a year back: nothing is stuck, lost or doubled', async () => {
  const redis = await startRedis();
  const scene = await openScene(redis);
  try {
    const worker = await scene.start({ NODE_OPTIONS: `--require ${clock}` });
    const assets: string[] = [];
    const addSome = async (when: string): Promise<void> => {
      for (let i = 0; i < 6; i++) {
        assets.push(`${when}-${i}`);
        await scene.add(`${when}-${i}`);
      }
    };
    for (const when of ['ahead', 'back']) {
      await addSome(`before-${when}`);
      await until(async () => (await scene.stored().catch(() => [])).length > assets.length - 6);
      const told = once(worker.child.stderr ?? worker.child, 'data');
      worker.child.kill('SIGUSR2');
      await told;
      await addSome(`after-${when}`);
      await scene.drained();
    }
    await scene.expectWholeAndOnce(assets);
    expect(await worker.stop()).toBe(0);
  } finally {
    await scene.close();
    await redis.stop();
  }
}, 120_000);
