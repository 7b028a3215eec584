import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { Queue, QueueEvents, type Job } from 'bullmq';
import Database from 'libsql';
import sharp from 'sharp';

import { createLog } from '../../../src/log.ts';
import type { FacesIdentified } from '../../../src/queue/faces-identified.ts';
import { createProducer, type Producer } from '../../../src/queue/producer.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { until } from '../../helpers/faults.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { freePort } from '../../helpers/free-port.ts';
import { makePhotoRecord } from '../../helpers/records.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

describe('the life of a worker', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let producer: Producer;
  let events: QueueEvents;
  let environment: Record<string, string>;
  let run = 0;

  beforeAll(async () => {
    folder = await tempFolder();
    await mkdir(path.join(folder.path, 'media'));
    // Large enough to be in hand for some hundred milliseconds.
    await sharp(samplePhoto(5)).resize(6000).png({ compressionLevel: 1 }).toFile(photo('slow.png'));
    await copyFile(samplePhoto(1), photo('one.jpg'));
    redis = await startRedis();
  }, 60_000);
  afterAll(async () => {
    await redis.stop();
    await folder.remove();
  });

  beforeEach(async () => {
    const prefix = `life-${process.pid}-${++run}`;
    environment = {
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      QUEUE_PREFIX: prefix,
      DATA_DIR: path.join(folder.path, prefix),
      MEDIA_ROOTS: path.join(folder.path, 'media'),
      JOB_BACKOFF_MILLIS: '20',
    };
    producer = createProducer({
      redis: redis.options,
      prefix,
      retry: { attempts: 3, backoffMillis: 20 },
    });
    events = new QueueEvents('image-added', { connection: redis.options, prefix });
    await events.waitUntilReady();
  });
  afterEach(async () => {
    await events.close();
    await producer.close();
  });

  function photo(name: string): string {
    return path.join(folder.path, 'media', name);
  }

  async function add(assetId: string, name: string): Promise<Job> {
    const jobId = await producer.add({ assetId, path: photo(name) });
    return (await producer.queue.getJob(jobId)) as unknown as Job;
  }

  async function inHand(job: Job): Promise<void> {
    while ((await job.getState()) !== 'active')
      await new Promise((resolve) => setImmediate(resolve));
  }

  const stopAll = async (...workers: readonly TestWorker[]): Promise<void> => {
    for (const worker of workers) {
      worker.child.kill('SIGKILL');
      await worker.exited;
    }
  };

  test('SIGTERM finishes the photo in hand and ends with 0', async () => {
    const worker = await startWorkerProcess(environment);
    const job = await add('a', 'slow.png');
    await inHand(job);
    expect(await worker.stop()).toBe(0);
    expect(await job.getState()).toBe('completed');
    expect(worker.log.at(-1)).toMatchObject({ msg: 'stopped' });
  }, 60_000);

  test('a second signal ends at once, and the photo is done by the next worker', async () => {
    const first = await startWorkerProcess(environment);
    const job = await add('a', 'slow.png');
    await inHand(job);
    first.child.kill('SIGTERM');
    await first.logged('stopping after the photo in hand');
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(1);
    // The lock of the dead worker has to run out first; a shorter way is to take it away.
    const client = (await producer.queue.client) as unknown as {
      del(key: string): Promise<number>;
    };
    await client.del(`${environment['QUEUE_PREFIX'] ?? ''}:image-added:${job.id ?? ''}:lock`);
    const second = await startWorkerProcess(environment);
    expect(await job.waitUntilFinished(events)).toMatchObject({ assetId: 'a', revision: 1 });
    await stopAll(second);
  }, 120_000);

  test('a vision child that is killed is replaced and its photo done after all', async () => {
    const worker = await startWorkerProcess(environment);
    const job = await add('a', 'slow.png');
    await inHand(job);
    const pid = worker.child.pid ?? 0;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    for (const child of children.trim().split(' ')) process.kill(Number(child), 'SIGKILL');
    expect(await job.waitUntilFinished(events)).toMatchObject({ assetId: 'a' });
    const { logs } = await producer.queue.getJobLogs(job.id ?? '');
    expect(logs.join('\n')).toContain('[VISION_CHILD_KILLED]');
    await stopAll(worker);
  }, 60_000);

  test('under full load the main process stays far from losing a lock', async () => {
    const worker = await startWorkerProcess(environment);
    const jobs = await Promise.all(
      Array.from({ length: 40 }, (_, i) => add(`load-${i}`, i % 8 === 0 ? 'slow.png' : 'one.jpg')),
    );
    await Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
    const metrics = await (await fetch(`${worker.address}/metrics`)).text();
    const valueOf = (name: string): number =>
      Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
    expect(valueOf('face_worker_lock_seconds')).toBe(60);
    expect(valueOf('face_worker_event_loop_delay_max_seconds')).toBeGreaterThan(0);
    expect(valueOf('face_worker_event_loop_delay_max_seconds')).toBeLessThan(6);
    expect(worker.log.some(({ msg }) => String(msg).includes('locks were lost'))).toBe(false);
    await stopAll(worker);
  }, 120_000);

  test('low power runs one child on one thread with the tiny detector', async () => {
    const worker = await startWorkerProcess({ ...environment, PROFILE: 'low-power' });
    const ready = (await (await fetch(`${worker.address}/health/ready`)).json()) as object;
    expect(ready).toMatchObject({
      profile: 'low-power',
      detector: 'tiny',
      vision: { children: 1, threads: 1 },
    });
    const job = await add('a', 'one.jpg');
    const result = (await job.waitUntilFinished(events)) as FacesIdentified;
    expect(result.faces.length).toBeGreaterThan(0);
    await stopAll(worker);
  }, 60_000);

  test('two workers on one SQLite file lose and double nothing', async () => {
    const workers = await Promise.all([
      startWorkerProcess(environment),
      startWorkerProcess(environment),
    ]);
    const assets = Array.from({ length: 16 }, (_, i) => `asset-${i}`);
    const jobs = await Promise.all(assets.map((asset) => add(asset, 'one.jpg')));
    const results = (await Promise.all(
      jobs.map((job) => job.waitUntilFinished(events)),
    )) as FacesIdentified[];
    const people = new Set(results.flatMap(({ faces }) => faces.map(({ personId }) => personId)));
    const founders = results.flatMap(({ faces }) => faces.filter(({ isNewPerson }) => isNewPerson));
    expect(people.size).toBe(3);
    expect(founders).toHaveLength(3);
    await stopAll(...workers);
    const database = new Database(path.join(environment['DATA_DIR'] ?? '', 'faces.db'));
    const rows = database.prepare('SELECT sequence FROM photos ORDER BY sequence').all();
    database.close();
    expect(rows.map((row) => (row as { sequence: number }).sequence)).toEqual(
      assets.map((_, i) => i + 1),
    );
  }, 120_000);

  test('a worker with a store of its own is refused beside others, and taken when they are gone', async () => {
    const first = await startWorkerProcess(environment);
    const other = { ...environment, DATA_DIR: `${environment['DATA_DIR'] ?? ''}-other` };
    const store = await openStore({ dataDir: other.DATA_DIR, log: createLog({ level: 'silent' }) });
    await store.commitPhoto(makePhotoRecord(), null);
    await store.close();
    const refused = await startWorkerProcess(other, { ready: false });
    expect(await refused.exited).toBe(1);
    expect(refused.stderr()).toContain('[STORE_DIFFERS]');
    expect(refused.stderr()).toContain(path.join(environment['DATA_DIR'] ?? '', 'faces.db'));
    const results = new Queue('faces-identified', {
      ...{ connection: redis.options, prefix: environment['QUEUE_PREFIX'] ?? '' },
    });
    expect(await results.count()).toBe(0);
    const waiting = await startWorkerProcess(other, { ready: false });
    await stopAll(first);
    await waiting.logged('ready for photos');
    await until(async () => (await results.count()) === 1);
    await results.close();
    await stopAll(waiting);
  }, 120_000);

  test('without Redis it waits and says so once, and starts when Redis is there', async () => {
    const port = await freePort();
    const worker = await startWorkerProcess(
      { ...environment, REDIS_PORT: String(port) },
      { ready: false },
    );
    const line = await worker.logged('Redis does not answer');
    expect(String(line['reason'])).toContain(`127.0.0.1:${port}`);
    const late = await startRedis({ port });
    await worker.logged('ready for photos');
    expect(
      worker.log.filter(({ msg }) => msg === 'Redis does not answer; trying again'),
    ).toHaveLength(1);
    expect(await worker.stop()).toBe(0);
    await late.stop();
  }, 60_000);

  test('SIGTERM while Redis is awaited ends it', async () => {
    const worker = await startWorkerProcess({ ...environment, REDIS_PORT: '1' }, { ready: false });
    await worker.logged('Redis does not answer');
    expect(await worker.stop()).toBe(0);
  }, 30_000);

  test.each([
    [
      'settings that cannot be used',
      { ENGINE: 'gpu', HTTP_PORT: 'x' },
      /ENGINE: expected[^]*HTTP_PORT: expected/,
    ],
    ['a store that cannot be written', { DATA_DIR: '/dev/null/data' }, /\[STORE_NOT_WRITABLE\]/],
    [
      'weights that are not there',
      { WEIGHTS_DIR: '/nonexistent' },
      /\[WEIGHTS_MISSING\].*scripts\/setup/,
    ],
    [
      "an address that is not this machine's",
      { HTTP_HOST: '192.0.2.1', HTTP_USER: 'ada', HTTP_PASSWORD: 'long-enough' },
      /\[HTTP_ADDRESS_UNUSABLE\].*HTTP_HOST/,
    ],
  ])(
    '%s: it ends with 1 and says why',
    async (_name, changes, message) => {
      const worker = await startWorkerProcess({ ...environment, ...changes }, { ready: false });
      expect(await worker.exited).toBe(1);
      expect(worker.stderr()).toMatch(message);
    },
    30_000,
  );

  test('a misspelled setting is told, with the one that was probably meant', async () => {
    const worker = await startWorkerProcess({ ...environment, PROFIL: 'low-power' });
    expect(await worker.logged('no setting is called like this')).toMatchObject({
      variable: 'PROFIL',
      meant: 'PROFILE',
    });
    expect(await worker.stop()).toBe(0);
  }, 30_000);

  test('a command given to the worker itself is refused, and says where commands are', async () => {
    const run = promisify(execFile)(process.execPath, ['dist/src/main.js', 'backfill']);
    await expect(run).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/got "backfill".*cli\.js --help/) as unknown,
    });
  });

  test('a port in use and a newer store end it with 1', async () => {
    const first = await startWorkerProcess(environment);
    const port = new URL(first.address).port;
    const second = await startWorkerProcess({ ...environment, HTTP_PORT: port }, { ready: false });
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toContain('[HTTP_ADDRESS_IN_USE]');
    await stopAll(first);
    const database = new Database(path.join(environment['DATA_DIR'] ?? '', 'faces.db'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    const third = await startWorkerProcess(environment, { ready: false });
    expect(await third.exited).toBe(1);
    expect(third.stderr()).toMatch(/\[STORE_NEWER_VERSION\].*99/);
  }, 60_000);

  test('what is no SQLite file is left as it is', async () => {
    const dataDir = environment['DATA_DIR'] ?? '';
    await mkdir(dataDir, { recursive: true });
    await writeFile(path.join(dataDir, 'faces.db'), 'dear diary');
    const worker = await startWorkerProcess(environment, { ready: false });
    expect(await worker.exited).toBe(1);
    expect(worker.stderr()).toMatch(/\[STORE_DAMAGED\]/);
    expect(await readFile(path.join(dataDir, 'faces.db'), 'utf8')).toBe('dear diary');
  }, 30_000);
});
