import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { Worker, type Job } from 'bullmq';

import type { FacesIdentified } from '../../../src/queue/faces-identified.ts';
import { createProducer, type Producer } from '../../../src/queue/producer.ts';
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
  let producer: Producer;

  beforeAll(async () => {
    folder = await tempFolder();
    redis = await startRedis();
    immich = await startImmich({ redis: redis.options });
    results = [];
    const retry = { attempts: 1, backoffMillis: 1 };
    producer = createProducer({ redis: redis.options, prefix, retry });
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
    await producer.close();
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

  async function jobOf(assetId: string, state: 'delayed' | 'completed'): Promise<Job> {
    for (;;) {
      const jobs = await producer.queue.getJobs([state]);
      const job = jobs.find(({ data }) => data.assetId === assetId);
      if (job !== undefined) return job;
      await new Promise((resolve) => setTimeout(resolve, 50));
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

  test.each([
    ['away', 3, { kind: 'cut' }],
    ['in maintenance mode', 4, { kind: 'maintenance' }],
  ] as const)(
    'a preview that takes its time uses up none of the runs, and Immich may be %s',
    async (_how, sample, fault) => {
      const [ada] = immich.state.users.values();
      immich.jobs.holdThumbnails();
      const asset = await immich.upload(ada!, await readFile(samplePhoto(sample)));
      await jobOf(asset.id, 'delayed');
      const away = immich.faults.add(fault);
      const asked = immich.faults.met(fault.kind);
      immich.jobs.resumeThumbnails();
      await immich.jobs.settled();
      await asked;
      away();
      expect((await resultOf(asset.id)).revision).toBe(1);
      const job = await jobOf(asset.id, 'completed');
      expect(job.attemptsMade).toBe(1);
      const { waits } = job.progress as { waits: number };
      expect(waits).toBeGreaterThanOrEqual(1);
    },
    60_000,
  );

  test('a photo trashed in Immich is removed, and consumers learn of it', async () => {
    const known = results[0]!;
    const asset = immich.state.assets.get(known.assetId)!;
    immich.state.touch(asset, { deletedAt: new Date() });
    await immich.jobs.tagged(asset);
    for (;;) {
      if (results.some(({ assetId, removed }) => assetId === asset.id && removed)) break;
      await new Promise((resolve) => consumer.once('completed', resolve));
    }
  }, 60_000);

  test('metrics and health tell of each user, and Immich never makes the worker unready', async () => {
    const asset = immich.state.assets.get(results[0]!.assetId)!;
    const until = async (state: string): Promise<unknown> => {
      for (;;) {
        const answer = await fetch(`${worker.address}/health/ready`);
        const { immich: part } = (await answer.json()) as { immich: { users: object[] } };
        expect([answer.status, part.users.length]).toEqual([200, 1]);
        const [user] = part.users as { user: string; state: string; reason?: string }[];
        if (user?.state === state) return user;
        // Its events let the worker ask again.
        await immich.jobs.tagged(asset);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    };
    expect(await until('ok')).toEqual({ user: 'ada', state: 'ok' });
    const metrics = await (await fetch(`${worker.address}/metrics`)).text();
    for (const line of [
      /^face_worker_immich_users\{state="ok"\} 1$/m,
      /^face_worker_immich_jobs_total\{source="upload"\} 3$/m,
      /^face_worker_immich_nudges_total [1-9]/m,
      /^face_worker_immich_requests_total\{outcome="done"\} [1-9]/m,
      /^face_worker_immich_sweep_timestamp_seconds\{user="ada"\} 1\d{9}/m,
    ]) {
      expect(metrics).toMatch(line);
    }
    const away = immich.faults.add({ kind: 'cut' });
    expect(await until('unreachable')).toMatchObject({ user: 'ada' });
    away();
    await until('ok');
    const refused = immich.faults.add({ kind: 'status', status: 401 });
    const { reason } = (await until('refused')) as { reason: string };
    expect(reason).toContain('IMMICH_API_KEYS');
    refused();
  }, 60_000);

  test('the key is in no log line and no job', async () => {
    const keys = [...immich.state.keys.keys()];
    const jobs = await producer.queue.getJobs(['completed', 'failed', 'waiting', 'delayed']);
    const said = JSON.stringify([worker.log, jobs.map((job) => job.toJSON())]) + worker.stderr();
    expect(jobs.length).toBeGreaterThan(0);
    expect(keys.filter((key) => said.includes(key))).toEqual([]);
  });
});
