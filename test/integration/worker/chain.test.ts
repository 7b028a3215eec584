import { mkdir, symlink, truncate, writeFile, copyFile } from 'node:fs/promises';
import path from 'node:path';

import { Queue, QueueEvents, Worker, type Job } from 'bullmq';
import sharp from 'sharp';

import type { FacesIdentified } from '../../../src/queue/faces-identified.ts';
import { createProducer, type Producer } from '../../../src/queue/producer.ts';
import { quarters, samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

describe('the whole worker, from job to job', () => {
  const prefix = `chain-${process.pid}`;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let worker: TestWorker;
  let producer: Producer;
  let events: QueueEvents;
  let consumer: Worker<FacesIdentified>;
  const published: FacesIdentified[] = [];
  const at = (name: string): string => path.join(folder.path, 'media', name);

  beforeAll(async () => {
    folder = await tempFolder();
    await mkdir(at(''), { recursive: true });
    redis = await startRedis();
    worker = await startWorkerProcess({
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      QUEUE_PREFIX: prefix,
      DATA_DIR: path.join(folder.path, 'data'),
      MEDIA_ROOTS: at(''),
      JOB_BACKOFF_MILLIS: '50',
    });
    producer = createProducer({
      redis: redis.options,
      prefix,
      retry: { attempts: 3, backoffMillis: 50 },
    });
    events = new QueueEvents('image-added', { connection: redis.options, prefix });
    await events.waitUntilReady();
    consumer = new Worker<FacesIdentified>(
      'faces-identified',
      (job) => {
        published.push(job.data);
        return Promise.resolve();
      },
      { connection: redis.options, prefix },
    );
  }, 60_000);

  afterAll(async () => {
    await consumer.close();
    await events.close();
    await producer.close();
    const code = await worker.stop();
    await redis.stop();
    await folder.remove();
    expect(code).toBe(0);
  });

  async function add(data: object, name = 'image-added'): Promise<Job> {
    return new Promise((resolve, reject) => {
      producer.queue.add(name, data as never).then(resolve as (job: unknown) => void, reject);
    });
  }

  async function identify(assetId: string, file: string): Promise<FacesIdentified> {
    const job = await add({ assetId, path: at(file) });
    return (await job.waitUntilFinished(events)) as FacesIdentified;
  }

  async function reasonOf(data: unknown): Promise<{ reason: string; runs: number }> {
    const job = await add(data as object);
    await expect(job.waitUntilFinished(events)).rejects.toThrow();
    const failed = await producer.queue.getJob(job.id ?? '');
    return { reason: failed?.failedReason ?? '', runs: failed?.attemptsMade ?? 0 };
  }

  async function resultOf(assetId: string, revision: number): Promise<FacesIdentified> {
    for (;;) {
      const result = published.find((one) => one.assetId === assetId && one.revision === revision);
      if (result !== undefined) return result;
      await new Promise((resolve) => consumer.once('completed', resolve));
    }
  }

  test('a photo goes in, its people come out, and are known again', async () => {
    await copyFile(samplePhoto(1), at('first.jpg'));
    await sharp(samplePhoto(1)).resize(1000).modulate({ brightness: 0.7 }).toFile(at('again.jpg'));
    const first = await identify('first', 'first.jpg');
    const again = await identify('again', 'again.jpg');
    expect(first.faces).toHaveLength(3);
    expect(first.faces.every(({ isNewPerson }) => isNewPerson)).toBe(true);
    const people = (result: FacesIdentified): unknown[] =>
      [...result.faces].sort((a, b) => a.box.x - b.box.x).map(({ personId }) => personId);
    expect(people(again)).toEqual(people(first));
    expect(again.faces.some(({ isNewPerson }) => isNewPerson)).toBe(false);
    expect(await resultOf('first', 1)).toEqual(first);
    expect(first).toMatchObject({ ownerId: 'default', image: { width: 1920, height: 1280 } });
  }, 60_000);

  test('a job run again from the dashboard keeps the ids and raises the revision', async () => {
    await copyFile(samplePhoto(3), at('rerun.jpg'));
    const job = await add({ assetId: 'rerun', path: at('rerun.jpg') });
    const before = (await job.waitUntilFinished(events)) as FacesIdentified;
    const answer = await fetch(`${worker.address}/queues/api/queues/image-added/${job.id}/retry`, {
      method: 'PUT',
    });
    expect(answer.status).toBe(204);
    const after = await resultOf('rerun', 2);
    expect(after.faces.map(({ faceId, personId }) => [faceId, personId])).toEqual(
      before.faces.map(({ faceId, personId }) => [faceId, personId]),
    );
  }, 60_000);

  test('progress and log lines are on the job', async () => {
    await copyFile(samplePhoto(4), at('logged.jpg'));
    const job = await add({ assetId: 'logged', path: at('logged.jpg') });
    await job.waitUntilFinished(events);
    const { logs } = await producer.queue.getJobLogs(job.id ?? '');
    expect(logs.join('\n')).toMatch(/looking[^]*deciding[^]*4 faces: \d known, \d new/);
    expect((await producer.queue.getJob(job.id ?? ''))?.progress).toMatchObject({
      stage: 'looking',
    });
  }, 60_000);

  test.each([
    ['no object', 'text', /the payload: expected an object/],
    ['no asset id', { path: '/x' }, /assetId: expected a text, got nothing/],
    ['a wrong type', { assetId: 7 }, /assetId: expected a text, got 7/],
    ['an unknown source', { assetId: 'a', source: 'mail' }, /source: expected 'upload'/],
    [
      'a megabyte of junk',
      { assetId: 'x'.repeat(1_000_000) },
      /at most 255 characters, got "x+… \(/,
    ],
    ['no path', { assetId: 'a' }, /PHOTO_SOURCE_MISSING/],
  ])('a payload with %s fails at once with the reason', async (_name, data, message) => {
    const { reason, runs } = await reasonOf(data);
    expect(reason).toMatch(message);
    expect(reason.length).toBeLessThan(500);
    expect(runs).toBe(1);
  });

  test('each bad photo fails for good with its code', async () => {
    await writeFile(at('empty.jpg'), '');
    await writeFile(at('text.jpg'), 'this is no photo');
    await quarters(800, 600).jpeg().toFile(at('truncated.jpg'));
    await truncate(at('truncated.jpg'), 4000);
    await symlink(samplePhoto(1), at('link-out.jpg'));
    await mkdir(at('folder.jpg'));
    const codes: string[] = [];
    for (const name of ['empty', 'text', 'truncated', 'link-out', 'folder', 'missing']) {
      const { reason, runs } = await reasonOf({ assetId: name, path: at(`${name}.jpg`) });
      codes.push(/^\[([A-Z_]+)\]/.exec(reason)?.[1] ?? reason);
      expect(runs).toBe(1);
    }
    expect(codes).toEqual([
      'PHOTO_EMPTY',
      'PHOTO_NOT_AN_IMAGE',
      'PHOTO_DAMAGED',
      'PATH_OUTSIDE_ROOTS',
      'PATH_NOT_A_FILE',
      'PATH_NOT_FOUND',
    ]);
  }, 60_000);

  test('the next photo goes on, whatever its ending says', async () => {
    await sharp(samplePhoto(2)).png({ palette: true }).toFile(at('palette-named.jpg'));
    expect((await identify('next', 'palette-named.jpg')).faces.length).toBeGreaterThanOrEqual(2);
  }, 60_000);

  test('no queue of Immich was opened', async () => {
    const queue = new Queue('image-added', { connection: redis.options, prefix });
    const client = await queue.client;
    const keys = (
      await (client as unknown as { keys(pattern: string): Promise<string[]> }).keys('*')
    )
      .map((key) => key.split(':')[1])
      .filter((name, i, all) => all.indexOf(name) === i);
    await queue.close();
    expect(keys.sort()).toEqual(['faces-identified', 'image-added', 'tidy-people']);
  });
});
