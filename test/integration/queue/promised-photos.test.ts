import { readdir } from 'node:fs/promises';

import { createLog } from '../../../src/log.ts';
import { createProducer, type Producer } from '../../../src/queue/producer.ts';
import { createPromisedPhotos, type PromisedPhotos } from '../../../src/queue/promised-photos.ts';
import { openUploadFolder, type UploadFolder } from '../../../src/queue/upload-folder.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { makePhotoRecord } from '../../helpers/records.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });

describe('photos whose result is to be asked for later', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let store: Store;
  let redis: TestRedis;
  let uploads: UploadFolder;
  let producer: Producer;
  let promises: PromisedPhotos;

  beforeEach(async () => {
    folder = await tempFolder();
    store = await openStore({ dataDir: folder.path, log });
    uploads = await openUploadFolder(folder.path);
    redis = await startRedis();
    open();
  });

  afterEach(async () => {
    await close();
    await redis.stop();
    await store.close();
    await folder.remove();
  });

  function open(): void {
    const retry = { attempts: 1, backoffMillis: 1 };
    producer = createProducer({ redis: redis.options, prefix: 'promised', retry });
    promises = createPromisedPhotos({ uploads, producer, store, log, everyMillis: 1_000_000 });
  }

  async function close(): Promise<void> {
    await promises.close();
    await producer.close();
  }

  async function promise(assetId: string, askedAtMillis = Date.now()): Promise<void> {
    const payload = { assetId, ownerId: 'ada', path: `/photos/${assetId}` };
    const run = await promises.readRun();
    const jobId = await producer.add(payload, { jobId: `photo.${assetId}`, askedAtMillis });
    await promises.keep({ jobId, payload, run, askedAtMillis });
  }

  /** Redis keeps nothing, as one without a file. */
  async function loseAll(): Promise<void> {
    await close();
    const { port } = redis;
    await redis.stop();
    redis = await startRedis({ port });
    open();
  }

  async function waiting(): Promise<string[]> {
    const jobs = await producer.queue.getJobs(['waiting', 'prioritized']);
    return jobs.map(({ id }) => String(id)).sort();
  }

  async function notes(): Promise<string[]> {
    const files = await readdir(uploads.path, { recursive: true });
    return files.filter((file) => file.endsWith('.json')).map((file) => file.split('/').at(-1)!);
  }

  test('a job that Redis lost is queued again under its id, once, also when it is lost again', async () => {
    await promise('one');
    await promise('two');
    for (let losses = 0; losses < 2; losses++) {
      await loseAll();
      await promises.check();
      await promises.check();
      expect(await waiting()).toEqual(['photo.one', 'photo.two']);
      expect((await producer.queue.getJob('photo.one'))?.data).toEqual({
        ...{ assetId: 'one', ownerId: 'ada', path: '/photos/one' },
      });
    }
  });

  test('one that is done, or that somebody took off the queue, is not, and its note goes', async () => {
    await promise('done');
    await promise('dropped');
    await producer.queue.remove('photo.dropped');
    await promises.check();
    expect(await notes()).toEqual(['photo.done.json']);
    const runId = 'photo.done.1700000.0';
    await store.commitPhoto(makePhotoRecord({ ownerId: 'ada', assetId: 'done', runId }), null);
    await loseAll();
    await promises.check();
    expect(await waiting()).toEqual([]);
    expect(await notes()).toEqual([]);
  });

  test('one that is lost comes back as old as it was, and not where a later one was done', async () => {
    await promise('lost', 1000);
    await promise('replaced', 1000);
    const later = makePhotoRecord({ ownerId: 'ada', assetId: 'replaced', lookAskedAtMillis: 2000 });
    await store.commitPhoto(later, null);
    await loseAll();
    await promises.check();
    expect(await waiting()).toEqual(['photo.lost']);
    expect((await producer.queue.getJob('photo.lost'))?.timestamp).toBe(1000);
  });
});
