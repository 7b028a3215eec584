import { Redis } from 'ioredis';

import { openScene, storedPhotos, until, type Scene } from '../helpers/faults.ts';
import { freePort } from '../helpers/free-port.ts';
import { tempFolder } from '../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../helpers/redis.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const assets = Array.from({ length: 30 }, (_, i) => `photo-${i}`);

describe('a Redis that fails under load', () => {
  const folder = temporaryFolder();
  let redis: TestRedis;
  let admin: Redis;
  let scene: Scene;

  beforeEach(async () => {
    redis = await startRedis({
      args: ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder],
    });
    admin = new Redis(redis.options);
    admin.on('error', () => undefined);
    scene = await openScene(redis);
  }, 30_000);
  afterEach(async () => {
    admin.disconnect();
    await scene.close();
    await redis.stop();
  });

  /**
   * Lets some photos through, brings the fault about, and expects all to be done in the end, and the
   * log to name the fault; null: it is none to the worker.
   */
  async function survives(told: RegExp | null, fault: () => Promise<void>): Promise<void> {
    const worker = await scene.start();
    for (const asset of assets) await scene.add(asset);
    await until(() => storedPhotos(scene.databasePath).length >= 3);
    await fault();
    await scene.drained();
    await scene.expectWholeAndOnce(assets);
    const warnings = worker.log.filter(({ level }) => Number(level) >= 40);
    if (told === null) expect(warnings).toEqual([]);
    else expect(JSON.stringify(warnings)).toMatch(told);
    expect(await worker.stop()).toBe(0);
  }

  test('restarted with what it had on disk', async () => {
    // Back before the first try to reach it again, nothing else is said.
    await survives(/Redis was restarted or replaced/, async () => {
      const { port } = redis;
      await redis.stop();
      redis = await startRedis({ port, args: ['--appendonly', 'yes', '--dir', folder] });
    });
  }, 120_000);

  test('all connections reset, three times', async () => {
    await survives(/Redis does not answer/, async () => {
      for (let i = 0; i < 3; i++) {
        await admin.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        const before = storedPhotos(scene.databasePath).length;
        await until(() => storedPhotos(scene.databasePath).length > before || before === 30);
      }
    });
  }, 120_000);

  test('its scripts forgotten (NOSCRIPT)', async () => {
    await survives(null, async () => {
      await admin.script('FLUSH');
    });
  }, 120_000);

  test('read-only for a while (READONLY)', async () => {
    await survives(/READONLY/, async () => {
      await admin.replicaof('127.0.0.1', String(await freePort()));
      await until(async () => (await admin.info('replication')).includes('role:slave'));
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await admin.replicaof('NO', 'ONE');
    });
  }, 120_000);

  test('out of memory for a while', async () => {
    await survives(/OOM/, async () => {
      await admin.config('SET', 'maxmemory', '1');
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await admin.config('SET', 'maxmemory', '0');
    });
  }, 120_000);
});

describe('a Redis that is restarted', () => {
  const folder = temporaryFolder();

  test('without what it had: the worker publishes again and goes on with what comes after', async () => {
    let redis = await startRedis();
    const scene = await openScene(redis);
    try {
      const worker = await scene.start();
      await scene.add('before');
      await scene.drained();
      await redis.stop();
      redis = await startRedis({ port: redis.port });
      await scene.add('after');
      await scene.drained();
      // The result of the first is there again, though Redis had lost it with all else.
      await scene.expectWholeAndOnce(['before', 'after']);
      await worker.logged('Redis was restarted or replaced; recent results are published again');
      expect(await worker.stop()).toBe(0);
    } finally {
      await scene.close();
      await redis.stop();
    }
  }, 120_000);

  test('and reads its file for seconds (LOADING): the worker waits', async () => {
    const args = ['--appendonly', 'yes', '--dir', folder];
    let redis = await startRedis({ args });
    const scene = await openScene(redis);
    try {
      const worker = await scene.start();
      const admin = new Redis(redis.options);
      await admin.eval("for i = 1, 2000 do redis.call('SET', 'filler' .. i, i) end", 0);
      admin.disconnect();
      await scene.add('before');
      await scene.drained();
      await redis.stop();
      // Two thousand keys, two milliseconds each.
      redis = await startRedis({ port: redis.port, args: [...args, '--key-load-delay', '2000'] });
      await scene.add('after');
      await scene.drained();
      await scene.expectWholeAndOnce(['before', 'after']);
      await worker.logged('Redis was restarted or replaced; recent results are published again');
      expect(await worker.stop()).toBe(0);
    } finally {
      await scene.close();
      await redis.stop();
    }
  }, 120_000);
});

test('a Redis that is away, then reads its file (LOADING) at start: results that waited come', async () => {
  const folder = await tempFolder();
  const args = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder.path];
  let redis = await startRedis({ args });
  const scene = await openScene(redis);
  try {
    const first = await scene.start();
    await scene.holdResults();
    await scene.add('before');
    await first.logged('a result waits in the outbox');
    await scene.drained();
    await scene.releaseResults();
    first.child.kill('SIGKILL');
    await first.exited;
    const admin = new Redis(redis.options);
    await admin.eval("for i = 1, 2000 do redis.call('SET', 'filler' .. i, i) end", 0);
    admin.disconnect();
    await redis.stop();
    const second = await scene.start({}, { ready: false });
    await second.logged('Redis does not answer; trying again');
    redis = await startRedis({ port: redis.port, args: [...args, '--key-load-delay', '2000'] });
    await second.logged('ready for photos');
    await scene.add('after');
    await scene.drained();
    await scene.expectWholeAndOnce(['before', 'after']);
    expect(await second.stop()).toBe(0);
  } finally {
    await scene.close();
    await redis.stop();
    await folder.remove();
  }
}, 120_000);

test('a Redis that is away does not keep a worker that is told to stop', async () => {
  const redis = await startRedis();
  const scene = await openScene(redis);
  try {
    const worker = await scene.start({ SHUTDOWN_GRACE_MILLIS: '1000' });
    await redis.stop();
    expect(await worker.logged('the outbox waits')).toMatchObject({
      reason: `no answer from Redis at 127.0.0.1:${redis.port}`,
    });
    expect(await worker.stop()).toBe(0);
    expect(worker.log.at(-1)).toMatchObject({ msg: 'stopped' });
  } finally {
    await scene.close();
    await redis.stop();
  }
}, 120_000);

test('a Redis that evicts is refused at start, with what to set', async () => {
  const redis = await startRedis({
    args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'],
  });
  const scene = await openScene(redis);
  try {
    await expect(scene.start()).rejects.toThrow(
      /\[REDIS_EVICTS\].*allkeys-lru.*maxmemory-policy noeviction/,
    );
  } finally {
    await scene.close();
    await redis.stop();
  }
}, 30_000);
