import { Queue, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';

import type { WorkerError } from '../../../src/errors.ts';
import { openDetection } from '../../../src/immich/sink/detection.ts';
import type { ImmichDetection, Occasion } from '../../../src/immich/sink/owner-context.ts';
import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { OTHER_BOX, startSinkBench, type SinkBench } from '../../helpers/immich/sink-bench.ts';
import type { StandInAsset } from '../../helpers/immich/state.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });
const prefix = 'detection-test';
const HOUR = 3_600_000;
const TOKEN = 'immich';
jest.setTimeout(60_000);

/** Waiting for Immich's own detection, whose queue is a real one that nobody works off but the test. */
describe('faces that would have to be made', () => {
  let redis: TestRedis;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let store: Store;
  let bench: SinkBench;
  let queue: Queue;
  let worker: Worker;
  let detection: ImmichDetection & { close(): Promise<void> };

  beforeEach(async () => {
    redis = await startRedis();
    folder = await tempFolder();
    store = await openStore({ dataDir: folder.path, log });
    bench = await startSinkBench(store);
    bench.immich.state.facialRecognition = true;
    queue = new Queue('faceDetection', { connection: redis.options, prefix });
    worker = new Worker('faceDetection', null, { connection: redis.options, prefix });
    await worker.waitUntilReady();
    await start({ redis: redis.options, prefix });
  });

  afterEach(async () => {
    await detection.close();
    await worker.close();
    await queue.close();
    await bench.stop();
    await store.close();
    await folder.remove();
    await redis.stop();
  });

  async function start(events: Parameters<typeof openDetection>[0]['events']): Promise<void> {
    const { accounts } = await bench.start();
    detection = openDetection({ accounts, events, log });
    await bench.start({ detection });
  }

  /** One that Immich has had for years, with its preview. */
  function addPhoto(changes: Partial<StandInAsset> = {}): Promise<StandInAsset> {
    const [createdAt, updatedAt] = [new Date('2019-05-01'), new Date('2019-05-01')];
    return bench.addPhoto([{ personId: 'p1' }], {
      ...{ createdAt, updatedAt, thumbhash: 'made' },
      ...changes,
    });
  }
  const addJobs = (count: number): Promise<unknown> =>
    queue.addBulk(
      Array.from({ length: count }, () => ({ name: 'AssetDetectFaces', data: { id: 'x' } })),
    );
  /** Immich takes a photo off its queue and looks at it. */
  async function detectNext(): Promise<void> {
    const job = (await worker.getNextJob(TOKEN)) as Job;
    await job.moveToCompleted(null, TOKEN, false);
  }
  const since = (ago = 0): Occasion => ({ sinceMillis: Date.now() - ago, hasWaited: false });
  const write = (asset: StandInAsset, occasion: Occasion): Promise<unknown> =>
    bench.sink.writePhoto(asset.ownerId, asset.id, occasion).catch((error: unknown) => {
      expect(bench.faces(asset)).toEqual([]);
      return (error as WorkerError).code;
    });
  const PENDING = 'IMMICH_DETECTION_PENDING';

  it('are made at once while nothing waits there, of a photo of whatever age', async () => {
    expect(await write(await addPhoto(), since())).toBe('written');
  });

  it('wait for their own turn, and not for the thousand photos behind', async () => {
    const asset = await addPhoto();
    const occasion = since();
    await addJobs(3);
    expect(await write(asset, occasion)).toBe(PENDING);
    await addJobs(1000);
    for (let i = 0; i < 3; i++) {
      expect(await write(asset, occasion)).toBe(PENDING);
      await detectNext();
    }
    expect(await write(asset, occasion)).toBe('written');
    expect(await queue.getWaitingCount()).toBe(1000);
    // A photo that was uploaded meanwhile is behind them.
    expect(await write(await addPhoto(), since())).toBe(PENDING);
  });

  it('wait also for the photo that Immich has in hand', async () => {
    const asset = await addPhoto();
    const occasion = since();
    await addJobs(1);
    const job = (await worker.getNextJob(TOKEN)) as Job;
    expect(await write(asset, occasion)).toBe(PENDING);
    await job.moveToCompleted(null, TOKEN, false);
    expect(await write(asset, occasion)).toBe('written');
  });

  it('wait anew for a photo whose preview was just made', async () => {
    const asset = await addPhoto({ thumbhash: null });
    const occasion = since(HOUR / 2);
    expect(await write(asset, occasion)).toBe(PENDING);
    Object.assign(asset, { thumbhash: 'made', updatedAt: new Date() });
    expect(await write(asset, occasion)).toBe(PENDING);
    asset.updatedAt = new Date(Date.now() - 6000);
    expect(await write(asset, occasion)).toBe('written');
  });

  it('wait while Immich’s queue is paused, for as long as is set', async () => {
    const asset = await addPhoto();
    const occasion = since(HOUR / 2);
    await addJobs(1);
    await queue.pause();
    await addJobs(1);
    expect(await write(asset, occasion)).toBe(PENDING);
    await bench.start({ detection, settings: { detectionWaitMillis: HOUR / 4 } });
    expect(await write(asset, occasion)).toBe('written');
    expect(await queue.isPaused()).toBe(true);
  });

  it('wait a minute, not less, where Immich’s Redis cannot be seen', async () => {
    await detection.close();
    await start(null);
    const asset = await addPhoto({ thumbhash: null });
    expect(await write(asset, since(HOUR / 2))).toBe(PENDING);
    asset.thumbhash = 'made';
    expect(await write(asset, since(50_000))).toBe(PENDING);
    expect(await write(asset, since(61_000))).toBe('written');
  });

  it('wait the same where its Redis is gone', async () => {
    const asset = await addPhoto();
    await detection.close();
    const gone = { host: '127.0.0.1', port: 1, retryStrategy: () => null };
    await start({ redis: gone, prefix });
    expect(await write(asset, since())).toBe(PENDING);
    expect(await write(asset, since(61_000))).toBe('written');
  });

  it('do not keep from assigning what Immich has found, nor wait where its recognition is off', async () => {
    await addJobs(1);
    const [found, other] = [await addPhoto(), await addPhoto()];
    bench.detect(found);
    expect(await write(found, since())).toBe('written');
    bench.immich.state.facialRecognition = false;
    await detection.close();
    await start({ redis: redis.options, prefix });
    expect(await write(other, since())).toBe('written');
  });

  it('cost Immich nothing while they wait, and its Redis a few reads, however many photos wait', async () => {
    const asset = await addPhoto();
    const occasion = since();
    const costs: Record<string, number>[] = [];
    const client = new Redis(redis.options);
    for (const count of [1, 2000]) {
      await addJobs(count);
      expect(await write(asset, occasion)).toBe(PENDING);
      bench.immich.takeRequests();
      await client.config('RESETSTAT');
      expect(await write(asset, { ...occasion, hasWaited: true })).toBe(PENDING);
      costs.push(callsOf(await client.info('commandstats')));
      expect(bench.immich.takeRequests()).toEqual([]);
    }
    client.disconnect();
    const [few, many] = costs;
    expect(many).toEqual(few);
    expect(Object.keys(few!).sort()).toEqual([
      'exec',
      'get',
      'lindex',
      'lrange',
      'multi',
      'zrange',
    ]);
  });

  it('keep a change of people waiting for them, while all else of it is written', async () => {
    const [first, second] = [await addPhoto(), await addPhoto()];
    bench.detect(first);
    await bench.write(first);
    await addJobs(1);
    const named = { kind: 'person-named', personId: 'p1', name: 'Ada' } as const;
    await bench.start({ detection, settings: { tags: true } });
    await expect(bench.correct(named)).rejects.toMatchObject({ code: 'IMMICH_FACES_PENDING' });
    expect(bench.people()).toMatchObject([{ name: 'Ada' }]);
    expect([...bench.immich.state.tags.values()].at(-1)?.assetIds.size).toBe(2);
    expect(bench.faces(second)).toEqual([]);
    const third = bench.detect(second, OTHER_BOX);
    await detectNext();
    await bench.writeFacts(1);
    expect(bench.faces(second)).toHaveLength(2);
    expect(third.personId).toBeNull();
  });
});

function callsOf(stats: string): Record<string, number> {
  const calls = [...stats.matchAll(/cmdstat_(?<name>[a-z]+)[^:]*:calls=(?<calls>\d+)/g)];
  const counted = calls.map(({ groups }) => [groups!['name']!, Number(groups!['calls'])] as const);
  return Object.fromEntries(counted.filter(([name]) => !['config', 'info'].includes(name)));
}
