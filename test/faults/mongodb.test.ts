import { setTimeout as delay } from 'node:timers/promises';

import { openScene, until, type Scene } from '../helpers/faults.ts';
import { startHurtableMongo, type HurtableMongo } from '../helpers/mongodb.ts';
import { startRedis, type TestRedis } from '../helpers/redis.ts';

const assets = Array.from({ length: 24 }, (_, i) => `photo-${i}`);

describe('a MongoDB that fails under load', () => {
  let redis: TestRedis;
  let mongo: HurtableMongo;
  let scene: Scene;

  beforeEach(async () => {
    redis = await startRedis();
    mongo = await startHurtableMongo();
    scene = await openScene(redis, { mongodbUri: mongo.uri });
  }, 60_000);
  afterEach(async () => {
    await scene.close();
    await mongo.stop();
    await redis.stop();
  });

  async function survives(fault: () => Promise<void>): Promise<void> {
    const worker = await scene.start();
    for (const asset of assets) await scene.add(asset);
    await until(async () => (await scene.stored()).length >= 3);
    await fault();
    await scene.drained();
    await scene.expectWholeAndOnce(assets);
    expect(await worker.stop()).toBe(0);
  }

  test('killed while it writes, and started again', async () => {
    await survives(async () => {
      await mongo.kill();
      await delay(2000);
      await mongo.startAgain();
    });
  }, 180_000);

  test('frozen for longer than an answer is awaited', async () => {
    await survives(async () => {
      mongo.signal('SIGSTOP');
      await delay(25_000);
      mongo.signal('SIGCONT');
    });
  }, 180_000);

  test('away at start: the worker waits, says so once, and goes on when it is there', async () => {
    await mongo.kill();
    const worker = await scene.start({}, { ready: false });
    await scene.add('a');
    const line = await worker.logged('MongoDB does not answer');
    expect(String(line['reason'])).toContain('MONGODB_URI');
    await mongo.startAgain();
    await worker.logged('ready for photos');
    expect(worker.log.filter(({ msg }) => String(msg).startsWith('MongoDB does not'))).toEqual([
      line,
    ]);
    await scene.drained();
    await scene.expectWholeAndOnce(['a']);
  }, 180_000);
});
