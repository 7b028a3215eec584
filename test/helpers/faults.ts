import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Queue, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import Database from 'libsql';
import sharp from 'sharp';

import { createLog } from '../../src/log.ts';
import { createProducer, type Producer } from '../../src/queue/producer.ts';
import { openStore } from '../../src/store/open-store.ts';
import { samplePhoto, tempFolder } from './pictures.ts';
import type { TestRedis } from './redis.ts';
import { startWorkerProcess, type TestWorker } from './worker.ts';

/** The faces of `one.jpg`. */
const FACES = 3;

/** Photos, queues and a store of a test's own, for workers that are to suffer. */
export interface Scene {
  readonly producer: Producer;
  readonly databasePath: string;
  stored(): Promise<StoredPhoto[]>;
  /** Starts a worker with these variables changed; `ready: false` does not wait until it is. */
  start(
    changes?: Record<string, string>,
    options?: { ready?: boolean; main?: string },
  ): Promise<TestWorker>;
  /** Queues one photo per asset: `slow.png` takes some hundred milliseconds. */
  add(assetId: string, photo?: 'one.jpg' | 'slow.png', jobId?: string): Promise<Job>;
  /** Queues the asset as a backfill does: what is known already is left as it is. */
  addAgain(assetId: string): Promise<void>;
  /** Takes the lock of a job in hand away, as Redis does when its time is over. */
  dropLock(job: Job): Promise<void>;
  /** Resolves when no job waits or is in hand, however often Redis fails meanwhile. */
  drained(): Promise<void>;
  /** Makes Redis refuse results, and nothing else, until they are released. */
  holdResults(): Promise<void>;
  releaseResults(): Promise<void>;
  /**
   * What became of the assets: throws unless each is in the store once, under sequences without gap,
   * with its faces belonging to the same people, and each revision has one result.
   */
  /** `revisions`: descriptor revisions among the photos, each of which has people of its own. */
  expectWholeAndOnce(assets: readonly string[], revisions?: number): Promise<void>;
  close(): Promise<void>;
}

/** A photo as the store has it; `people` are the ids of its faces' people, in order. */
export interface StoredPhoto {
  readonly assetId: string;
  readonly sequence: number;
  readonly revision: number;
  readonly people: string;
}

let scenes = 0;

/** Opens a scene on a Redis, with a store in `dataDir` (default: a folder of its own) or in MongoDB. */
export async function openScene(
  redis: Pick<TestRedis, 'options'>,
  store: { readonly dataDir?: string; readonly mongodbUri?: string } = {},
): Promise<Scene> {
  const folder = await tempFolder();
  const media = path.join(folder.path, 'media');
  await mkdir(media);
  await copyFile(samplePhoto(1), path.join(media, 'one.jpg'));
  await sharp(samplePhoto(1))
    .resize(5000)
    .png({ compressionLevel: 1 })
    .toFile(path.join(media, 'slow.png'));
  const prefix = `faults-${process.pid}-${++scenes}`;
  const producer = createProducer({
    redis: redis.options,
    prefix,
    // None of its own: the worker's default is what must hold.
    retry: { attempts: 1, backoffMillis: 0 },
  });
  const results = new Queue('faces-identified', { connection: redis.options, prefix });
  results.on('error', () => undefined);
  const databasePath = path.join(store.dataDir ?? path.join(folder.path, 'data'), 'faces.db');
  const stored = (): Promise<StoredPhoto[]> =>
    store.mongodbUri === undefined
      ? Promise.resolve(storedPhotos(databasePath))
      : photosInMongo(store.mongodbUri);
  const workers: TestWorker[] = [];
  return {
    producer,
    databasePath,
    start: async (changes = {}, options = {}) => {
      const environment = {
        ...redisVariables(redis),
        QUEUE_PREFIX: prefix,
        DATA_DIR: path.dirname(databasePath),
        MEDIA_ROOTS: media,
        JOB_LOCK_MILLIS: '5000',
        VISION_CHILDREN: '1',
        ...(store.mongodbUri === undefined ? {} : { MONGODB_URI: store.mongodbUri }),
        ...changes,
      };
      const worker = await startWorkerProcess(environment, options);
      workers.push(worker);
      return worker;
    },
    add: async (assetId, photo = 'one.jpg', jobId) => {
      const payload = { assetId, path: path.join(media, photo) };
      const id = await producer.add(payload, jobId === undefined ? {} : { jobId });
      return (await producer.queue.getJob(id)) as unknown as Job;
    },
    addAgain: async (assetId) => {
      const photo = path.join(media, 'one.jpg');
      await producer.add({ assetId, path: photo, source: 'backfill' });
    },
    dropLock: async ({ id = '' }) => {
      await (await keysOf(producer.queue)).del(`${producer.queue.toKey(id)}:lock`);
    },
    drained: () => drained(producer.queue),
    // Each job is counted before anything of it is written; what is no number cannot be.
    holdResults: async () => {
      await (await keysOf(results)).set(results.toKey('id'), 'held');
    },
    releaseResults: async () => {
      await (await keysOf(results)).del(results.toKey('id'));
    },
    stored,
    expectWholeAndOnce: async (assets, revisions = 1) =>
      expectWholeAndOnce(assets, await stored(), { results, revisions }),
    close: async () => {
      for (const { child, exited } of workers) {
        child.kill('SIGKILL');
        await exited;
      }
      await results.close();
      await producer.close();
      await folder.remove();
    },
  };
}

/** Immich's own way to a Redis, by address or, for Sentinel, by ioredis's options. */
function redisVariables({ options }: Pick<TestRedis, 'options'>): Record<string, string> {
  if (options.sentinels === undefined) {
    return { REDIS_HOSTNAME: options.host ?? '127.0.0.1', REDIS_PORT: String(options.port) };
  }
  const json = JSON.stringify(options);
  return { REDIS_URL: `ioredis://${Buffer.from(json).toString('base64')}` };
}

/** Below a test's own limit: a condition that never holds must not be asked for ever. */
const LONGEST_WAIT_MILLIS = 110_000;

/** Waits for a condition outside this process that nothing announces. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const giveUpAt = performance.now() + LONGEST_WAIT_MILLIS;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`this never came true: ${String(holds)}`);
    await delay(20);
  }
}

/** BullMQ's own type of the client knows few commands. */
async function keysOf(queue: Queue): Promise<Redis> {
  return (await queue.client) as unknown as Redis;
}

async function drained(queue: Queue): Promise<void> {
  await until(async () => {
    const counts = await queue
      .getJobCounts('waiting', 'prioritized', 'active', 'delayed')
      .catch(() => ({ unknown: 1 }));
    return Object.values(counts).every((count) => count === 0);
  });
}

/** Photos in the store, by asset. */
export function storedPhotos(databasePath: string): StoredPhoto[] {
  const database = new Database(databasePath, { readonly: true });
  try {
    return database
      .prepare(
        `SELECT asset_id AS assetId, sequence, revision,
           (SELECT group_concat(person_id) FROM
             (SELECT person_id FROM faces WHERE faces.photo_id = photos.photo_id ORDER BY person_id)
           ) AS people
         FROM photos ORDER BY sequence`,
      )
      .all() as unknown as StoredPhoto[];
  } finally {
    database.close();
  }
}

async function photosInMongo(mongodbUri: string): Promise<StoredPhoto[]> {
  const log = createLog({ level: 'silent' });
  const store = await openStore({ mongodbUri, dataDir: '', log });
  try {
    return (await store.readPhotosAfter('default', 0, 10_000)).map((record) => ({
      assetId: record.assetId,
      sequence: record.sequence,
      revision: record.revision,
      people: record.faces
        .map(({ personId }) => personId)
        .sort()
        .join(','),
    }));
  } finally {
    await store.close();
  }
}

async function expectWholeAndOnce(
  assets: readonly string[],
  photos: readonly StoredPhoto[],
  { results, revisions }: { results: Queue; revisions: number },
): Promise<void> {
  expect(photos.map(({ assetId }) => assetId).sort()).toEqual([...assets].sort());
  const commits = photos.reduce((sum, { revision }) => sum + revision, 0);
  expect(photos.at(-1)?.sequence).toBe(commits);
  expect(new Set(photos.map(({ people }) => people)).size).toBe(revisions);
  expect(new Set(photos.flatMap(({ people }) => people.split(','))).size).toBe(FACES * revisions);
  await until(async () => {
    const jobs = (await results.getWaiting()) as Job<{ assetId: string; revision: number }>[];
    const found = new Set(jobs.map(({ data }) => `${data.assetId} ${data.revision}`));
    return photos.every(({ assetId, revision }) => found.has(`${assetId} ${revision}`));
  });
  expect(await results.getJobCountByTypes('waiting')).toBe(commits);
}
