import { once } from 'node:events';

import { Queue, QueueEvents } from 'bullmq';

import { readConfig, type Config } from '../../../src/config.ts';
import { startImmichSink } from '../../../src/immich-sink-parts.ts';
import { createLog } from '../../../src/log.ts';
import { resultJobId, toFacesIdentified } from '../../../src/queue/faces-identified.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { startSinkBench, type SinkBench } from '../../helpers/immich/sink-bench.ts';
import type { StandInAsset } from '../../helpers/immich/state.ts';
import { uncorrected } from '../../helpers/records.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });
const prefix = 'sink-test';
jest.setTimeout(60_000);

describe('results on the queue', () => {
  let redis: TestRedis;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let store: Store;
  let bench: SinkBench;
  let queue: Queue;
  let events: QueueEvents;
  let running: { close(): Promise<void> }[];

  beforeEach(async () => {
    redis = await startRedis();
    folder = await tempFolder();
    store = await openStore({ dataDir: folder.path, log });
    bench = await startSinkBench(store);
    queue = new Queue('faces-identified', { connection: redis.options, prefix });
    events = new QueueEvents('faces-identified', { connection: redis.options, prefix });
    await events.waitUntilReady();
    running = [];
  });

  afterEach(async () => {
    await Promise.all(running.map((one) => one.close()));
    await events.close();
    await queue.close();
    await bench.stop();
    await store.close();
    await folder.remove();
    await redis.stop();
  });

  function config(keys: readonly string[], more: Record<string, string> = {}): Config {
    return readConfig({
      ...{ REDIS_HOSTNAME: redis.host, REDIS_PORT: String(redis.port), QUEUE_PREFIX: prefix },
      ...{ IMMICH_URL: bench.immich.url, IMMICH_API_KEYS: keys.join(','), IMMICH_WRITE: 'people' },
      ...{ JOB_ATTEMPTS: '2', JOB_BACKOFF_MILLIS: '10', ...more },
    });
  }

  function start(keys: readonly string[], more: Record<string, string> = {}): void {
    const publishFact = (): Promise<void> => Promise.resolve();
    running.push(startImmichSink(config(keys, more), { store, log, publishFact })!);
  }

  /** Publishes the photo's result; answers with what became of the job. */
  async function publish({ ownerId, id }: StandInAsset): Promise<unknown> {
    const record = (await store.findPhoto(ownerId, id))!;
    const options = { jobId: resultJobId(record) };
    const job = await queue.add(
      'faces-identified',
      toFacesIdentified(uncorrected(record)),
      options,
    );
    return job.waitUntilFinished(events).catch((error: unknown) => String(error));
  }

  it('are written into Immich', async () => {
    const asset = await bench.addPhoto([{ personId: 'p1' }]);
    start([bench.key]);
    expect(await publish(asset)).toBe('written');
    expect(bench.faces(asset)).toHaveLength(1);
  });

  it('of one user with a revoked key fail, while those of another are written', async () => {
    const grace = bench.immich.state.addUser('grace');
    const hers = bench.immich.state.addAsset(grace, bench.picture, { width: 1000, height: 800 });
    await bench.lookAgain(hers, [{ personId: 'p1' }]);
    const [one, two] = [
      await bench.addPhoto([{ personId: 'p1' }]),
      await bench.addPhoto([{ personId: 'p1' }]),
    ];
    start([bench.key, bench.immich.state.addKey(grace)]);
    expect(await publish(one)).toBe('written');
    bench.immich.state.keys.delete(bench.key);
    expect(await publish(two)).toContain('IMMICH_KEY_REFUSED');
    expect(await publish(hers)).toBe('written');
    expect(bench.faces(hers)).toHaveLength(1);
    // People of two users are two, though our ids for them are the same.
    expect(bench.people().map(({ ownerId }) => ownerId)).toEqual([bench.user.id, grace.id]);
  });

  it('are written while Immich does not answer another user, from the start and later', async () => {
    const grace = bench.immich.state.addUser('grace');
    const key = bench.immich.state.addKey(grace);
    const hers = [0, 1].map(() =>
      bench.immich.state.addAsset(grace, bench.picture, { width: 1000, height: 800 }),
    );
    for (const asset of hers) await bench.lookAgain(asset, [{ personId: 'p1' }]);
    const answer = bench.immich.faults.add({ kind: 'silent' }, { key: bench.key });
    start([bench.key, key], { IMMICH_TIMEOUT_MILLIS: '50000' });
    expect(await publish(hers[0]!)).toBe('written');
    answer();
    await running.pop()!.close();
    const mine = await bench.addPhoto([{ personId: 'p1' }]);
    start([bench.key, key], { IMMICH_TIMEOUT_MILLIS: '50000' });
    expect(await publish(mine)).toBe('written');
    bench.immich.faults.add({ kind: 'silent' }, { key: bench.key });
    expect(await publish(hers[1]!)).toBe('written');
  });

  it('wait for the end of maintenance mode, also before a worker that starts in it', async () => {
    const [before, meanwhile] = [
      await bench.addPhoto([{ personId: 'p1' }]),
      await bench.addPhoto([{ personId: 'p1' }]),
    ];
    const settled: unknown[] = [];
    const endOfFirst = bench.immich.faults.add({ kind: 'maintenance' });
    start([bench.key]);
    const first = publish(before).finally(() => settled.push('first'));
    await bench.immich.faults.met('maintenance');
    // Asked again: the first answer was none.
    await bench.immich.faults.met('maintenance');
    expect(settled).toEqual([]);
    endOfFirst();
    expect(await first).toBe('written');
    const endOfSecond = bench.immich.faults.add({ kind: 'maintenance' });
    const delayed = once(events, 'delayed');
    const second = publish(meanwhile);
    await delayed;
    endOfSecond();
    expect(await second).toBe('written');
    for (const asset of [before, meanwhile]) expect(bench.faces(asset)).toHaveLength(1);
  });

  it('of somebody who gave no key are passed over', async () => {
    const stranger = bench.immich.state.addUser('stranger');
    const asset = bench.immich.state.addAsset(stranger, bench.picture);
    await bench.lookAgain(asset, [{ personId: 'p1' }]);
    start([bench.key]);
    expect(await publish(asset)).toBe('not-ours');
    expect(bench.people()).toEqual([]);
  });

  it.each([
    ['429', { kind: 'status', status: 429, retryAfter: '0' }],
    ['500', { kind: 'status', status: 500 }],
    ['a cut connection', { kind: 'cut' }],
    ['half an answer', { kind: 'half-body' }],
  ] as const)('outlive %s, and nothing is doubled', async (_name, fault) => {
    const asset = await bench.addPhoto([{ personId: 'p1' }]);
    for (const route of ['POST /people', 'POST /faces', 'PUT /people/:id', 'GET /faces']) {
      bench.immich.faults.add(fault, { route, times: 2 });
    }
    start([bench.key]);
    expect(await publish(asset)).toBe('written');
    expect(bench.faces(asset)).toHaveLength(1);
    expect(bench.people()).toMatchObject([{ name: '' }]);
  });

  it('wait for Immich’s own detection, whose face is then assigned', async () => {
    bench.immich.state.facialRecognition = true;
    const asset = await bench.addPhoto([{ personId: 'p1' }]);
    start([bench.key]);
    const ended = publish(asset);
    const delayed = once(events, 'delayed');
    await delayed;
    expect(bench.people()).toEqual([]);
    const found = bench.detect(asset);
    expect(await ended).toBe('written');
    expect(bench.faces(asset)).toEqual([found]);
    expect(found.personId).toBe(bench.people()[0]?.id);
  });

  it('are written soon where Immich has found nothing, but not before its preview', async () => {
    bench.immich.state.facialRecognition = true;
    const asset = await bench.addPhoto([{ personId: 'p1' }]);
    const minutesAgo = new Date(Date.now() - 120_000);
    Object.assign(asset, { thumbhash: null, updatedAt: minutesAgo });
    start([bench.key]);
    const ended = publish(asset);
    await once(events, 'delayed');
    await once(events, 'delayed');
    expect(bench.faces(asset)).toEqual([]);
    Object.assign(asset, { thumbhash: 'made' });
    expect(await ended).toBe('written');
    expect(bench.faces(asset)).toHaveLength(1);
  });

  it('are written by one process of two, and by the other when that ends', async () => {
    const [one, two] = [
      await bench.addPhoto([{ personId: 'p1' }]),
      await bench.addPhoto([{ personId: 'p1' }]),
    ];
    start([bench.key]);
    expect(await publish(one)).toBe('written');
    start([bench.key]);
    await running.shift()!.close();
    expect(await publish(two)).toBe('written');
    expect(bench.people()).toHaveLength(1);
  });

  it('of another job or form fail with the reason', async () => {
    start([bench.key]);
    const job = await queue.add('something-else', {});
    await expect(job.waitUntilFinished(events)).rejects.toThrow('PAYLOAD_INVALID');
    const wrong = await queue.add('faces-identified', { ownerId: 'a' });
    await expect(wrong.waitUntilFinished(events)).rejects.toThrow("field 'assetId'");
  });
});
