import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import sharp from 'sharp';

import { Visitor } from '../../helpers/api.ts';
import { startImmich, type StandInImmich } from '../../helpers/immich/server.ts';
import type { StandInAsset, StandInUser } from '../../helpers/immich/state.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

interface Listed {
  readonly faces: readonly { readonly faceId: string }[];
  readonly photo: { readonly takenAt: string | null };
}

describe("pictures of Immich's photos", () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let immich: StandInImmich;
  let worker: TestWorker;
  let visitor: Visitor;
  let ada: StandInUser;
  let asset: StandInAsset;

  beforeAll(async () => {
    folder = await tempFolder();
    redis = await startRedis();
    immich = await startImmich({ redis: redis.options });
    ada = immich.state.addUser('ada');
    await mkdir(path.join(folder.path, 'library'));
    asset = await immich.upload(ada, await readFile(samplePhoto(1)), {
      fileCreatedAt: new Date('2010-05-04T14:30:00.000Z'),
    });
    await immich.jobs.settled();
    worker = await startWorkerProcess({
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      DATA_DIR: path.join(folder.path, 'data'),
      IMMICH_URL: immich.url,
      IMMICH_API_KEY: immich.state.addKey(ada),
      VISION_CHILDREN: '1',
      MEDIA_ROOTS: path.join(folder.path, 'library'),
      IMMICH_PATH_MAP: `/data/library:${path.join(folder.path, 'library')}`,
    });
    await worker.logged('3 faces');
    visitor = await new Visitor(worker.address).arrive();
  }, 120_000);

  afterAll(async () => {
    await worker.stop();
    await immich.stop();
    await redis.stop();
    await folder.remove();
  });

  const owned = (place: string): string => `${place}owner=${asset.ownerId}`;

  test('the photo has the date that Immich has, and a face is cut from the preview', async () => {
    const { faces, photo } = (await visitor.get(owned(`/api/photos/${asset.id}?`))).json as Listed;
    expect(photo.takenAt).toBe('2010-05-04T14:30:00.000Z');
    expect(faces).toHaveLength(3);
    const cut = await visitor.get(owned(`/api/faces/${faces[0]!.faceId}/thumbnail?size=96&`));
    expect(cut.headers['content-type']).toBe('image/webp');
    expect(await sharp(cut.bytes).metadata()).toMatchObject({ width: 96, height: 96 });
    // A picture, not one colour.
    expect((await sharp(cut.bytes).stats()).entropy).toBeGreaterThan(4);
  });

  test('of a photo whose mounted file is damaged they are cut from the preview', async () => {
    const original = await readFile(samplePhoto(1));
    const half = original.subarray(0, original.length / 2);
    await writeFile(path.join(folder.path, 'library', 'half.jpg'), half);
    const damaged = await immich.upload(ada, original, { originalPath: '/data/library/half.jpg' });
    const place = owned(`/api/photos/${damaged.id}?`);
    let faces: Listed['faces'] = [];
    while (faces.length < 3) {
      await once(worker.child, 'logged');
      faces = ((await visitor.get(place)).json as Partial<Listed>).faces ?? [];
    }
    for (const { faceId } of faces) {
      const cut = await visitor.get(owned(`/api/faces/${faceId}/thumbnail?size=96&`));
      expect([cut.headers['content-type'], cut.headers['x-missing-reason']]).toEqual([
        ...['image/webp', undefined],
      ]);
      expect((await sharp(cut.bytes).stats()).entropy).toBeGreaterThan(4);
    }
  }, 60_000);

  test('what Immich does not give is said in words', async () => {
    const place = owned(`/api/photos/${asset.id}/image?width=480&`);
    const missing = async (): Promise<unknown[]> => {
      const { headers, bytes } = await visitor.get(place);
      const drawn = [...bytes.toString().matchAll(/<text[^>]*>([^<]*)</g)].map(([, line]) => line!);
      return [headers['x-missing-reason'], headers['x-missing-words'], drawn.join(' ')];
    };
    const { preview } = asset;
    immich.state.touch(asset, { preview: null });
    const notYet = 'Immich has no preview of this photo yet';
    expect(await missing()).toEqual(['PREVIEW_NOT_READY', notYet, notYet]);
    immich.state.touch(asset, { preview, deletedAt: new Date() });
    const [code, words] = await missing();
    expect([code, words]).toEqual(['ASSET_GONE', expect.stringContaining('is in the trash')]);
    immich.state.touch(asset, { deletedAt: null });
    expect((await visitor.get(place)).headers['content-type']).toBe('image/webp');
  });
});
