import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { Queue, QueueEvents } from 'bullmq';

import { createLog } from '../../../src/log.ts';
import { resultJobId, toFacesIdentified } from '../../../src/queue/faces-identified.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { startSinkBench, type SinkBench } from '../../helpers/immich/sink-bench.ts';
import { uncorrected } from '../../helpers/records.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const cli = path.resolve(__dirname, '../../../dist/src/cli.js');
const prefix = `sink-command-${process.pid}`;
jest.setTimeout(120_000);

describe('the immich commands', () => {
  let redis: TestRedis;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let store: Store;
  let bench: SinkBench;
  let environment: Record<string, string>;

  beforeAll(async () => {
    redis = await startRedis();
    folder = await tempFolder();
    store = await openStore({ dataDir: folder.path, log: createLog({ level: 'silent' }) });
    bench = await startSinkBench(store);
    environment = {
      ...{ REDIS_HOSTNAME: redis.host, REDIS_PORT: String(redis.port), QUEUE_PREFIX: prefix },
      ...{ IMMICH_URL: bench.immich.url, IMMICH_API_KEYS: bench.key, IMMICH_WRITE: 'people,tags' },
      DATA_DIR: folder.path,
    };
  });

  afterAll(async () => {
    await bench.stop();
    await store.close();
    await folder.remove();
    await redis.stop();
  });

  function spawnCli(args: readonly string[], more: Record<string, string> = {}): ChildProcess {
    const { PATH: searchPath = '' } = process.env;
    return spawn(process.execPath, [cli, 'immich', ...args], {
      env: { PATH: searchPath, ...environment, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async function run(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
    const child = spawnCli(args);
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'close') as Promise<[number]>,
    ]);
    return { code, output, errors };
  }

  test('sink writes what is on the queue, withdraw takes it back, repair brings it again', async () => {
    const events = new QueueEvents('faces-identified', { connection: redis.options, prefix });
    await events.waitUntilReady();
    const queue = new Queue('faces-identified', { connection: redis.options, prefix });
    const asset = await bench.addPhoto([{ personId: 'p1' }]);
    const record = (await store.findPhoto(bench.user.id, asset.id))!;
    const job = await queue.add('faces-identified', toFacesIdentified(uncorrected(record)), {
      jobId: resultJobId(record),
    });
    let sink = spawnCli(['sink']);
    await job.waitUntilFinished(events);
    expect(bench.faces(asset)).toHaveLength(1);

    expect(await run('withdraw')).toMatchObject({
      code: 1,
      errors: expect.stringContaining('--yes') as string,
    });
    expect((await run('withdraw', '--dry-run')).output).toContain('ada: 1 face, 1 person');
    expect((await run('withdraw', '--yes')).errors).toContain('IMMICH_WRITE=none');
    sink.kill('SIGTERM');
    expect((await once(sink, 'close'))[0]).toBe(0);

    expect((await run('withdraw', '--user', 'nobody', '--yes')).errors).toContain('(ada)');
    expect((await run('withdraw', '--yes')).output).toContain('were taken back');
    expect([bench.people(), bench.faces(asset)]).toEqual([[], []]);

    const repaired = once(events, 'completed');
    expect((await run('repair')).output).toContain('1 photo is compared');
    sink = spawnCli(['sink']);
    await repaired;
    expect(bench.faces(asset)).toHaveLength(1);
    sink.kill('SIGTERM');
    await once(sink, 'close');
    await queue.close();
    await events.close();
  });

  test('sink says what is missing when nothing is to be written', async () => {
    const child = spawnCli(['sink'], { IMMICH_WRITE: 'none' });
    const [errors, [code]] = await Promise.all([
      text(child.stderr!),
      once(child, 'close') as Promise<[number]>,
    ]);
    expect([code, errors]).toEqual([1, expect.stringContaining('IMMICH_WRITE')]);
  });
});
