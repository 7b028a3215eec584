import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { Worker } from 'bullmq';

import type { FacesIdentified } from '../../../src/queue/faces-identified.ts';
import { startImmich, type StandInImmich } from '../../helpers/immich/server.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

describe('the worker beside Immich', () => {
  const prefix = `source-${process.pid}`;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let immich: StandInImmich;
  let worker: TestWorker;
  let consumer: Worker<FacesIdentified>;
  let results: FacesIdentified[];

  beforeAll(async () => {
    folder = await tempFolder();
    redis = await startRedis();
    immich = await startImmich({ redis: redis.options });
    results = [];
    consumer = new Worker<FacesIdentified>(
      'faces-identified',
      (job) => {
        results.push(job.data);
        return Promise.resolve();
      },
      { connection: { ...redis.options, maxRetriesPerRequest: null }, prefix },
    );
    const ada = immich.state.addUser('ada');
    worker = await startWorkerProcess({
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      QUEUE_PREFIX: prefix,
      DATA_DIR: path.join(folder.path, 'data'),
      IMMICH_URL: immich.url,
      IMMICH_API_KEY: immich.state.addKey(ada, ['user.read', 'asset.read', 'asset.view']),
      LOG_LEVEL: 'debug',
    });
    await worker.logged('looked for new photos');
  }, 60_000);

  afterAll(async () => {
    await consumer.close();
    expect(await worker.stop()).toBe(0);
    await immich.stop();
    await redis.stop();
    await folder.remove();
  });

  async function resultOf(assetId: string): Promise<FacesIdentified> {
    for (;;) {
      const result = results.find((one) => one.assetId === assetId);
      if (result !== undefined) return result;
      await new Promise((resolve) => consumer.once('completed', resolve));
    }
  }

  test('an upload has its people within seconds', async () => {
    const [ada] = immich.state.users.values();
    const original = await readFile(samplePhoto(1));
    const startedAt = performance.now();
    const asset = await immich.upload(ada!, original);
    const result = await resultOf(asset.id);
    const millis = Math.round(performance.now() - startedAt);
    process.stdout.write(`upload to result: ${millis} ms\n`);
    expect(result).toMatchObject({ ownerId: ada!.id, assetId: asset.id, revision: 1 });
    expect(result.faces).toHaveLength(3);
    expect(millis).toBeLessThan(30_000);
    expect(await readdir(path.join(folder.path, 'data', 'fetched'))).toEqual([]);
  }, 60_000);
});
