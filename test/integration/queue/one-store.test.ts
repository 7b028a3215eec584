import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

import { createLog } from '../../../src/log.ts';
import { claimForStore, type StoreClaim } from '../../../src/queue/one-store.ts';
import { until } from '../../helpers/faults.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });
const storeOf = (id: string): { place: string; readId: () => Promise<string> } => ({
  place: `the store ${id}`,
  readId: () => Promise.resolve(id),
});

describe('one store for all workers of a Redis', () => {
  let redis: TestRedis;
  let client: Redis;
  let opened: { close(): Promise<unknown> }[];

  beforeEach(async () => {
    redis = await startRedis();
    client = new Redis(redis.options);
    opened = [];
  });
  afterEach(async () => {
    for (const one of opened) await one.close();
    await client.quit();
    await redis.stop();
  });

  async function claim(
    id: string,
    prefix = 'one',
    signal = new AbortController().signal,
  ): Promise<StoreClaim> {
    const connection = { ...redis.options, maxRetriesPerRequest: 0 };
    const queue = new Queue('faces-identified', { connection, prefix });
    queue.on('error', () => undefined);
    const held = await claimForStore({ queue, prefix, store: storeOf(id), log, signal }).catch(
      async (error: unknown) => {
        await queue.close();
        throw error;
      },
    );
    opened.unshift({ close: () => held.close().then(() => queue.close()) });
    return held;
  }

  test('a second store waits for the claim of workers that are gone, one of the same does not', async () => {
    const first = await claim('a');
    await (await claim('a')).close();
    await claim('b', 'another-prefix');
    await first.close();
    await client.pexpire('one:face-worker-store', 1500);
    await claim('b');
    expect(await client.get('one:face-worker-store')).toBe('b the store b');
  }, 60_000);

  test('waiting ends with the signal', async () => {
    await claim('a');
    const stop = new AbortController();
    const waiting = claim('b', 'one', stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  }, 60_000);

  test('a Redis that takes no writes keeps nobody from starting, and is claimed when it does', async () => {
    await client.config('SET', 'maxmemory', '1');
    await claim('a');
    expect(await client.exists('one:face-worker-store')).toBe(0);
    await client.config('SET', 'maxmemory', '0');
    await until(async () => (await client.exists('one:face-worker-store')) === 1);
  }, 60_000);
});
