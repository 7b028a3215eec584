import { Queue, QueueEvents, type Job, type JobsOptions } from 'bullmq';

import { WorkerError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';
import type { PhotoTask } from '../../../src/pipeline/ports.ts';
import type { ImageAdded } from '../../../src/queue/image-added.ts';
import {
  startPhotoWorker,
  type PhotoWorker,
  type PhotoWorkerOptions,
} from '../../../src/queue/photo-worker.ts';
import { createProducer, type Producer } from '../../../src/queue/producer.ts';
import { makePhotoRecord, uncorrected } from '../../helpers/records.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

type Process = PhotoWorkerOptions['processPhoto'];

const log = createLog({ level: 'silent' });
const retry = { attempts: 4, backoffMillis: 10 };

describe('the image-added queue', () => {
  let redis: TestRedis;
  let prefix: string;
  let producer: Producer;
  let events: QueueEvents;
  const workers: PhotoWorker[] = [];
  let run = 0;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  beforeEach(async () => {
    prefix = `queue-${process.pid}-${++run}`;
    producer = createProducer({ redis: redis.options, prefix, retry });
    events = new QueueEvents('image-added', { connection: redis.options, prefix });
    await events.waitUntilReady();
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.close(1000);
    await events.close();
    await producer.close();
  });

  function start(processPhoto: Process, changes: Partial<PhotoWorkerOptions> = {}): PhotoWorker {
    const worker = startPhotoWorker({
      redis: redis.options,
      prefix,
      concurrency: 1,
      retry,
      lockMillis: 60_000,
      log,
      processPhoto,
      ...changes,
    });
    workers.push(worker);
    return worker;
  }

  /** As a producer inside Immich might: none of our options. */
  async function addForeign(data: ImageAdded, options: JobsOptions = {}): Promise<Job> {
    const queue = new Queue('image-added', { connection: redis.options, prefix });
    const job = await queue.add('image-added', data, options);
    await queue.close();
    return (await producer.queue.getJob(job.id ?? '')) as unknown as Job;
  }

  const recordOf = (task: PhotoTask): ReturnType<typeof uncorrected> =>
    uncorrected(
      makePhotoRecord({ assetId: task.assetId, ownerId: task.ownerId, runId: task.runId }),
    );

  test('what may pass is tried again, also for a producer that asked for no retries', async () => {
    const runIds: string[] = [];
    const asked: (number | undefined)[] = [];
    start((task) => {
      runIds.push(task.runId);
      asked.push(task.askedAtMillis);
      if (runIds.length < 3) return Promise.reject(new WorkerError('VISION_FAILED', 'away'));
      return Promise.resolve(recordOf(task));
    });
    const job = await addForeign({ assetId: 'a' });
    expect(await job.waitUntilFinished(events)).toMatchObject({ assetId: 'a', ownerId: 'default' });
    expect(new Set(runIds).size).toBe(3);
    expect(asked).toEqual([job.timestamp, job.timestamp, job.timestamp]);
  });

  test('what keeps failing ends after all attempts, with its last reason', async () => {
    let runs = 0;
    start(() => {
      runs++;
      return Promise.reject(new Error('odd'));
    });
    const job = await addForeign({ assetId: 'a' });
    await expect(job.waitUntilFinished(events)).rejects.toThrow('[UNEXPECTED] odd');
    expect(runs).toBe(4);
  });

  test('a store that is away fails no photo, however long: its run goes on when it is back', async () => {
    const runIds: string[] = [];
    const codes: string[] = [];
    start(
      (task) => {
        runIds.push(task.runId);
        // More often than the job may run.
        if (runIds.length < 5) return Promise.reject(new WorkerError('STORE_UNAVAILABLE', 'away'));
        return Promise.resolve(recordOf(task));
      },
      { onOutcome: (outcome) => codes.push(outcome.kind === 'failed' ? outcome.code : 'done') },
    );
    const job = await addForeign({ assetId: 'a' });
    expect(await job.waitUntilFinished(events)).toMatchObject({ assetId: 'a' });
    expect(new Set(runIds).size).toBe(1);
    expect(codes).toEqual([...Array<string>(4).fill('STORE_UNAVAILABLE'), 'done']);
  }, 30_000);

  test('what cannot pass is not tried again', async () => {
    let runs = 0;
    start(() => {
      runs++;
      return Promise.reject(new WorkerError('PHOTO_DAMAGED', 'half a photo'));
    });
    const job = await addForeign({ assetId: 'a' });
    await expect(job.waitUntilFinished(events)).rejects.toThrow('[PHOTO_DAMAGED] half a photo');
    expect(runs).toBe(1);
  });

  test('a photo that ends two children is not tried again', async () => {
    let runs = 0;
    start(() => {
      runs++;
      return Promise.reject(
        runs === 1
          ? new WorkerError('VISION_FAILED', 'away')
          : new WorkerError(runs === 2 ? 'VISION_MEMORY' : 'VISION_CHILD_KILLED', 'SIGSEGV'),
      );
    });
    const job = await addForeign({ assetId: 'a' });
    await expect(job.waitUntilFinished(events)).rejects.toThrow(
      /^\[VISION_CHILD_KILLED\] SIGSEGV; it was the second child process/,
    );
    expect(runs).toBe(3);
  });

  test('a photo that ended one child may still succeed', async () => {
    let runs = 0;
    start((task) =>
      ++runs === 1
        ? Promise.reject(new WorkerError('VISION_DEADLINE', 'too slow'))
        : Promise.resolve(recordOf(task)),
    );
    const job = await addForeign({ assetId: 'a' });
    expect(await job.waitUntilFinished(events)).toMatchObject({ assetId: 'a' });
  });

  test('a job of another name fails and says so', async () => {
    start((task) => Promise.resolve(recordOf(task)));
    const queue = new Queue('image-added', { connection: redis.options, prefix });
    const job = await queue.add('something-else', { assetId: 'a' });
    await expect(job.waitUntilFinished(events)).rejects.toThrow(
      /named 'image-added'.*'something-else'/,
    );
    await queue.close();
  });

  test('uploads go before re-runs, and those before a backfill', async () => {
    const order: string[] = [];
    await producer.addBulk([
      { payload: { assetId: 'old-1', source: 'backfill' } },
      { payload: { assetId: 'old-2', source: 'backfill' } },
      { payload: { assetId: 'again', source: 'rerun' } },
      { payload: { assetId: 'new', source: 'upload' } },
      { payload: { assetId: 'plain' } },
    ]);
    await new Promise<void>((resolve) => {
      start((task) => {
        order.push(task.assetId);
        if (order.length === 5) resolve();
        return Promise.resolve(recordOf(task));
      });
    });
    expect(order).toEqual(['new', 'plain', 'again', 'old-1', 'old-2']);
  });

  test('only the first run of a backfill that is not forced may be skipped', async () => {
    const skips: boolean[] = [];
    start((task) => {
      skips.push(task.skipWhenCurrent);
      return Promise.resolve(recordOf(task));
    });
    const job = await addForeign({ assetId: 'a', source: 'backfill' });
    await job.waitUntilFinished(events);
    await job.retry('completed');
    await job.waitUntilFinished(events);
    for (const data of [
      { assetId: 'b', source: 'backfill', force: true },
      { assetId: 'c' },
    ] as const) {
      await (await addForeign(data)).waitUntilFinished(events);
    }
    expect(skips).toEqual([true, false, false, false]);
  });

  /** A processor that holds each photo until it is finished by hand or given up. */
  function holding(): { process: Process; taken: () => Promise<() => void>; runIds: string[] } {
    const waiting: ((finish: () => void) => void)[] = [];
    const held: (() => void)[] = [];
    const runIds: string[] = [];
    const process: Process = (task, { signal }) =>
      new Promise((resolve, reject) => {
        runIds.push(task.runId);
        const finish = (): void => {
          resolve(recordOf(task));
        };
        signal.addEventListener('abort', () => {
          reject(new WorkerError('JOB_ABORTED', 'given up'));
        });
        const waiter = waiting.shift();
        if (waiter === undefined) held.push(finish);
        else waiter(finish);
      });
    const taken = (): Promise<() => void> =>
      new Promise((resolve) => {
        const finish = held.shift();
        if (finish === undefined) waiting.push(resolve);
        else resolve(finish);
      });
    return { process, taken, runIds };
  }

  test('a job whose worker lost its lock comes again with the same run, and the first gives it up', async () => {
    const hold = holding();
    const codes: string[] = [];
    const givenUp = new Promise<void>((resolve) => {
      start(hold.process, {
        lockMillis: 600,
        onOutcome: (outcome) => {
          if (outcome.kind === 'failed') codes.push(outcome.code);
          resolve();
        },
      });
    });
    const job = await addForeign({ assetId: 'a' });
    await hold.taken();
    const client = (await producer.queue.client) as unknown as {
      del(key: string): Promise<number>;
    };
    expect(await client.del(`${prefix}:image-added:${job.id ?? ''}:lock`)).toBe(1);
    await givenUp;
    expect(codes).toEqual(['JOB_ABORTED']);
    const done = job.waitUntilFinished(events);
    (await hold.taken())();
    expect(await done).toMatchObject({ assetId: 'a' });
    expect(hold.runIds).toEqual([hold.runIds[0], hold.runIds[0]]);
  }, 30_000);

  test('a photo whose workers die around it is done in the end', async () => {
    const hold = holding();
    start(hold.process, { lockMillis: 600 });
    const job = await addForeign({ assetId: 'a' });
    const client = (await producer.queue.client) as unknown as {
      del(key: string): Promise<number>;
    };
    const done = job.waitUntilFinished(events);
    for (let deaths = 0; deaths < 5; deaths++) {
      await Promise.race([hold.taken(), done]);
      await client.del(`${prefix}:image-added:${job.id ?? ''}:lock`);
    }
    (await hold.taken())();
    expect(await done).toMatchObject({ assetId: 'a' });
    expect(new Set(hold.runIds).size).toBe(1);
  }, 60_000);

  test('closing waits for the photo in hand', async () => {
    const hold = holding();
    const worker = start(hold.process);
    const job = await addForeign({ assetId: 'a' });
    const finish = await hold.taken();
    const closed = worker.close(20_000);
    finish();
    await closed;
    expect(await job.getState()).toBe('completed');
  }, 30_000);

  test('after the grace period the photo goes back to the queue and another worker does it', async () => {
    const hold = holding();
    const worker = start(hold.process);
    const job = await addForeign({ assetId: 'b' });
    await hold.taken();
    await worker.close(50);
    expect(['delayed', 'waiting']).toContain(await job.getState());
    start((task) => Promise.resolve(recordOf(task)));
    expect(await job.waitUntilFinished(events)).toMatchObject({ assetId: 'b' });
  }, 30_000);
});
