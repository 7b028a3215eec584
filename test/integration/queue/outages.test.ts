import { createLog } from '../../../src/log.ts';
import { waitForRedis } from '../../../src/queue/connection.ts';
import { resultJobId } from '../../../src/queue/faces-identified.ts';
import { createResultPublisher } from '../../../src/queue/result-publisher.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { freePort } from '../../helpers/free-port.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { makePhotoRecord } from '../../helpers/records.ts';
import { startRedis } from '../../helpers/redis.ts';

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
      viewOf: (record) => Promise.resolve(record),
    });
    await publisher.queue.waitUntilReady();
    const record = makePhotoRecord({ assetId: 'a:b/ü', ownerId: '12' });
    await store.commitPhoto(record, null);
    await first.stop();
    await publisher.publish(record);
    expect(await store.findUnpublished(10)).toHaveLength(1);
    const redis = await startRedis({ port });
    expect(await publisher.publishPending()).toBe(1);
    await publisher.publish(record);
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
