import { setTimeout as delay } from 'node:timers/promises';

import { MongoClient } from 'mongodb';

import { openScene, until, type Scene } from '../helpers/faults.ts';
import { startHurtableMongo, type HurtableMongo } from '../helpers/mongodb.ts';
import { startRedis, type TestRedis } from '../helpers/redis.ts';
import { startSlowProxy } from '../helpers/slow-proxy.ts';

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

  /** `reason` is what the log must give for the photos that fail meanwhile. */
  async function survives(
    reason: string,
    fault: () => Promise<void>,
    { mayGoUnnoticed = false } = {},
  ): Promise<void> {
    const worker = await scene.start();
    for (const asset of assets) await scene.add(asset);
    await until(async () => (await scene.stored()).length >= 3);
    await fault();
    await scene.drained();
    await scene.expectWholeAndOnce(assets);
    const failures = worker.log.filter(({ msg }) => msg === 'the photo waits');
    const failure = expect.objectContaining({
      code: 'STORE_UNAVAILABLE',
      err: expect.stringContaining(reason) as string,
    }) as unknown;
    if (mayGoUnnoticed) expect(failures).toEqual(failures.map(() => failure));
    else expect(failures).toContainEqual(failure);
    expect(await worker.stop()).toBe(0);
  }

  test('killed while it writes, and started again', async () => {
    const kill = async (): Promise<void> => {
      await mongo.kill();
      await delay(2000);
      await mongo.startAgain();
    };
    // Between two commands nobody notices, when the server is back before the driver gives up.
    await survives('does not answer as it should', kill, { mayGoUnnoticed: true });
  }, 180_000);

  test('frozen for longer than an answer is awaited', async () => {
    await survives('timed out', async () => {
      mongo.signal('SIGSTOP');
      await delay(25_000);
      mongo.signal('SIGCONT');
    });
  }, 180_000);

  /** Arms the server's own failpoint for the next `times` of these commands. */
  async function failNext(
    times: number,
    data: { failCommands: string[]; errorCode?: number; closeConnection?: boolean },
  ): Promise<void> {
    const client = new MongoClient(mongo.uri);
    const configureFailPoint = 'failCommand';
    await client.db('admin').command({ configureFailPoint, mode: { times }, data });
    await client.close();
  }

  test.each<[string, { errorCode?: number; closeConnection?: boolean }, string]>([
    ['it is no primary any more (10107)', { errorCode: 10107 }, 'does not answer as it should'],
    ['it is shutting down (91)', { errorCode: 91 }, 'does not answer as it should'],
    [
      'its connections end in the middle',
      { closeConnection: true },
      'does not answer as it should',
    ],
  ])(
    'its writes and reads fail, since %s',
    async (_why, failure, reason) => {
      await survives(reason, async () => {
        await failNext(6, { failCommands: ['insert', 'update', 'find'], ...failure });
      });
    },
    180_000,
  );

  test("slow: a fifth of a second each way is nobody's failure", async () => {
    const proxy = await startSlowProxy(mongo.port, 100);
    const slow = mongo.uri.replace(`:${mongo.port}/`, `:${proxy.port}/`);
    try {
      const workers = await Promise.all([
        scene.start({ MONGODB_URI: slow }),
        scene.start({ MONGODB_URI: slow }),
      ]);
      const few = assets.slice(0, 8);
      for (const asset of few) await scene.add(asset);
      await scene.drained();
      await scene.expectWholeAndOnce(few);
      for (const worker of workers) {
        expect(worker.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
        expect(await worker.stop()).toBe(0);
      }
    } finally {
      await proxy.stop();
    }
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

  test.each([10107, 11602])(
    'it steps down while a worker starts (%i): that goes on',
    async (errorCode) => {
      await failNext(1, { failCommands: ['createIndexes'], errorCode });
      const worker = await scene.start();
      await scene.add('a');
      await scene.drained();
      await scene.expectWholeAndOnce(['a']);
      expect(worker.log.filter(({ msg }) => msg === 'MongoDB answers')).toHaveLength(1);
    },
    180_000,
  );
});
