import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { createProducer, type Producer } from '../../../src/queue/producer.ts';
import { startMongo, type TestMongo } from '../../helpers/mongodb.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

const WORKER_TIMEOUT_MILLIS = 240_000;

describe('uploads to workers on two machines', () => {
  let redis: TestRedis;
  let mongo: TestMongo;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let producer: Producer;
  let mongodbUri: string;

  beforeAll(async () => {
    [redis, mongo, folder] = await Promise.all([startRedis(), startMongo(), tempFolder()]);
    mongodbUri = mongo.newDatabaseUri();
    producer = createProducer({
      redis: redis.options,
      prefix: 'immich_bull',
      retry: { attempts: 1, backoffMillis: 1 },
    });
  }, 90_000);

  afterAll(async () => {
    await producer.close();
    await Promise.all([mongo.stop(), redis.stop(), folder.remove()]);
  });

  async function start(name: string, waitMillis = 120_000): Promise<TestWorker> {
    const dataDir = path.join(folder.path, name);
    await mkdir(path.join(dataDir, 'media'), { recursive: true });
    return startWorkerProcess({
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      MONGODB_URI: mongodbUri,
      DATA_DIR: dataDir,
      MEDIA_ROOTS: path.join(dataDir, 'media'),
      VISION_CHILDREN: '1',
      UPLOAD_WAIT_MILLIS: String(waitMillis),
    });
  }

  async function post(worker: TestWorker, assetId: string): Promise<number> {
    const body = Buffer.concat([await readFile(samplePhoto(1)), Buffer.from(assetId)]);
    const headers = { 'content-type': 'image/jpeg' };
    const answer = await fetch(`${worker.address}/photos?assetId=${assetId}`, {
      ...{ method: 'POST', headers, body },
    });
    expect(await answer.json()).toMatchObject({ assetId });
    return answer.status;
  }

  test(
    'whoever takes the job, the worker that has the photo looks at it, and who uploaded it gets the answer',
    async () => {
      const [one, two] = [await start('one'), await start('two')];
      const names = Array.from({ length: 6 }, (_, i) => `up${i}`);
      const statuses = await Promise.all(names.map((name) => post(one, name)));
      expect(statuses).toEqual(names.map(() => 200));
      expect(await producer.queue.getJobCountByTypes('failed', 'delayed')).toBe(0);
      const jobs = await producer.queue.getJobs(['completed']);
      expect(jobs.map(({ attemptsMade }) => attemptsMade)).toEqual(names.map(() => 1));
      await Promise.all([one.stop(), two.stop()]);
    },
    WORKER_TIMEOUT_MILLIS,
  );

  test(
    'one whose job is lost with Redis while its answer is still to come is looked at all the same',
    async () => {
      const worker = await start('three', 0);
      await producer.queue.pause();
      expect(await post(worker, 'lost')).toBe(202);
      const { port } = redis;
      await redis.stop();
      redis = await startRedis({ port });
      await worker.logged('Redis lost jobs of uploads');
      await worker.logged('3 faces');
      const answer = await fetch(`${worker.address}/photos/lost?ownerId=default`);
      expect([answer.status, await answer.json()]).toMatchObject([200, { assetId: 'lost' }]);
      await worker.stop();
    },
    WORKER_TIMEOUT_MILLIS,
  );
});
