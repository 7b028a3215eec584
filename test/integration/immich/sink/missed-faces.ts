import type { FaceLink, ImmichLinks } from '../../../../src/immich/sink/links.ts';
import type { Store } from '../../../../src/store/store.ts';
import { benchForEach } from '../../../helpers/immich/bench-for-each.ts';
import { addPerson } from '../../../helpers/immich/routes/people.ts';
import type { SinkBench } from '../../../helpers/immich/sink-bench.ts';
import type { StandInAsset, StandInPerson } from '../../../helpers/immich/state.ts';

/** Photos whose faces a look asks for at most, however few people it compares. */
const MOST = 25;
const DAY_MILLIS = 86_400_000;

/** Declares what a look at Immich costs where people are not shown on their photos, whatever the store. */
export function describeMissedFaces(openStore: () => Promise<Store>): void {
  let bench: SinkBench;

  benchForEach(openStore, (started) => {
    bench = started;
  });

  async function photosOf(
    personId: string,
    count: number,
    isFound: boolean,
  ): Promise<StandInAsset[]> {
    const assets: StandInAsset[] = [];
    for (let i = 0; i < count; i++) {
      const asset = await bench.addPhoto([{ personId }]);
      if (isFound) bench.detect(asset);
      await bench.write(asset);
      assets.push(asset);
    }
    return assets;
  }
  function giveFaces(assets: readonly StandInAsset[], to: StandInPerson): void {
    for (const asset of assets) bench.faces(asset)[0]!.personId = to.id;
  }
  /** Photos whose faces a look asked for. */
  async function asked(expected: object): Promise<number> {
    expect(await bench.readBack()).toMatchObject(expected);
    return bench.immich.takeRequests('GET /faces').length;
  }
  /** Two people without a name have all faces, which Immich had found itself. */
  async function reset(personId: string, count: number): Promise<StandInAsset[]> {
    const assets = await photosOf(personId, count, true);
    for (const asset of assets) giveFaces([asset], addPerson(bench.immich.state, bench.user));
    return assets;
  }
  async function aDayPasses(): Promise<void> {
    const { immichLinks } = bench.store;
    const faces = (await immichLinks.find(bench.user.id, 'face', {})) as FaceLink[];
    const aged = faces.flatMap((link) => {
      const { missed } = link.details;
      if (missed == null) return [];
      const before = { ...missed, atMillis: missed.atMillis - DAY_MILLIS };
      return [{ ...link, details: { ...link.details, missed: before } }];
    });
    await immichLinks.write(aged);
  }

  describe('photos that Immich does not show of their person', () => {
    it('are asked for as far as it takes to tell a reset, and not again while nothing changes', async () => {
      const assets = await reset('p1', 60);
      const doubted = { movedFaces: 0, removedFaces: 0, distrusted: 60 };
      expect(await asked(doubted)).toBeLessThanOrEqual(MOST);
      expect(await asked(doubted)).toBe(0);
      giveFaces(assets.slice(0, 1), bench.people()[0]!);
      expect(await asked({ distrusted: 59 })).toBe(0);
      giveFaces(assets.slice(0, 1), bench.people()[1]!);
      expect(await asked(doubted)).toBe(0);
      await aDayPasses();
      const requests = await asked(doubted);
      expect(requests).toBeGreaterThan(0);
      expect(requests).toBeLessThanOrEqual(MOST);
      expect(bench.facts).toEqual([]);
      // As a repair has them written.
      for (const asset of assets) await bench.write(asset);
      expect(await asked({ distrusted: 0 })).toBe(0);
      expect(bench.faces(assets[0]!)).toMatchObject([{ personId: bench.people()[0]!.id }]);
    });

    it('are those of a reset also where each of several people has few', async () => {
      await bench.start({ mostPeople: 6 });
      for (let i = 0; i < 6; i++) await reset(`p${i}`, 10);
      for (let pass = 0; pass < 4; pass++) {
        expect(await bench.readBack()).toMatchObject({ distrusted: expect.any(Number) as number });
        expect(bench.immich.takeRequests('GET /faces').length).toBeLessThanOrEqual(MOST);
        expect(bench.takeWrites()).toEqual([]);
      }
      expect(await asked({ distrusted: 60 })).toBe(0);
      expect(bench.facts).toEqual([]);
    });

    it('are taken over over several looks where a user moved more than one asks for', async () => {
      const assets = await photosOf('p1', 60, false);
      await photosOf('p2', 1, false);
      await bench.start({ mostPeople: 2 });
      giveFaces(assets, bench.people()[1]!);
      let moved = 0;
      for (let pass = 0; pass < 3; pass++) {
        const found = await bench.readBack();
        expect(found.distrusted).toBe(0);
        moved += found.movedFaces;
        expect(bench.immich.takeRequests('GET /faces').length).toBeLessThanOrEqual(MOST);
      }
      expect(moved).toBe(60);
    });

    it('are not asked for again where a crop hides the face, nor where ours cannot be written', async () => {
      const [cropped, hidden] = await photosOf('p1', 2, true);
      await photosOf('p1', 1, false);
      Object.assign(cropped!, { isEdited: true });
      bench.faces(cropped!)[0]!.isVisible = false;
      const theirs = addPerson(bench.immich.state, bench.user, { isHidden: true });
      giveFaces([hidden!], theirs);
      await asked({ distrusted: 0 });
      const [face] = bench.faces(hidden!);
      expect(face?.personId).toBe(theirs.id);
      expect(await asked({ distrusted: 0 })).toBe(0);
      bench.immich.state.faces.get(face!.id)!.personId = bench.people()[0]!.id;
      expect(await asked({ distrusted: 0 })).toBe(0);
      // It is shown again, so that the next move is seen at once.
      const grace = addPerson(bench.immich.state, bench.user, { name: 'Grace' });
      giveFaces([hidden!], grace);
      expect(await asked({ movedFaces: 1 })).toBeGreaterThan(0);
    });

    it('are asked for no longer when the worker stops', async () => {
      await reset('p1', 10);
      const stop = new AbortController();
      const { immichLinks } = bench.store;
      const links: ImmichLinks = {
        find: (ownerId, kind, filter, page) => {
          if (typeof filter.immichId === 'object') stop.abort();
          return immichLinks.find(ownerId, kind, filter, page);
        },
        write: (written) => immichLinks.write(written),
        remove: (keys) => immichLinks.remove(keys),
      };
      const { sink, accounts } = await bench.start({ links });
      await expect(sink.readBack(accounts.of(bench.user.id), stop.signal)).rejects.toThrow('abort');
      expect(bench.immich.takeRequests('GET /faces')).toHaveLength(1);
    });
  });
}
