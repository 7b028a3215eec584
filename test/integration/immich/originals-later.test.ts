import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

import sharp from 'sharp';

import { Visitor } from '../../helpers/api.ts';
import { startImmich, type StandInImmich } from '../../helpers/immich/server.ts';
import type { StandInAsset, StandInUser } from '../../helpers/immich/state.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

const cli = path.resolve(__dirname, '../../../dist/src/cli.js');

interface Look {
  readonly photo?: { readonly revision: number; readonly image: { readonly width: number } };
  readonly faces: readonly {
    readonly faceId: string;
    readonly personId: string;
    readonly name: string | null;
    readonly rule: string;
  }[];
}

describe('previews first, originals later', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let immich: StandInImmich;
  let ada: StandInUser;
  let asset: StandInAsset;
  let original: Buffer;
  let environment: Record<string, string>;
  const workers: TestWorker[] = [];

  beforeAll(async () => {
    folder = await tempFolder();
    redis = await startRedis();
    immich = await startImmich({ redis: redis.options });
    ada = immich.state.addUser('ada');
    original = await sharp(samplePhoto(1)).resize({ width: 3000 }).jpeg().toBuffer();
    asset = await immich.upload(ada, original, { originalPath: '/data/library/one.jpg' });
    await immich.jobs.settled();
    environment = {
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      DATA_DIR: path.join(folder.path, 'data'),
      IMMICH_URL: immich.url,
      IMMICH_API_KEY: immich.state.addKey(ada),
      VISION_CHILDREN: '1',
    };
  }, 60_000);

  afterAll(async () => {
    for (const worker of workers) await worker.stop();
    await immich.stop();
    await redis.stop();
    await folder.remove();
  });

  async function start(env: Record<string, string>): Promise<Visitor> {
    for (const worker of workers.splice(0)) await worker.stop();
    const worker = await startWorkerProcess(env);
    workers.push(worker);
    return new Visitor(worker.address).arrive();
  }

  async function lookOf(visitor: Visitor, revision: number): Promise<Look> {
    for (;;) {
      const answer = await visitor.get(`/api/photos/${asset.id}?owner=${asset.ownerId}`);
      const look = answer.json as Look;
      if ((look.photo?.revision ?? 0) >= revision) return look;
      await setTimeout(100);
    }
  }

  test('a backfill from the originals keeps faces, names and what was confirmed', async () => {
    const visitor = await start(environment);
    const { faces } = await lookOf(visitor, 1);
    expect(faces.length).toBeGreaterThan(1);
    for (const [i, { personId, faceId }] of faces.entries()) {
      for (const correction of [
        { kind: 'person-named', personId, name: `Name ${i}` },
        { kind: 'faces-confirmed', faceIds: [faceId], personId },
      ]) {
        await visitor.post(`/api/corrections?owner=${asset.ownerId}`, { correction });
      }
    }
    const before = await lookOf(visitor, 1);
    const library = path.join(folder.path, 'library');
    await mkdir(library, { recursive: true });
    await writeFile(path.join(library, 'one.jpg'), original);
    const mapped = {
      ...environment,
      MEDIA_ROOTS: library,
      IMMICH_PATH_MAP: `/data/library:${library}`,
    };
    const again = await start(mapped);
    const env = { PATH: process.env['PATH'] ?? '', ...mapped };
    await promisify(execFile)(process.execPath, [cli, 'backfill', '--force'], { env });
    const after = await lookOf(again, 2);
    expect(after.photo?.image.width).toBe(3000);
    expect(before.photo?.image.width).toBeLessThan(3000);
    const known = ({ faces: all }: Look): unknown =>
      all.map(({ faceId, personId, name, rule }) => [faceId, personId, name, rule].join()).sort();
    expect(known(after)).toEqual(known(before));
  }, 120_000);
});
