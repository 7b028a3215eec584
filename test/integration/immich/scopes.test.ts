import { createAccounts } from '../../../src/immich/accounts.ts';
import { openImmich } from '../../../src/immich/client/open-immich.ts';
import { READING_SCOPES, type Scope } from '../../../src/immich/client/scopes.ts';
import { PEOPLE_PERMISSIONS } from '../../../src/immich/sink/write-one-photo.ts';
import { ALBUM_PERMISSIONS } from '../../../src/immich/sink/write-collections.ts';
import { writingScopes } from '../../../src/immich/sink/writing-scopes.ts';
import type { Log } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { createLog } from '../../../src/log.ts';
import { benchForEach } from '../../helpers/immich/bench-for-each.ts';
import { OTHER_BOX, type SinkBench } from '../../helpers/immich/sink-bench.ts';
import type { StandInAsset } from '../../helpers/immich/state.ts';
import { tempFolder } from '../../helpers/pictures.ts';

const WRITING = writingScopes({ people: true, tags: true, albums: true });
const ALL: readonly Scope[] = [...READING_SCOPES, ...WRITING];
const PERMISSIONS = [...new Set(ALL.map(({ permission }) => permission))];
const SETTINGS = { people: true, tags: true, albums: true };

describe('a key that lacks a permission', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let bench: SinkBench;

  beforeEach(async () => {
    folder = await tempFolder();
  });

  benchForEach(
    () => openStore({ dataDir: folder.path, log: createLog({ level: 'silent' }) }),
    (started) => {
      bench = started;
    },
  );

  afterEach(() => folder.remove());

  /** A key with all that the worker uses but this. */
  const keyWithout = (...permissions: readonly string[]): string =>
    bench.immich.state.addKey(
      bench.user,
      PERMISSIONS.filter((one) => !permissions.includes(one)),
    );

  test('is told each, with what does not work, and nothing else', async () => {
    for (const scope of ALL) {
      const lines: object[] = [];
      const log = { info: () => undefined, warn: (about: object) => lines.push(about) };
      const client = openImmich({ url: bench.immich.url });
      await createAccounts(client, {
        keys: [{ key: keyWithout(scope.permission), label: 'key 1' }],
        scopes: ALL,
        log: log as unknown as Log,
      }).refresh();
      await client.close();
      const named = lines.filter((line) => 'permission' in line);
      const expected = ALL.filter(({ permission }) => permission === scope.permission);
      expect(named).toMatchObject(expected);
      // Whose it is can not even be asked without one of them.
      const refused = lines.filter((line) => 'code' in line);
      expect(refused).toHaveLength(scope.permission === 'user.read' ? 1 : 0);
    }
  });

  /** A user's photos, written by a key without the permissions; then what is asked for, and left. */
  async function writeWithout(...permissions: readonly string[]): Promise<StandInAsset[]> {
    await bench.start({ keys: [keyWithout(...permissions)], settings: SETTINGS });
    const assets = [
      await bench.addPhoto([{ personId: 'p1', faceId: 'f1' }]),
      await bench.addPhoto([
        { personId: 'p1', faceId: 'f2' },
        { personId: 'p2', faceId: 'f3', box: OTHER_BOX },
      ]),
    ];
    await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada' });
    for (const asset of assets) await bench.write(asset);
    return assets;
  }
  const written = (): { faces: number; tags: string[]; albums: string[] } => ({
    faces: bench.immich.state.faces.size,
    tags: [...bench.immich.state.tags.values()].map(({ value }) => value),
    albums: [...bench.immich.state.albums.values()].map(({ albumName }) => albumName),
  });
  const everything = { faces: 3, tags: ['Faces', 'Faces/Ada'], albums: ['Ada'] };
  /** Nobody is on the photos any more. */
  async function takeBack(assets: readonly StandInAsset[]): Promise<void> {
    for (const asset of assets) {
      await bench.lookAgain(asset, []);
      await bench.write(asset);
    }
    await bench.sink.readBack(bench.account, new AbortController().signal);
  }

  test('writes all with all of them, and takes all back', async () => {
    const assets = await writeWithout();
    expect(written()).toEqual(everything);
    await takeBack(assets);
    expect(written()).toEqual({ faces: 0, tags: [], albums: [] });
    expect(bench.people()).toEqual([]);
  });

  test.each([...PEOPLE_PERMISSIONS])('writes no people without %s, and all else', async (lacks) => {
    await writeWithout(lacks);
    expect(written()).toEqual({ ...everything, faces: 0 });
    expect(bench.people()).toEqual([]);
  });

  test.each(['tag.create', 'tag.asset'])(
    'writes no tags without %s, and all else',
    async (lacks) => {
      await writeWithout(lacks);
      expect(written()).toEqual({ ...everything, tags: [] });
    },
  );

  test.each([...ALBUM_PERMISSIONS])('writes no albums without %s, and all else', async (lacks) => {
    await writeWithout(lacks);
    expect(written()).toEqual({ ...everything, albums: [] });
  });

  test.each([
    ['person.delete', { faces: 0, tags: [], albums: [] }],
    ['tag.read', { faces: 0, tags: ['Faces'], albums: [] }],
    ['tag.delete', { faces: 0, tags: ['Faces', 'Faces/Ada'], albums: [] }],
    ['album.delete', { faces: 0, tags: [], albums: ['Ada'] }],
    ['albumAsset.delete', { faces: 0, tags: [], albums: ['Ada'] }],
  ])('takes back all but what needs %s', async (lacks, left) => {
    const assets = await writeWithout(lacks);
    expect(written()).toEqual(everything);
    await takeBack(assets);
    expect(written()).toEqual(left);
    expect(bench.people()).toHaveLength(lacks === 'person.delete' ? 2 : 0);
    const [album] = bench.immich.state.albums.values();
    if (lacks === 'albumAsset.delete') expect(album?.assetIds.size).toBe(2);
  });

  test('a withdrawal remembers what it may not take out, for when it may', async () => {
    await writeWithout('albumAsset.delete');
    const withdraw = async (): Promise<unknown> =>
      bench.sink.withdraw(bench.account, { dryRun: false, signal: new AbortController().signal });
    expect(await withdraw()).toMatchObject({ tagged: 2, inAlbums: 0, left: 2, kept: 1 });
    await bench.start({ keys: [keyWithout()], settings: SETTINGS });
    expect(await withdraw()).toMatchObject({ tagged: 0, inAlbums: 2, left: 0, kept: 0 });
    expect(written()).toEqual({ faces: 0, tags: [], albums: [] });
  });

  test('a withdrawal remembers whom it may not take off a face, for when it may', async () => {
    await bench.start({ keys: [keyWithout('person.delete')] });
    const asset = await bench.addPhoto([{ personId: 'p1' }, { personId: 'p2', box: OTHER_BOX }]);
    const found = bench.detect(asset);
    await bench.write(asset);
    const [person] = bench.people();
    const withdraw = async (): Promise<unknown> =>
      bench.sink.withdraw(bench.account, { dryRun: false, signal: new AbortController().signal });
    const left = { unassigned: 0, leftFaces: 1, people: 0, leftPeople: 2, kept: 0 };
    expect(await withdraw()).toMatchObject({ faces: 1, ...left });
    expect(await withdraw()).toMatchObject({ faces: 0, ...left });
    expect(found.personId).toBe(person?.id);
    await bench.start();
    const rest = { unassigned: 1, leftFaces: 0, people: 2, leftPeople: 0, kept: 0 };
    expect(await withdraw()).toMatchObject(rest);
    expect(found.personId).toBeNull();
    expect(bench.people()).toEqual([]);
    expect(await bench.store.immichLinks.find(bench.user.id, 'face', {})).toEqual([]);
  });

  test('leaves an album its name without album.update', async () => {
    const [asset] = await writeWithout('album.update');
    await bench.correct({ kind: 'person-named', personId: 'p1', name: 'Ada L.' });
    await bench.write(asset!);
    expect(written().albums).toEqual(['Ada']);
    expect(bench.people()).toContainEqual(expect.objectContaining({ name: 'Ada L.' }));
  });
});
