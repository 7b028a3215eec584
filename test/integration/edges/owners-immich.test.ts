import { createLog } from '../../../src/log.ts';
import { createCorrector } from '../../../src/pipeline/correct.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import type { SeenRequest } from '../../helpers/immich/server.ts';
import { startSinkBench, type SinkBench } from '../../helpers/immich/sink-bench.ts';
import type { StandInAsset, StandInUser } from '../../helpers/immich/state.ts';
import { tempFolder } from '../../helpers/pictures.ts';

const log = createLog({ level: 'silent' });
const { signal } = new AbortController();
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

describe('two users of Immich who share all that they can', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let store: Store;
  let bench: SinkBench;
  let ada: StandInUser;
  let bob: StandInUser;
  let keys: Map<string | undefined, StandInUser>;
  /** Whose each thing in Immich is, also after it is gone. */
  let owners: Map<string, string>;

  beforeEach(async () => {
    folder = await tempFolder();
    store = await openStore({ dataDir: folder.path, log });
    bench = await startSinkBench(store);
    ada = bench.user;
    bob = bench.immich.state.addUser('bob');
    ada.partners.add(bob.id);
    bob.partners.add(ada.id);
    bench.immich.state.addAlbum(bob, 'Grace', { sharedWith: [ada] });
    keys = new Map([
      [bench.key, ada],
      [bench.immich.state.addKey(bob), bob],
    ]);
    owners = new Map();
  });

  afterEach(async () => {
    await bench.stop();
    await store.close();
    await folder.remove();
  });

  function noteOwners(): void {
    const { assets, people, tags, albums, faces } = bench.immich.state;
    for (const all of [assets, people, tags, albums]) {
      for (const { id, ownerId } of all.values()) owners.set(id, ownerId);
    }
    for (const { id, assetId } of faces.values()) owners.set(id, owners.get(assetId) ?? '');
  }

  /** Requests that name something of another user's. */
  function crossing(requests: readonly SeenRequest[]): unknown[] {
    noteOwners();
    return requests.filter(({ key, url, body }) => {
      const named = `${url} ${JSON.stringify(body ?? null)}`.match(UUID) ?? [];
      return named.some((id) => owners.has(id) && owners.get(id) !== keys.get(key)?.id);
    });
  }

  async function name(owner: StandInUser, text: string): Promise<void> {
    const publish = (): Promise<void> => Promise.resolve();
    const correct = createCorrector({ store, publish });
    const naming = { kind: 'person-named', personId: 'p1', name: text } as const;
    const { changes } = await correct(owner.id, naming, 'test');
    await bench.sink.writePeople(owner.id, changes, { signal });
  }

  test('nothing of one is read or written with the key of the other', async () => {
    const { accounts, sink } = await bench.start({
      settings: { tags: true, albums: true },
      keys: [...keys.keys()].map(String),
    });
    const photos: [StandInUser, StandInAsset][] = [];
    for (const owner of [ada, bob, ada, bob]) {
      // The same ids of ours for people and faces.
      const asset = await bench.addPhoto([{ personId: 'p1', faceId: `f${photos.length >> 1}` }], {
        ownerId: owner.id,
      });
      photos.push([owner, asset]);
    }
    for (const [, asset] of photos) await bench.write(asset);
    for (const owner of [ada, bob]) await name(owner, 'Grace');
    noteOwners();
    const bobs = { route: '', key: bench.key, url: `/api/assets/${photos[1]![1].id}`, body: null };
    expect(crossing([bobs])).toEqual([bobs]);
    const { state } = bench.immich;
    for (const [owner, asset] of photos) {
      const [face] = bench.faces(asset);
      expect(state.people.get(face?.personId ?? '')).toMatchObject({
        ...{ ownerId: owner.id, name: 'Grace' },
      });
    }
    const albums = [...state.albums.values()].filter(({ assetIds }) => assetIds.size > 0);
    expect(albums.map(({ ownerId }) => ownerId).sort()).toEqual([ada.id, bob.id].sort());

    // A change by one in Immich is a correction of that one alone.
    const mine = bench.people().find(({ ownerId }) => ownerId === bob.id)!;
    mine.name = 'Grace H.';
    for (const owner of [ada, bob]) await sink.readBack(accounts.of(owner.id), signal);
    expect(bench.facts.map(({ ownerId, body }) => [ownerId, body])).toEqual([
      [bob.id, { kind: 'person-named', personId: 'p1', name: 'Grace H.' }],
    ]);
    await sink.repair(accounts.of(ada.id), { dryRun: false });
    await sink.withdraw(accounts.of(ada.id), { dryRun: false, signal });
    for (const [owner, asset] of photos) {
      expect([owner.name, bench.faces(asset).length]).toEqual([owner.name, owner === ada ? 0 : 1]);
    }
    expect(bench.people()).toEqual([mine]);
    const requests = bench.immich.takeRequests();
    expect(requests.length).toBeGreaterThan(50);
    expect(crossing(requests)).toEqual([]);
  }, 60_000);
});
