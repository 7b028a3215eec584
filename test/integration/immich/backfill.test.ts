import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { createProducer, type Producer } from '../../../src/queue/producer.ts';
import { startImmich, type StandInImmich } from '../../helpers/immich/server.ts';
import type { StandInAsset, StandInUser } from '../../helpers/immich/state.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess } from '../../helpers/worker.ts';

const cli = path.resolve(__dirname, '../../../dist/src/cli.js');

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

describe('backfill from Immich', () => {
  const prefix = `immich-backfill-${process.pid}`;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let immich: StandInImmich;
  let producer: Producer;
  let ada: StandInUser;
  let assets: StandInAsset[];
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await tempFolder();
    redis = await startRedis();
    immich = await startImmich({ redis: redis.options });
    const retry = { attempts: 1, backoffMillis: 1 };
    producer = createProducer({ redis: redis.options, prefix, retry });
    ada = immich.state.addUser('ada');
    const bob = immich.state.addUser('bob');
    const photo = await readFile(samplePhoto(2));
    assets = [];
    for (const [owner, day] of [
      [ada, 1],
      [ada, 2],
      [ada, 3],
      [bob, 4],
    ] as const) {
      const fileCreatedAt = new Date(Date.UTC(2020, 0, day));
      assets.push(await immich.upload(owner, photo, { fileCreatedAt }));
    }
    await immich.jobs.settled();
    environment = {
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      QUEUE_PREFIX: prefix,
      DATA_DIR: path.join(folder.path, 'data'),
      IMMICH_URL: immich.url,
      IMMICH_API_KEYS: `ada: ${immich.state.addKey(ada)}\nbob: ${immich.state.addKey(bob)}`,
      IMMICH_EXISTING_PHOTOS: 'ignore',
      IMMICH_EVENTS: 'off',
    };
  }, 60_000);

  afterAll(async () => {
    await producer.close();
    await immich.stop();
    await redis.stop();
    await folder.remove();
  });

  function run(args: readonly string[], changes: Record<string, string> = {}): Promise<Outcome> {
    const env = { PATH: process.env['PATH'] ?? '', ...environment, ...changes };
    return new Promise((resolve) => {
      execFile(process.execPath, [cli, 'backfill', ...args], { env }, (error, output, errors) => {
        resolve({ code: error === null ? 0 : Number(error.code), output, errors });
      });
    });
  }

  test('a dry run counts: all, by user, by date, by album', async () => {
    const all = await run(['--dry-run']);
    expect(all).toMatchObject({ code: 0 });
    expect(all.output).toContain('4 photos: 4 would be queued, 0 known already, 0 waiting already');
    expect((await run(['--dry-run', '--user', 'ada'])).output).toContain('3 photos: 3 would');
    expect((await run(['--dry-run', '--user', assets[3]!.ownerId])).output).toContain('1 photo: 1');
    const dates = ['--taken-after', '2020-01-02', '--taken-before', '2020-01-03T12:00:00Z'];
    expect((await run(['--dry-run', ...dates])).output).toContain('2 photos: 2 would');
    // The last day counts as a whole.
    dates[3] = '2020-01-03';
    expect((await run(['--dry-run', ...dates])).output).toContain('2 photos: 2 would');
    const album = immich.state.addAlbum(ada, 'Holidays', { assets: [assets[0]!] });
    expect((await run(['--dry-run', '--album', album.id])).output).toContain('1 photo: 1 would');
    expect((await run(['--dry-run', '--below-revision'])).output).toContain('0 would be queued, 4');
    expect(await producer.queue.getJobCountByTypes('prioritized')).toBe(0);
  }, 60_000);

  test('an album is found by its name; of several or none it says which there are', async () => {
    const bob = immich.state.users.get(assets[3]!.ownerId)!;
    const shared = { assets: [assets[0]!, assets[3]!], sharedWith: [bob] };
    const holidays = immich.state.addAlbum(ada, 'Holidays 2020', shared);
    expect((await run(['--dry-run', '--album', 'Holidays 2020'])).output).toContain('2 photos: 2');
    const other = immich.state.addAlbum(bob, 'Holidays 2020');
    const twice = await run(['--dry-run', '--album', 'Holidays 2020']);
    expect(twice.code).not.toBe(0);
    for (const { id } of [holidays, other]) expect(twice.errors).toContain(id);
    const none = await run(['--dry-run', '--album', 'Holiday']);
    expect(none.errors).toContain('"Holidays 2020"');
    const absent = await run(['--dry-run', '--album', randomUUID()]);
    expect(absent.errors).toContain('none of the users sees');
  }, 60_000);

  test('it queues as many as may wait, stops at a signal, and goes on with the next run', async () => {
    const env = { PATH: process.env['PATH'] ?? '', ...environment, IMMICH_MAX_WAITING: '2' };
    const child = execFile(process.execPath, [cli, 'backfill'], { env });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    while ((await producer.queue.getJobCountByTypes('prioritized')) < 2) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(await producer.queue.getJobCountByTypes('prioritized')).toBe(2);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const next = await run([]);
    expect(next.output).toContain('4 photos: 2 queued, 0 known already, 2 waiting already');
    expect(next.output).toMatch(/queued 4\/4, [\d.]+ a second, 0 s to go/);
    expect((await run([])).output).toContain('0 queued, 0 known already, 4 waiting already');
  }, 60_000);

  test('then the worker does them, and only what failed is left to be done', async () => {
    immich.state.touch(assets[0]!, { preview: Buffer.from('no picture') });
    const worker = await startWorkerProcess(environment);
    try {
      while ((await producer.queue.getJobCountByTypes('completed', 'failed')) < 4) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const [failed] = await producer.queue.getFailed();
      expect(failed?.failedReason).toContain('[PHOTO_NOT_AN_IMAGE]');
      const again = await run(['--dry-run']);
      expect(again.output).toContain('4 photos: 1 would be queued, 3 known already');
      expect((await run(['--failed', '--dry-run'])).output).toBe(
        '1 failed photo would be tried again\n',
      );
      expect((await run(['--failed', '--user', 'bob'])).output).toContain('0 failed photos');
      immich.state.touch(assets[0]!, { preview: assets[1]!.preview });
      expect((await run(['--failed'])).output).toBe('1 failed photo is tried again\n');
      while ((await producer.queue.getJobCountByTypes('completed')) < 4) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect((await run([])).output).toContain('4 photos: 0 queued, 4 known already');
      expect((await run(['--user', 'bob', '--force'])).output).toContain('1 photo: 1 queued');
    } finally {
      await worker.stop();
    }
  }, 120_000);

  test('a picture that was replaced since is looked at again, whoever notices it first', async () => {
    const replaced = assets[1]!;
    immich.state.touch(replaced, { checksum: 'bmV3', preview: await readFile(samplePhoto(3)) });
    expect((await run(['--user', 'ada'])).output).toContain('1 queued, 2 known already');
    const worker = await startWorkerProcess(environment);
    const revision = async (): Promise<unknown> => {
      const answer = await fetch(
        `${worker.address}/photos/${replaced.id}?ownerId=${replaced.ownerId}`,
      );
      return ((await answer.json()) as { revision: number }).revision;
    };
    try {
      const jobId = `immich.${replaced.ownerId}.${replaced.id}.2`;
      while ((await (await producer.queue.getJob(jobId))?.isCompleted()) !== true) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(await revision()).toBe(2);
      expect((await run(['--user', 'ada'])).output).toContain('0 queued, 3 known already');
    } finally {
      await worker.stop();
    }
  }, 120_000);

  test('what cannot work says why', async () => {
    expect((await run(['--user', 'nobody'])).errors).toMatch(
      /\[IMMICH_KEY_MISSING\].*"nobody".*ada.*bob/,
    );
    expect((await run(['--taken-after', 'some day'])).errors).toContain('[ARGUMENT_INVALID]');
    const none = { IMMICH_URL: '', IMMICH_API_KEYS: '' };
    expect((await run([], none)).errors).toContain('expected --folder, or IMMICH_URL');
    expect((await run(['--folder', '/', '--user', 'ada'])).errors).toContain('cannot be used with');
    for (const more of [['--album', 'x'], ['--taken-after', '2020-01-01'], ['--force']]) {
      expect((await run(['--failed', ...more])).errors).toContain('cannot be used with');
    }
    const away = await run([], { IMMICH_URL: 'http://127.0.0.1:9' });
    expect(away).toMatchObject({ code: 1 });
    expect(away.errors).toContain('[IMMICH_UNAVAILABLE]');
  }, 60_000);
});
