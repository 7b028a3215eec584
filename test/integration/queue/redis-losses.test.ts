import { Queue, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';

import { createLog } from '../../../src/log.ts';
import { createRedisLosses, type RedisLosses } from '../../../src/queue/redis-losses.ts';
import {
  createResultPublisher,
  type ResultPublisher,
} from '../../../src/queue/result-publisher.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../../helpers/faults.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { makePhotoRecord, uncorrected } from '../../helpers/records.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });
const name = 'faces-identified';
const prefix = 'losses';
const HOUR_MILLIS = 3_600_000;
const hoursAgo = (hours: number): string =>
  new Date(Date.now() - hours * HOUR_MILLIS).toISOString();

let folder: Awaited<ReturnType<typeof tempFolder>>;
let store: Store;
let redis: TestRedis;
let opened: { close(): Promise<unknown> }[];

beforeEach(async () => {
  folder = await tempFolder();
  store = await openStore({ dataDir: folder.path, log });
  redis = await startRedis();
  opened = [];
});
afterEach(async () => {
  for (const one of opened) await one.close();
  await store.close();
  await redis.stop();
  await folder.remove();
});

/** Another process at the same address, with what its arguments make it read. */
async function replaceRedis(args: readonly string[] = []): Promise<void> {
  const { port } = redis;
  await redis.stop();
  redis = await startRedis({ port, args });
}

describe('results that come before anybody has looked', () => {
  const record = (number: number, hours: number): ReturnType<typeof uncorrected> =>
    uncorrected(
      makePhotoRecord({
        ...{ assetId: `a${number}`, sequence: number, runId: `r${number}`, faces: [] },
        decidedAt: hoursAgo(hours),
      }),
    );
  const open = (): ResultPublisher => {
    const publisher = createResultPublisher({
      ...{ redis: redis.options, prefix, store, log, sweepEveryMillis: 200 },
      viewOf: (one) => Promise.resolve(uncorrected(one)),
    });
    opened.push(publisher);
    return publisher;
  };
  const waiting = async ({ queue }: ResultPublisher): Promise<string[]> =>
    (await queue.getWaiting()).map(({ data }) => ('assetId' in data ? data.assetId : '')).sort();
  const publish = async (
    publisher: ResultPublisher,
    number: number,
    hours: number,
  ): Promise<void> => {
    const decided = record(number, hours);
    await store.commitPhoto(decided, null);
    await publisher.publish(decided);
  };
  const isPublished = async (): Promise<boolean> => (await store.findUnpublished(1)).length === 0;
  let args: string[];

  /** One result in the file of Redis, two that are lost with it; all of them waited to be published. */
  async function loseTwo(): Promise<void> {
    await store.commitPhoto(record(1, 3), null);
    await until(isPublished);
    const admin = new Redis(redis.options);
    await admin.save();
    admin.disconnect();
    for (const number of [2, 3]) await store.commitPhoto(record(number, 2), null);
    await until(isPublished);
    await until(async () => ((await store.readResultRedis(prefix))?.added ?? 0) >= 3);
  }

  beforeEach(async () => {
    args = ['--dir', folder.path, '--dbfilename', 'results.rdb'];
    await replaceRedis(args);
  });

  test('over a connection that is new do not stand for those that were lost', async () => {
    const publisher = open();
    await loseTwo();
    const { port } = redis;
    await redis.stop();
    const publishing = [4, 5].map((number) => publish(publisher, number, 0));
    redis = await startRedis({ port, args });
    await Promise.all(publishing);
    await until(async () => (await waiting(publisher)).length >= 5);
    expect(await waiting(publisher)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
  }, 60_000);

  test('from a worker that starts do not stand for those that were lost', async () => {
    const before = open();
    await loseTwo();
    await before.close();
    opened.splice(0);
    await replaceRedis(args);
    const after = open();
    await Promise.all([4, 5].map((number) => publish(after, number, 0)));
    await until(async () => (await waiting(after)).length >= 5);
    expect(await waiting(after)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
  }, 60_000);
});

describe('what a Redis has that is replaced by an empty one', () => {
  const old = makePhotoRecord({ decidedAt: hoursAgo(5) });
  let queue: Queue;
  let losses: RedisLosses;

  beforeEach(async () => {
    queue = new Queue(name, { connection: redis.options, prefix });
    queue.on('error', () => undefined);
    opened.push(queue);
    losses = createRedisLosses({ queue, prefix, store });
    // Noted while it waits in the outbox, as at a first start, then published.
    await store.commitPhoto(old, null);
    await losses.check();
    await queue.add(name, {}, { jobId: 'old' });
    await store.markPublished(old.ownerId, old.assetId, 1);
  });

  /** Results of today that somebody takes at once, each with a look at how things stand. */
  async function goOn(): Promise<void> {
    for (const jobId of ['one', 'two', 'three']) {
      const job = await queue.add(name, {}, { jobId });
      await job.remove();
      await losses.check();
    }
  }

  async function isFoundLost(): Promise<boolean> {
    await replaceRedis();
    const lost = await losses.check();
    expect(lost).not.toBeNull();
    return (await store.findUnpublished(1)).length === 1;
  }

  /** Takes a job out to hold it. */
  async function takeOut(): Promise<{ job: Job; token: string }> {
    const worker = new Worker(name, null, { connection: redis.options, prefix });
    worker.on('error', () => undefined);
    opened.unshift(worker);
    return { job: (await worker.getNextJob('token')) as Job, token: 'token' };
  }

  test.each<[string, () => Promise<unknown>]>([
    ['waits', () => Promise.resolve()],
    ['waits in a queue that is paused', () => queue.pause()],
    ['is in hand', takeOut],
    [
      'was put off',
      async () => {
        const { job, token } = await takeOut();
        await job.moveToDelayed(Date.now() + HOUR_MILLIS, token);
      },
    ],
  ])(
    'is lost however old it is where it %s',
    async (_where, bring) => {
      await bring();
      await goOn();
      expect(await isFoundLost()).toBe(true);
    },
    60_000,
  );

  test('is not lost where it was taken long before', async () => {
    await (await queue.getJob('old'))?.remove();
    await goOn();
    expect(await isFoundLost()).toBe(false);
  }, 60_000);

  test('is not lost where what waits was published long after it', async () => {
    await (await queue.getJob('old'))?.remove();
    // Past the time in which a result may be on its way since it was decided.
    await queue.add(name, {}, { jobId: 'late', timestamp: Date.now() + HOUR_MILLIS });
    await goOn();
    expect(await isFoundLost()).toBe(false);
  }, 60_000);
});
