import type { Store } from '../../../../src/store/store.ts';
import { Killer } from '../../../helpers/immich/killer.ts';
import { addPerson } from '../../../helpers/immich/routes/people.ts';
import {
  BOX,
  OTHER_BOX,
  startSinkBench,
  type SinkBench,
} from '../../../helpers/immich/sink-bench.ts';
import type { StandInAsset, StandInPerson } from '../../../helpers/immich/state.ts';

/** Declares that a worker may end at any point, whatever the store; `every` how many points apart. */
export function describeCrashes(openStore: () => Promise<Store>, every: number): void {
  const settings = { tags: true, albums: true };
  let store: Store;
  let bench: SinkBench;

  beforeEach(async () => {
    store = await openStore();
    bench = await startSinkBench(store);
  });

  afterEach(async () => {
    await bench.stop();
    await store.close();
  });

  /** Runs the work with a worker that is killed, and again with the next one. */
  async function survive(killer: Killer, work: () => Promise<void>): Promise<void> {
    if (!killer.hasStruck) {
      await bench.start({
        ...{ settings, links: killer.links(store.immichLinks) },
        wrap: (accounts) => killer.accounts(accounts),
        wrapOurs: (ours) => killer.ours(ours),
      });
      await work().catch((error: unknown) => {
        if (!killer.hasStruck) throw error;
      });
    }
    await bench.start({ settings });
    await work();
  }

  async function forgetAll(): Promise<void> {
    await bench.immich.jobs.settled();
    const { people, faces, assets, tags, albums } = bench.immich.state;
    for (const all of [people, faces, assets, tags, albums]) all.clear();
    await store.forgetOwner(bench.user.id);
  }

  /** Everything that a write can be: made, assigned, named, tagged, withdrawn, made nobody's. */
  async function liveThrough(killer: Killer): Promise<unknown> {
    await forgetAll();
    const one = await bench.addPhoto([
      { personId: 'p1', faceId: 'f1' },
      { personId: 'p2', faceId: 'f2', box: OTHER_BOX },
    ]);
    const found = bench.detect(one, OTHER_BOX);
    const two = await bench.addPhoto([{ personId: 'p1', faceId: 'f3' }]);
    await bench.start({ settings: { people: false } });
    await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada' });
    const writeBoth = async (): Promise<void> => {
      for (const asset of [one, two]) await bench.write(asset);
    };
    await survive(killer, writeBoth);
    const before = stateOf([one, two]);
    expect(found.personId).not.toBeNull();
    await bench.lookAgain(one, [
      { personId: null, faceId: 'f1', box: BOX },
      { personId: null, faceId: 'f2', box: OTHER_BOX },
    ]);
    await survive(killer, writeBoth);
    // What is empty, and was left so, goes with the next look at Immich.
    await bench.readBack();
    bench.takeWrites();
    await writeBoth();
    expect(bench.takeWrites()).toEqual([]);
    return { before, after: stateOf([one, two]) };
  }

  /** What a user sees, without ids. */
  function stateOf(assets: readonly StandInAsset[]): unknown {
    const { state } = bench.immich;
    return {
      people: bench.people().map(({ name, isHidden }) => ({ name, isHidden })),
      faces: assets.map((asset) =>
        bench.faces(asset).map(({ sourceType, personId, boundingBoxX1 }) => ({
          ...{ sourceType, boundingBoxX1 },
          person: personId === null ? null : state.people.get(personId)?.name,
        })),
      ),
      tags: [...state.tags.values()].map(({ value, assetIds }) => ({
        value,
        assets: assets.map(({ id }) => assetIds.has(id)),
      })),
      albums: [...state.albums.values()].map(({ albumName, assetIds }) => ({
        albumName,
        assets: assets.map(({ id }) => assetIds.has(id)),
      })),
    };
  }

  const kinds = ['person', 'face', 'collection', 'member'] as const;
  const { signal } = new AbortController();

  /** Everything that can be withdrawn, beside what a user made or touched. */
  async function withdrawThrough(killer: Killer): Promise<unknown> {
    await forgetAll();
    const one = await bench.addPhoto([
      { personId: 'p1', faceId: 'f1' },
      { personId: 'p2', faceId: 'f2', box: OTHER_BOX },
    ]);
    bench.detect(one, OTHER_BOX);
    const two = await bench.addPhoto([{ personId: 'p1', faceId: 'f3' }]);
    await bench.start({ settings });
    await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada' });
    for (const asset of [one, two]) await bench.write(asset);
    const mine = addPerson(bench.immich.state, bench.user, { name: 'Mine' });
    bench.faces(two)[0]!.personId = mine.id;
    await survive(killer, async () => {
      await bench.sink.withdraw(bench.account, { dryRun: false, signal });
    });
    for (const kind of kinds) {
      expect(await store.immichLinks.find(bench.user.id, kind, {})).toEqual([]);
    }
    return stateOf([one, two]);
  }

  async function mergeThrough(killer: Killer): Promise<unknown> {
    await forgetAll();
    const one = await bench.addPhoto([{ personId: 'p1', faceId: 'f1' }]);
    const two = await bench.addPhoto([{ personId: 'p2', faceId: 'f2' }]);
    await bench.start({ settings });
    await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada' });
    for (const asset of [one, two]) await bench.write(asset);
    let isDecided = false;
    await survive(killer, async () => {
      if (isDecided) return bench.writeFacts(1);
      isDecided = true;
      await bench.correct({ kind: 'people-merged', from: 'p1', into: 'p2', name: 'Grace' });
    });
    await bench.readBack();
    bench.takeWrites();
    for (const asset of [one, two]) await bench.write(asset);
    expect(bench.takeWrites()).toEqual([]);
    expect(bench.people()).toMatchObject([{ name: 'Grace' }]);
    return stateOf([one, two]);
  }

  /** Our two become one, and who was made for the one goes into a user's own who is the other. */
  async function mergeOtherWayThrough(killer: Killer): Promise<unknown> {
    await forgetAll();
    const one = await bench.addPhoto([{ personId: 'p1', faceId: 'f1' }]);
    const two = await bench.addPhoto([{ personId: 'p2', faceId: 'f2' }]);
    const grace = addPerson(bench.immich.state, bench.user, { name: 'Grace' });
    grace.isFavorite = true;
    bench.detect(one, BOX, grace);
    await bench.start({ settings });
    for (const asset of [one, two]) await bench.write(asset);
    let isDecided = false;
    await survive(killer, async () => {
      if (isDecided) return bench.writeFacts(1);
      isDecided = true;
      await bench.correct({ kind: 'people-merged', from: 'p1', into: 'p2', name: null });
    });
    await expectGraceAlone(grace, [one, two]);
    return stateOf([one, two]);
  }

  /** Who was made gives way to somebody whom a user has named, and who has the faces. */
  async function joinThrough(killer: Killer): Promise<unknown> {
    await forgetAll();
    const facts = bench.facts.length;
    await bench.start({ settings });
    const grace = addPerson(bench.immich.state, bench.user, { name: 'Grace' });
    const assets: StandInAsset[] = [];
    for (const isTheirs of [false, false, true, true, true]) {
      const asset = await bench.addPhoto([{ personId: 'p1' }]);
      if (isTheirs) bench.detect(asset, BOX, grace);
      await bench.write(asset);
      assets.push(asset);
    }
    expect(bench.people()).toHaveLength(2);
    await survive(killer, async () => {
      await bench.sink.readBack(bench.account, signal);
    });
    await bench.writeFacts();
    await expectGraceAlone(grace, assets);
    const decided = bench.facts.slice(facts).map(({ body }) => body);
    expect(decided).toEqual([{ kind: 'person-named', personId: 'p1', name: 'Grace' }]);
    return stateOf(assets);
  }

  async function expectGraceAlone(
    grace: StandInPerson,
    assets: readonly StandInAsset[],
  ): Promise<void> {
    await bench.readBack();
    for (const asset of assets) await bench.write(asset);
    bench.takeWrites();
    for (const asset of assets) await bench.write(asset);
    await bench.readBack();
    expect(bench.takeWrites()).toEqual([]);
    expect(bench.people()).toEqual([grace]);
    expect(grace.name).toBe('Grace');
    for (const asset of assets) expect(bench.faces(asset)).toMatchObject([{ personId: grace.id }]);
    const links = await store.immichLinks.find(bench.user.id, 'person', {});
    expect(links).toMatchObject([{ immichId: grace.id, details: { state: 'linked' } }]);
  }

  it.each([
    ['a withdrawal', withdrawThrough, 15],
    ['a merge', mergeThrough, 8],
    ['a merge into a user’s own', mergeOtherWayThrough, 8],
    ['joining somebody whom a user named', joinThrough, 8],
  ] as const)(
    '%s ends the same wherever it was killed',
    async (_name, through, leastKills) => {
      const undisturbed = await through(new Killer(Infinity, 'before'));
      for (const when of ['before', 'after'] as const) {
        let kills = 0;
        for (let at = 1; ; at += every) {
          const killer = new Killer(at, when);
          expect([when, at, await through(killer)]).toEqual([when, at, undisturbed]);
          if (!killer.hasStruck) break;
          kills += 1;
        }
        expect(kills * every).toBeGreaterThan(leastKills);
      }
    },
    300_000,
  );

  it.each(['before', 'after'] as const)(
    'ends the same wherever it was killed, %s the write was carried out',
    async (when) => {
      const undisturbed = await liveThrough(new Killer(Infinity, when));
      let kills = 0;
      for (let at = 1; ; at += every) {
        const killer = new Killer(at, when);
        expect({ at, ...((await liveThrough(killer)) as object) }).toEqual({
          at,
          ...(undisturbed as object),
        });
        if (!killer.hasStruck) break;
        kills += 1;
      }
      // Faces, people, names, tags and albums, each with what is written down before and after.
      expect(kills * every).toBeGreaterThan(25);
    },
    300_000,
  );
}
