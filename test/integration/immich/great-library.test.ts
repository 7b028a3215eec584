import { createAccounts, type ImmichAccount } from '../../../src/immich/accounts.ts';
import { openImmich, type Immich } from '../../../src/immich/client/open-immich.ts';
import { compareLibrary } from '../../../src/immich/source/compare-library.ts';
import type { AssetJob } from '../../../src/immich/source/ports.ts';
import { sweepChanges } from '../../../src/immich/source/sweep-changes.ts';
import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { startImmich, type StandInImmich } from '../../helpers/immich/server.ts';
import { tempFolder } from '../../helpers/pictures.ts';

const PHOTOS = 200_000;
const THEN = new Date(Date.UTC(2020, 0, 1));
const log = createLog({ level: 'silent' });
const { signal } = new AbortController();

describe('a library of 200,000 photos', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let store: Store;
  let immich: StandInImmich;
  let client: Immich;
  let account: ImmichAccount;
  let queued: number;
  let removed: AssetJob[];
  let largestBatch: number;

  beforeAll(async () => {
    folder = await tempFolder();
    store = await openStore({ dataDir: folder.path, log });
    immich = await startImmich();
    const ada = immich.state.addUser('ada');
    const original = Buffer.from('not looked at');
    for (let i = 0; i < PHOTOS; i++) {
      const fileCreatedAt = new Date(THEN.getTime() + i * 60_000);
      immich.state.addAsset(ada, original, { fileCreatedAt, createdAt: THEN, updatedAt: THEN });
    }
    client = openImmich({ url: immich.url });
    const keys = [{ key: immich.state.addKey(ada), label: 'key 1' }];
    const accounts = createAccounts(client, { keys, log });
    await accounts.refresh();
    account = accounts.of(ada.id);
    [queued, removed, largestBatch] = [0, [], 0];
  }, 240_000);

  afterAll(async () => {
    await client.close();
    await immich.stop();
    await store.close();
    await folder.remove();
  });

  const rules = { model: 'face-api.1', ignoreBefore: null, freshSince: new Date() };
  const ports = (): Parameters<typeof compareLibrary>[0]['ports'] => ({
    store: store.immich,
    jobs: {
      add: (jobs) => {
        queued += jobs.length;
        largestBatch = Math.max(largestBatch, jobs.length);
        return Promise.resolve();
      },
      addRemovals: (jobs) => {
        removed.push(...jobs);
        return Promise.resolve();
      },
      countWaiting: () => Promise.resolve(0),
    },
    hasPhoto: () => Promise.resolve(true),
    admit: (_source, wanted) => Promise.resolve(Math.min(wanted, 500)),
  });

  test('is compared in one request for 1,000 photos, each queued once, never held whole', async () => {
    immich.takeRequests();
    const heapBefore = process.memoryUsage().heapUsed;
    const startedAt = performance.now();
    const compare = { account, rules, ports: ports(), pauseMillis: 0, signal };
    const { requests } = await compareLibrary(compare);
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    const heapMiB = Math.round((process.memoryUsage().heapUsed - heapBefore) / 2 ** 20);
    process.stdout.write(
      `${PHOTOS} photos compared: ${requests} requests, ${seconds} s with the stand-in, heap ${heapMiB} MiB more\n`,
    );
    expect(requests).toBe(PHOTOS / 1000);
    expect(immich.takeRequests()).toHaveLength(requests);
    expect(queued).toBe(PHOTOS);
    expect(largestBatch).toBe(500);
  }, 400_000);

  test('compared again it queues nothing, and asks about what is gone, one request for each', async () => {
    const [first, second] = immich.state.assets.values();
    immich.state.deleteAsset(first!);
    immich.state.deleteAsset(second!);
    immich.takeRequests();
    const compare = { account, rules, ports: ports(), pauseMillis: 0, signal };
    expect(await compareLibrary(compare)).toEqual({ requests: PHOTOS / 1000 + 2 });
    expect(queued).toBe(PHOTOS);
    expect(removed.map(({ assetId }) => assetId).sort()).toEqual([first!.id, second!.id].sort());
    expect(immich.takeRequests('GET /assets/:id')).toHaveLength(2);
  }, 400_000);

  test('costs one request at an idle sweep, and one when a photo came', async () => {
    immich.takeRequests();
    const sweep = {
      ...{ account, rules, ports: ports(), anchor: undefined, beginAt: new Date() },
      ...{ overlapMillis: 120_000, signal },
    };
    const idle = await sweepChanges(sweep);
    const [ada] = immich.state.users.values();
    immich.state.addAsset(ada!, Buffer.from('new'));
    const busy = await sweepChanges({ ...sweep, anchor: idle.anchor });
    process.stdout.write(`requests of a sweep: idle ${idle.requests}, busy ${busy.requests}\n`);
    expect(idle).toMatchObject({ requests: 1, uploads: 0, backfill: 0 });
    expect(busy).toMatchObject({ requests: 1, uploads: 1, backfill: 0 });
    expect(immich.takeRequests()).toHaveLength(2);
  }, 60_000);
});
