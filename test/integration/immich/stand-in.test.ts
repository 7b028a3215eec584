import { createHash, randomUUID } from 'node:crypto';

import { QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';

import { detectFaces } from '../../helpers/immich/detection.ts';
import { addFace, facesOf } from '../../helpers/immich/routes/faces.ts';
import { startImmich, type StandInImmich } from '../../helpers/immich/server.ts';
import type { StandInFace, StandInUser } from '../../helpers/immich/state.ts';
import { quarters } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Each test cites the fact of shared/facts/immich.md that it holds the stand-in to. */
describe('the stand-in for Immich', () => {
  let redis: TestRedis;
  let immich: StandInImmich;
  let ada: StandInUser;
  let picture: Buffer;

  beforeAll(async () => {
    redis = await startRedis();
    picture = await quarters(64, 48).jpeg().toBuffer();
  });
  afterAll(() => redis.stop());

  beforeEach(async () => {
    const client = new Redis(redis.options);
    await client.flushall();
    client.disconnect();
    immich = await startImmich({ redis: redis.options });
    ada = immich.state.addUser('ada');
  });
  afterEach(() => immich.stop());

  async function ask(key: string | null, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${immich.url}/api${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        connection: 'close',
        ...(key === null ? {} : { 'x-api-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  test('section 3: 401 for a wrong key, 403 that names the permission, 400 of zod', async () => {
    expect(await ask('wrong', '/users/me')).toMatchObject({
      status: 401,
      body: { message: 'Invalid API key' },
    });
    const scoped = immich.state.addKey(ada, ['asset.view']);
    expect(await ask(scoped, '/search/metadata', {})).toMatchObject({
      status: 403,
      body: { message: 'Missing required permission: asset.read' },
    });
    const all = immich.state.addKey(ada);
    expect(await ask(all, '/search/metadata', { size: 1001 })).toMatchObject({
      status: 400,
      body: { message: 'Validation failed', errors: [{ path: ['size'] }] },
    });
  });

  test("section 3 [RUN]: another user's object is 400, not 404 or 403, for an admin too", async () => {
    const admin = immich.state.addUser('admin', { isAdmin: true });
    const asset = immich.state.addAsset(ada, picture);
    const noAccess = { status: 400, body: { message: 'Not found or no asset.read access' } };
    const key = immich.state.addKey(admin);
    expect(await ask(key, `/assets/${asset.id}`)).toMatchObject(noAccess);
    expect(await ask(key, `/assets/${randomUUID()}`)).toMatchObject(noAccess);
  });

  test('section 3: what needs no permission, and whose key it is', async () => {
    const key = immich.state.addKey(ada, ['asset.read']);
    expect(await ask(key, '/api-keys/me')).toMatchObject({ body: { permissions: ['asset.read'] } });
    expect(await ask(null, '/server/version')).toMatchObject({ body: { major: 3, minor: 1 } });
    expect(await ask(key, '/users/me')).toMatchObject({ status: 403 });
  });

  test('2.1 [RUN]: the preview is 404 "Asset media not found" until it was made', async () => {
    const key = immich.state.addKey(ada);
    immich.jobs.holdThumbnails();
    const asset = await immich.upload(ada, picture);
    const path = `/assets/${asset.id}/thumbnail?size=preview`;
    expect(await ask(key, path)).toMatchObject({
      status: 404,
      body: { message: 'Asset media not found' },
    });
    expect((await ask(key, `/assets/${asset.id}`)).body['thumbhash']).toBeNull();
    immich.jobs.resumeThumbnails();
    await immich.jobs.settled();
    expect((await ask(key, `/assets/${asset.id}`)).body['thumbhash']).not.toBeNull();
  });

  test("2.3: search is by capture time, offset pages, nextPage a text or null, partners' too", async () => {
    const bob = immich.state.addUser('bob');
    ada.partners.add(bob.id);
    const at = (day: number): Date => new Date(Date.UTC(2020, 0, day));
    const old = immich.state.addAsset(ada, picture, { fileCreatedAt: at(1), updatedAt: at(9) });
    const theirs = immich.state.addAsset(bob, picture, { fileCreatedAt: at(2), updatedAt: at(3) });
    const fresh = immich.state.addAsset(ada, picture, { fileCreatedAt: at(3), updatedAt: at(3) });
    const trashed = immich.state.addAsset(ada, picture, { deletedAt: at(5), updatedAt: at(5) });
    immich.state.addAsset(ada, picture, { visibility: 'locked' });
    const key = immich.state.addKey(ada);
    const search = async (body: object): Promise<unknown[]> => {
      const { assets } = (await ask(key, '/search/metadata', body)).body as {
        assets: { items: { id: string }[]; nextPage: unknown };
      };
      return [...assets.items.map(({ id }) => id), assets.nextPage];
    };
    expect(await search({ order: 'asc' })).toEqual([old.id, theirs.id, fresh.id, null]);
    expect(await search({ size: 2 })).toEqual([fresh.id, theirs.id, '2']);
    expect(await search({ size: 2, page: 2 })).toEqual([old.id, null]);
    // Inclusive.
    const updatedAfter = at(5).toISOString();
    expect(await search({ updatedAfter, withDeleted: true, order: 'asc' })).toEqual([
      old.id,
      trashed.id,
      null,
    ]);
  });

  test('section 4: detection knows a face in the pixels of the preview again, once', async () => {
    const large = await quarters(3000, 2000).jpeg().toBuffer();
    const detectable = [{ left: 0.1, top: 0.1, right: 0.3, bottom: 0.4 }];
    const asset = await immich.upload(ada, large, { detectable });
    await immich.jobs.settled();
    const faces = (): StandInFace[] => facesOf(immich.state, asset.id);
    // The shorter side has 1440 pixels.
    expect(faces()).toMatchObject([
      { imageWidth: 2160, imageHeight: 1440, boundingBoxX1: 216, boundingBoxY2: 576 },
    ]);
    await detectFaces(immich.state, asset);
    expect(faces()).toHaveLength(1);
    for (const [scale, found] of [
      [1, 1],
      [3000 / 2160, 2],
    ] as const) {
      immich.state.faces.clear();
      const made = addFace(immich.state, asset, {
        ...{ personId: null, sourceType: 'manual' },
        ...{ imageWidth: 2160 * scale, imageHeight: 1440 * scale },
        ...{ boundingBoxX1: 216 * scale, boundingBoxY1: 144 * scale },
        ...{ boundingBoxX2: 648 * scale, boundingBoxY2: 576 * scale },
      });
      await detectFaces(immich.state, asset);
      expect(faces()).toHaveLength(found);
      expect(immich.state.embeddings.has(made.id)).toBe(found === 1);
      // 3.1 [RUN]: the second detection of a face that was made fails.
      const again = detectFaces(immich.state, asset);
      if (found === 1) await expect(again).rejects.toThrow('duplicate key');
      else await again;
    }
  });

  test('in an external library the checksum is of the path', () => {
    const changes = { libraryId: randomUUID(), originalPath: '/mnt/photos/a.jpg' };
    const { checksum } = immich.state.addAsset(ada, picture, changes);
    expect(checksum).toBe(createHash('sha1').update('path:/mnt/photos/a.jpg').digest('base64'));
  });

  test('1.8 and 2.1 [RUN]: one upload, its events, and asset ids only on one queue', async () => {
    const heard: string[] = [];
    const names = ['metadataExtraction', 'storageTemplateMigration', 'thumbnailGeneration'];
    const listeners = names.map((name) => {
      const prefix = 'immich_bull';
      const events = new QueueEvents(name, { connection: redis.options, prefix, lastEventId: '0' });
      events.on('added', ({ jobId, name: job }) => heard.push(`${name} ${job} ${jobId}`));
      return events;
    });
    const asset = await immich.upload(ada, picture);
    await immich.jobs.settled();
    await immich.jobs.tagged(asset);
    await immich.jobs.settled();
    while (heard.filter((one) => one.startsWith('storage')).length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await Promise.all(listeners.map((events) => events.close()));
    const single = `storageTemplateMigration StorageTemplateMigrationSingle ${asset.id}`;
    expect(heard.filter((one) => one === single)).toHaveLength(2);
    expect(heard).toContainEqual(
      expect.stringMatching(/^metadataExtraction AssetExtractMetadata \d+$/),
    );
    expect(heard.filter((one) => one.startsWith('thumbnail'))).toHaveLength(1);
    // 1.2: completed jobs are gone at once.
    const client = new Redis(redis.options);
    expect(await client.exists(`immich_bull:storageTemplateMigration:${asset.id}`)).toBe(0);
    client.disconnect();
  });
});
