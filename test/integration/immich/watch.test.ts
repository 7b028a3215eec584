import { Redis } from 'ioredis';

import { WATERMARK } from '../../../src/immich/source/sweep-changes.ts';
import { CURSOR } from '../../../src/immich/source/nudges.ts';
import { NO_OWNER } from '../../../src/immich/source/ports.ts';
import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { startImmich, type StandInImmich } from '../../helpers/immich/server.ts';
import type { StandInAsset, StandInUser } from '../../helpers/immich/state.ts';
import { watch, type Watched } from '../../helpers/immich/watched.ts';
import { startMongo, type TestMongo } from '../../helpers/mongodb.ts';
import { quarters, tempFolder } from '../../helpers/pictures.ts';
import { makePhotoRecord } from '../../helpers/records.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });
const DAY_MILLIS = 24 * 3600 * 1000;
let redis: TestRedis;
let mongo: TestMongo;
let picture: Buffer;
let runs = 0;

jest.setTimeout(60_000);

describe('the source', () => {
  beforeAll(async () => {
    redis = await startRedis();
    mongo = await startMongo();
    picture = await quarters(64, 64).jpeg().toBuffer();
  }, 90_000);

  afterAll(async () => {
    await mongo.stop();
    await redis.stop();
  });

  describe.each(['sqlite', 'mongodb'] as const)('with %s', (kind) => {
    let folder: Awaited<ReturnType<typeof tempFolder>>;
    let store: Store;
    let immich: StandInImmich;
    let ada: StandInUser;
    let prefix: string;
    let watched: Watched | undefined;

    beforeEach(async () => {
      folder = await tempFolder();
      store = await openStore({
        dataDir: folder.path,
        log,
        ...(kind === 'mongodb' ? { mongodbUri: mongo.newDatabaseUri() } : {}),
      });
      immich = await startImmich({ redis: redis.options });
      ada = immich.state.addUser('ada');
      prefix = `watch-${process.pid}-${++runs}`;
    });

    afterEach(async () => {
      await watched?.close();
      watched = undefined;
      await immich.stop();
      await store.close();
      await folder.remove();
    });

    function start(options: Partial<Parameters<typeof watch>[0]> = {}): Watched {
      const keys = options.keys ?? [immich.state.addKey(ada)];
      watched = watch({ immich, redis, prefix, store, ...options, keys });
      return watched;
    }

    /** Every asset in the list was swept or nudged, and nothing is left to do. */
    async function settle(source: Watched): Promise<string[]> {
      await immich.jobs.settled();
      immich.takeRequests();
      for (let sweeps = 0; sweeps < 3;) {
        sweeps += immich.takeRequests('POST /search/metadata').length;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return source.jobs();
    }

    /** A row that was there before the worker. */
    function existing(changes: Partial<StandInAsset> = {}): StandInAsset {
      const then = new Date(Date.now() - 30 * DAY_MILLIS);
      return immich.state.addAsset(ada, picture, {
        ...{ createdAt: then, updatedAt: then, fileCreatedAt: then, thumbhash: 'there' },
        ...changes,
      });
    }

    async function looksDone(...assets: readonly StandInAsset[]): Promise<void> {
      for (const { id, ownerId } of assets) {
        const sequence = (await store.headSequence(ownerId)) + 1;
        await store.commitPhoto(makePhotoRecord({ ownerId, assetId: id, sequence }), null);
      }
    }

    test('an upload is one job, however often Immich speaks of the asset', async () => {
      const source = start();
      const asset = await immich.upload(ada, picture);
      await source.until((jobs) => jobs.length > 0);
      await immich.jobs.settled();
      // Facts, 2.1: tagging makes a second event of the same asset, so our own writing does.
      await immich.jobs.tagged(asset);
      await immich.jobs.migrateAll();
      immich.state.touch(asset);
      expect(await settle(source)).toEqual([`upload ${asset.id}`]);
    });

    test('what came while the worker was down is found by the next start, and the cursor goes on', async () => {
      const first = start();
      const early = await immich.upload(ada, picture);
      await first.until((jobs) => jobs.length === 1);
      await first.close();
      const cursor = await store.immich.readMark(NO_OWNER, CURSOR);
      const mark = await store.immich.readMark(ada.id, WATERMARK);
      expect(Date.parse(mark ?? '')).toBeGreaterThanOrEqual(early.createdAt.getTime());
      const late = await immich.upload(ada, picture);
      await immich.jobs.settled();
      const second = start();
      expect(await settle(second)).toEqual([`upload ${early.id}`, `upload ${late.id}`]);
      await second.close();
      watched = undefined;
      const after = await store.immich.readMark(NO_OWNER, CURSOR);
      expect(Number(after?.split('-')[0])).toBeGreaterThan(Number(cursor?.split('-')[0]));
    });

    test('a sweep alone finds uploads, without any event', async () => {
      const source = start({ events: false });
      const asset = await immich.upload(ada, picture);
      expect(await source.until((jobs) => jobs.length > 0)).toEqual([`upload ${asset.id}`]);
    });

    test('an edited, replaced or restored asset is looked at again, a trashed one removed', async () => {
      const source = start();
      const [edited, replaced, trashed] = [existing(), existing(), existing()];
      await source.until((jobs) => jobs.length === 3);
      await looksDone(edited, replaced, trashed);
      await source.producer.queue.drain();
      immich.state.touch(edited, { isEdited: true });
      await immich.jobs.edited(edited);
      immich.state.touch(replaced, { checksum: 'bmV3' });
      immich.state.touch(trashed, { deletedAt: new Date() });
      const jobs = await source.until((found) => found.some((job) => job.startsWith('gone')));
      const settled = new Set([...jobs, ...(await settle(source))]);
      expect(settled).toEqual(
        new Set([`rerun ${edited.id}`, `rerun ${replaced.id}`, `gone ${trashed.id}`]),
      );
      await source.producer.queue.drain();
      immich.state.touch(trashed, { deletedAt: null });
      immich.state.touch(edited, { isEdited: false });
      const again = await source.until((found) => found.length === 2);
      expect(new Set(again)).toEqual(new Set([`rerun ${trashed.id}`, `rerun ${edited.id}`]));
    });

    test('an asset that vanished or was locked is removed, one that only hid on a page is not', async () => {
      const assets = Array.from({ length: 5 }, () => existing());
      const [deleted, locked] = assets;
      const source = start({ changes: { reconcileMillis: 0 } });
      await source.until((jobs) => jobs.length === 5);
      await looksDone(...assets);
      await source.producer.queue.drain();
      immich.state.deleteAsset(deleted!);
      immich.state.touch(locked!, { visibility: 'locked' });
      const jobs = await source.until((found) => found.length === 2);
      expect(new Set(jobs)).toEqual(new Set([`gone ${deleted!.id}`, `gone ${locked!.id}`]));
    }, 30_000);

    test('one that was trashed while it was looked at is removed once it is known', async () => {
      const asset = existing();
      const source = start({ changes: { reconcileMillis: 0 } });
      await source.until((jobs) => jobs.length === 1);
      immich.state.touch(asset, { deletedAt: new Date() });
      while ((await store.immich.findAssets(ada.id, [asset.id]))[0]?.gone !== true) {
        await immich.requested('POST /search/metadata');
      }
      await looksDone(asset);
      await source.producer.queue.drain();
      // Nobody removes it here, so each comparison asks for it again.
      const jobs = await source.until((queued) => queued.length > 0);
      expect(new Set(jobs)).toEqual(new Set([`gone ${asset.id}`]));
    }, 30_000);

    test("partners' assets are for their own keys, hidden ones and other kinds for nobody", async () => {
      const bob = immich.state.addUser('bob');
      ada.partners.add(bob.id);
      immich.state.addAsset(bob, picture);
      existing({ visibility: 'hidden' });
      existing({ type: 'AUDIO' as never });
      const own = existing({ visibility: 'archive' });
      const source = start();
      await source.until((jobs) => jobs.length > 0);
      expect(await settle(source)).toEqual([`backfill ${own.id}`]);
    });

    test('a revoked or wrong key, or one without rights, stops only its user', async () => {
      const [bob, cyn] = [immich.state.addUser('bob'), immich.state.addUser('cyn')];
      const bobs = immich.state.addKey(bob);
      const keys = ['no-such-key', immich.state.addKey(cyn, ['asset.view']), bobs];
      const source = start({ keys: [immich.state.addKey(ada), ...keys] });
      await immich.upload(ada, picture);
      const bobsFirst = await immich.upload(bob, picture);
      await immich.upload(cyn, picture);
      const both = await source.until((jobs) => jobs.length === 2);
      expect(both).toContain(`upload ${bobsFirst.id}`);
      immich.state.keys.delete(bobs);
      await immich.upload(bob, picture);
      const last = await immich.upload(ada, picture);
      expect(await source.until((jobs) => jobs.length === 3)).toContain(`upload ${last.id}`);
    });

    test('one user of whom Immich does not answer holds up nobody else', async () => {
      const bob = immich.state.addUser('bob');
      const [hers, his] = [immich.state.addKey(ada), immich.state.addKey(bob)];
      const answer = immich.faults.add({ kind: 'silent' }, { key: hers });
      // A try of hers lasts longer than the test.
      const source = start({ keys: [hers, his], answerMillis: 120_000 });
      const first = await immich.upload(bob, picture);
      await source.until((jobs) => jobs.includes(`upload ${first.id}`));
      answer();
      await source.close();
      const again = start({ keys: [hers, his], answerMillis: 120_000 });
      const mine = await immich.upload(ada, picture);
      await again.until((jobs) => jobs.includes(`upload ${mine.id}`));
      immich.faults.add({ kind: 'silent' }, { key: hers });
      await immich.faults.met('silent');
      const second = await immich.upload(bob, picture);
      await again.until((jobs) => jobs.includes(`upload ${second.id}`));
    });

    test('an Immich that answers late, half, slowly, wrongly or not at all loses nothing', async () => {
      const source = start({ events: false });
      const expected: string[] = [];
      for (const fault of [
        { kind: 'status', status: 500 },
        { kind: 'status', status: 429, retryAfter: '1' },
        { kind: 'status', status: 503 },
        { kind: 'cut' },
        { kind: 'silent' },
        { kind: 'half-body' },
        { kind: 'slow-body' },
        { kind: 'html' },
        { kind: 'maintenance' },
        { kind: 'status', status: 404, text: '404 page not found' },
      ] as const) {
        const end = immich.faults.add(fault);
        const asset = await immich.upload(ada, picture);
        await immich.jobs.settled();
        expected.push(`upload ${asset.id}`);
        end();
      }
      expect(new Set(await source.until((jobs) => jobs.length === expected.length))).toEqual(
        new Set(expected),
      );
    }, 60_000);

    test('of photos that were there before only so many wait, and uploads go before them', async () => {
      for (let i = 0; i < 40; i++) existing();
      const source = start({ changes: { maxWaiting: 5 } });
      await source.until((jobs) => jobs.length === 5);
      expect(await settle(source)).toHaveLength(5);
      const asset = await immich.upload(ada, picture);
      await source.until((jobs) => jobs.includes(`upload ${asset.id}`));
      const next = await source.producer.queue.getJobs(['waiting']);
      expect(next.map(({ data }) => data.assetId)).toEqual([asset.id]);
      let most = 0;
      const seen = new Set<string>();
      while (seen.size < 40) {
        const waiting = await source.producer.queue.getJobs(['prioritized']);
        most = Math.max(most, waiting.length);
        for (const job of waiting) {
          seen.add(job.data.assetId);
          await job.remove();
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(most).toBeLessThanOrEqual(5);
    }, 60_000);

    test('photos that were there before are left alone when that is wished', async () => {
      existing();
      const source = start({ changes: { backfillExisting: false } });
      const asset = await immich.upload(ada, picture);
      await source.until((jobs) => jobs.length > 0);
      expect(await settle(source)).toEqual([`upload ${asset.id}`]);
    });

    test('an idle sweep is one request a user, and of two workers one sweeps', async () => {
      for (let i = 0; i < 3; i++) existing();
      const key = immich.state.addKey(ada);
      const one = start({ keys: [key], changes: { sweepMillis: 200 } });
      await one.until((jobs) => jobs.length === 3);
      const hasty = { sweepMillis: 20 };
      const other = watch({ immich, redis, prefix, store, keys: [key], changes: hasty });
      await settle(one);
      // The sweeps of the other, at ten times the pace, would be seen.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const requests = immich.takeRequests();
      await other.close();
      expect(new Set(requests.map(({ route }) => route))).toEqual(
        new Set(['POST /search/metadata']),
      );
      expect(requests.length).toBeLessThanOrEqual(12);
      expect(requests.every(({ body }) => (body as { page: number }).page === 1)).toBe(true);
    });

    test("Immich's queues are read and never written to", async () => {
      const monitor = await new Redis(redis.options).monitor();
      const seen: string[][] = [];
      monitor.on('monitor', (_time: string, args: string[]) => seen.push(args));
      const source = start();
      const asset = await immich.upload(ada, picture);
      await source.until((jobs) => jobs.length > 0);
      await settle(source);
      monitor.disconnect();
      const reads = seen.filter(([command]) => command?.toLowerCase() === 'xread');
      expect(
        reads.some((args) => args.includes('immich_bull:storageTemplateMigration:events')),
      ).toBe(true);
      // The source's own connection names itself after its queue events; all others are Immich's.
      const client = new Redis(redis.options);
      const meta = await client.hgetall('immich_bull:storageTemplateMigration:meta');
      const keys = await client.keys('immich_bull:image-added*');
      client.disconnect();
      expect(meta['version']).toMatch(/^bullmq:/);
      expect(keys).toEqual([]);
      expect(asset.id).toMatch(/-/);
    });
  });
});
