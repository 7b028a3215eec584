import { execFile } from 'node:child_process';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { listPhotos, resolveFolder } from '../../../src/commands/list-photos.ts';
import { assetIdForPath } from '../../../src/queue/asset-id.ts';
import { createProducer, type Producer } from '../../../src/queue/producer.ts';
import { codeOf, quarters, samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess } from '../../helpers/worker.ts';

const cli = path.resolve(__dirname, '../../../dist/src/cli.js');

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

describe('backfill of a folder', () => {
  const prefix = `backfill-${process.pid}`;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let media: string;
  let redis: TestRedis;
  let producer: Producer;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await tempFolder();
    media = path.join(folder.path, 'media');
    await mkdir(path.join(media, 'deep', 'naïve café 写真 😀'), { recursive: true });
    await copyFile(samplePhoto(1), path.join(media, 'a.jpg'));
    await quarters(200, 200)
      .png()
      .toFile(path.join(media, 'deep', 'B.PNG'));
    await copyFile(samplePhoto(3), path.join(media, 'deep', 'naïve café 写真 😀', '😀.jpeg'));
    await writeFile(path.join(media, 'broken.jpg'), 'no photo');
    await writeFile(path.join(media, 'notes.txt'), 'no photo');
    await writeFile(path.join(media, '.hidden.jpg'), 'hidden');
    await symlink(samplePhoto(2), path.join(media, 'link.jpg'));
    redis = await startRedis();
    producer = createProducer({
      redis: redis.options,
      prefix,
      retry: { attempts: 1, backoffMillis: 1 },
    });
    environment = {
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      QUEUE_PREFIX: prefix,
      DATA_DIR: path.join(folder.path, 'data'),
      MEDIA_ROOTS: media,
    };
  });

  afterAll(async () => {
    await producer.close();
    await redis.stop();
    await folder.remove();
  });

  function run(args: readonly string[], changes: Record<string, string> = {}): Promise<Outcome> {
    const env = { PATH: process.env['PATH'] ?? '', ...environment, ...changes };
    return new Promise((resolve) => {
      execFile(process.execPath, [cli, ...args], { env }, (error, output, errors) => {
        resolve({ code: error === null ? 0 : Number(error.code), output, errors });
      });
    });
  }

  const waiting = async (): Promise<number> => (await producer.queue.getPrioritized()).length;

  test('photos are listed in order, links and other files are not', async () => {
    const names: string[] = [];
    for await (const file of listPhotos(media)) names.push(path.relative(media, file));
    expect(names).toEqual(['a.jpg', 'broken.jpg', 'deep/B.PNG', 'deep/naïve café 写真 😀/😀.jpeg']);
    expect(await codeOf(resolveFolder(path.join(media, 'none')))).toBe('FOLDER_UNUSABLE');
    expect(await codeOf(resolveFolder(path.join(media, 'a.jpg')))).toBe('FOLDER_UNUSABLE');
  });

  test('a dry run counts and queues nothing', async () => {
    const { code, output } = await run(['backfill', '--folder', media, '--dry-run']);
    expect(output).toContain('4 photos: 4 would be queued, 0 known already, 0 waiting already');
    expect(output).toContain('counted 4/4');
    expect(output).not.toContain('queued 4/4');
    expect(code).toBe(0);
    expect(await waiting()).toBe(0);
  }, 30_000);

  test('photos are queued behind uploads, and not twice', async () => {
    const first = await run(['backfill', '--folder', media]);
    expect(first.output).toContain('4 photos: 4 queued');
    const second = await run(['backfill', '--folder', media]);
    expect(second.output).toContain('0 queued, 0 known already, 4 waiting already');
    const jobs = await producer.queue.getPrioritized();
    expect(jobs).toHaveLength(4);
    expect(jobs.every(({ opts }) => opts.priority === 10)).toBe(true);
    const expected = assetIdForPath(path.join(media, 'a.jpg'));
    expect(jobs.map(({ data }) => data.assetId)).toContain(expected);
  }, 30_000);

  test('with a worker they are done; then only what failed is queued again', async () => {
    await producer.queue.obliterate({ force: true });
    const waitingRun = run(['backfill', '--folder', media, '--wait']);
    const worker = await startWorkerProcess(environment);
    try {
      const done = await waitingRun;
      expect(done.output).toMatch(/3 done, 1 failed\n {2}.*broken\.jpg: \[PHOTO_NOT_AN_IMAGE\]/);
      expect(done.code).toBe(2);
      const again = await run(['backfill', '--folder', media, '--wait']);
      expect(again.output).toContain('4 photos: 1 queued, 3 known already, 0 waiting already');
      const forced = await run(['backfill', '--folder', media, '--force', '--wait']);
      expect(forced.output).toContain('4 queued, 0 known already');
      expect(forced.output).toContain('3 done, 1 failed');
      const people = await run(['people', '--json']);
      const known = JSON.parse(people.output) as { photos: number }[];
      expect(known.length).toBeGreaterThanOrEqual(5);
      const ada = await run(['people', '--owner', 'ada']);
      expect(ada.output).toBe('nobody is known yet\n');
      expect(ada.errors).toContain('it knows photos of: default');
    } finally {
      await worker.stop();
    }
  }, 120_000);

  test('a folder outside the media roots is refused before anything is queued', async () => {
    await producer.queue.obliterate({ force: true });
    const { code, errors } = await run(['backfill', '--folder', folder.path]);
    expect(errors).toMatch(/\[PATH_OUTSIDE_ROOTS\].*Nothing was queued.*MEDIA_ROOTS=/);
    expect(code).toBe(1);
    expect(await waiting()).toBe(0);
  }, 30_000);

  test('what cannot work ends with 1 and says why', async () => {
    const redisAway = await run(['backfill', '--folder', media], { REDIS_PORT: '1' });
    expect(redisAway).toMatchObject({ code: 1 });
    expect(redisAway.errors).toContain('[REDIS_UNAVAILABLE]');
    const badSetting = await run(['people'], { ENGINE: 'gpu' });
    expect(badSetting).toMatchObject({ code: 1 });
    expect(badSetting.errors).toContain('[CONFIG_INVALID]');
    expect(await run(['nothing'])).toMatchObject({ code: 1 });
    expect(await run(['--version'])).toMatchObject({ code: 0, output: '0.1.0\n' });
  }, 60_000);
});
