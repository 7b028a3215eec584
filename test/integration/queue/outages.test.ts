import { createLog } from '../../../src/log.ts';
import { waitForRedis } from '../../../src/queue/connection.ts';
import { resultJobId } from '../../../src/queue/faces-identified.ts';
import {
  createResultPublisher,
  type ResultPublisher,
} from '../../../src/queue/result-publisher.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../../helpers/faults.ts';
import { freePort } from '../../helpers/free-port.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { makePhotoRecord, uncorrected } from '../../helpers/records.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });

describe('results', () => {
  test('go out once however often they are published, and wait in the outbox without Redis', async () => {
    const folder = await tempFolder();
    const store = await openStore({ dataDir: folder.path, log });
    const first = await startRedis();
    const { port } = first;
    const publisher = createResultPublisher({
      redis: first.options,
      prefix: 'results',
      store,
      log,
      sweepEveryMillis: 20,
      viewOf: (record) => Promise.resolve(uncorrected(record)),
    });
    await publisher.queue.waitUntilReady();
    const record = makePhotoRecord({ assetId: 'a:b/ü', ownerId: '12' });
    await store.commitPhoto(record, null);
    await first.stop();
    await publisher.publish(uncorrected(record));
    expect(await store.findUnpublished(10)).toHaveLength(1);
    const redis = await startRedis({ port });
    await until(async () => (await store.findUnpublished(10)).length === 0);
    await publisher.publish(uncorrected(record));
    expect(await store.findUnpublished(10)).toEqual([]);
    const jobs = await publisher.queue.getJobs();
    expect(jobs.map(({ id }) => id)).toEqual([resultJobId(record)]);
    expect(jobs[0]?.data).toMatchObject({ assetId: 'a:b/ü', revision: 1 });
    await publisher.close();
    await store.close();
    await redis.stop();
    await folder.remove();
  }, 60_000);
});

describe('results that a Redis loses', () => {
  const hour = 3_600_000;
  const hoursAgo = (hours: number): string => new Date(Date.now() - hours * hour).toISOString();
  const recent = makePhotoRecord({ assetId: 'recent', decidedAt: hoursAgo(0) });
  const old = makePhotoRecord({ assetId: 'old', sequence: 2, decidedAt: hoursAgo(5) });
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let store: Store;
  let redis: TestRedis;

  beforeEach(async () => {
    folder = await tempFolder();
    store = await openStore({ dataDir: folder.path, log });
    redis = await startRedis();
  });
  afterEach(async () => {
    await store.close();
    await redis.stop();
    await folder.remove();
  });

  const open = (): ResultPublisher =>
    createResultPublisher({
      ...{ redis: redis.options, prefix: 'lost', store, log, sweepEveryMillis: 20 },
      viewOf: (record) => Promise.resolve(uncorrected(record)),
    });
  const waiting = async ({ queue }: ResultPublisher): Promise<string[]> =>
    (await queue.getWaiting()).map(({ data }) => ('assetId' in data ? data.assetId : '')).sort();
  const isPublished = async (): Promise<boolean> => (await store.findUnpublished(1)).length === 0;

  test('while all workers were down too come again', async () => {
    const before = open();
    await store.commitPhoto(recent, null);
    await before.publish(uncorrected(recent));
    await until(async () => (await store.readResultRedis('lost')) !== null);
    await before.close();
    const { port } = redis;
    await redis.stop();
    redis = await startRedis({ port });
    const after = open();
    await until(async () => (await waiting(after)).length > 0);
    expect(await waiting(after)).toEqual(['recent']);
    await after.close();
  }, 60_000);

  test('come again however long ago they were decided, where nobody had taken them out', async () => {
    await store.commitPhoto(recent, null);
    await store.commitPhoto(old, null);
    const publisher = open();
    await until(async () => (await waiting(publisher)).length === 2);
    await until(isPublished);
    const { port } = redis;
    await redis.stop();
    redis = await startRedis({ port });
    await until(async () => (await waiting(publisher)).length === 2);
    await publisher.close();
  }, 60_000);

  test('are not sent again all of them by a Redis that lost none', async () => {
    const args = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder.path];
    await redis.stop();
    redis = await startRedis({ port: redis.port, args });
    await store.commitPhoto(recent, null);
    await store.commitPhoto(old, null);
    const publisher = open();
    await until(isPublished);
    const noted = await store.readResultRedis('lost');
    await until(async () => (await store.readResultRedis('lost'))?.added === 2);
    await redis.stop();
    redis = await startRedis({ port: redis.port, args });
    await until(async () => (await store.readResultRedis('lost'))?.run !== noted?.run);
    await until(isPublished);
    expect(await waiting(publisher)).toEqual(['old', 'recent']);
    // Each job that is sent is counted, also one that is there.
    const client = (await publisher.queue.client) as unknown as {
      get(key: string): Promise<string>;
    };
    expect(await client.get(publisher.queue.toKey('id'))).toBe('3');
    await publisher.close();
  }, 60_000);
});

describe('waiting for Redis', () => {
  test('ends when it comes up', async () => {
    const port = await freePort();
    const signal = new AbortController().signal;
    const waiting = waitForRedis({ host: '127.0.0.1', port }, { log, signal });
    const redis = await startRedis({ port });
    await waiting;
    await redis.stop();
  }, 30_000);

  test('ends when it is told to, and says where it looked', async () => {
    const stop = new AbortController();
    const waiting = waitForRedis({ host: '127.0.0.1', port: 1 }, { log, signal: stop.signal });
    stop.abort(new Error('stopped by SIGTERM'));
    await expect(waiting).rejects.toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1') as string,
    });
  });

  test('a wrong password is no outage', async () => {
    const redis = await startRedis({ password: 'the-right-one' });
    const login = { ...redis.options, password: 'the-wrong-one' };
    const refused = waitForRedis(login, { log, signal: new AbortController().signal });
    await expect(refused).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    await expect(refused).rejects.not.toThrow(/the-wrong-one/);
    await redis.stop();
  }, 30_000);
});
