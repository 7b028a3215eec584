import { setTimeout } from 'node:timers/promises';

import { DESCRIPTOR_REVISION } from '../../../src/descriptors/descriptor.ts';
import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import { decidePhoto } from '../../../src/identities/decide-photo.ts';
import type { Fact, FacePlace } from '../../../src/identities/journal/fact.ts';
import type { Correction } from '../../../src/identities/journal/plan-fact.ts';
import { KnownFaces, type OwnerEntry } from '../../../src/identities/known-faces.ts';
import type { FaceRecord, PhotoRecord } from '../../../src/identities/photo-record.ts';
import { DEFAULT_MATCH } from '../../../src/identities/thresholds.ts';
import { createLog } from '../../../src/log.ts';
import { createCorrector } from '../../../src/pipeline/correct.ts';
import { createPhotoProcessor, type ProcessPhoto } from '../../../src/pipeline/process-photo.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { photosOfPeople } from '../../helpers/library.ts';
import { startMongo, type TestMongo } from '../../helpers/mongodb.ts';
import { tempFolder } from '../../helpers/pictures.ts';

const PHOTOS = 160;
const model = { pack: 'face-api', descriptorRevision: DESCRIPTOR_REVISION };
const log = createLog({ level: 'silent' });
const context = { signal: new AbortController().signal, report: () => undefined };

const MANY = [
  ['sqlite', 4],
  ['sqlite', 16],
  ['mongodb', 4],
] as const;

/** Which faces are one person: by face, the place of its person's first face in a fixed order. */
type Partition = Map<string, string>;

let mongo: TestMongo;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let photos: Map<string, SeenPhoto>;
let stores = 0;

/** Opens one new database `count` times, as as many workers do. */
async function openStores(kind: Store['kind'], count: number): Promise<Store[]> {
  const dataDir = `${folder.path}/${++stores}`;
  const mongodbUri = kind === 'mongodb' ? mongo.newDatabaseUri() : undefined;
  const opened: Store[] = [];
  for (let i = 0; i < count; i++) opened.push(await openStore({ dataDir, mongodbUri, log }));
  return opened;
}

function workerOn(store: Store): ProcessPhoto {
  return createPhotoProcessor({
    store,
    locate: (path) => Promise.resolve(path),
    see: async (path) => {
      // Looking takes its time; SQLite alone would leave no turn to anybody else.
      await setTimeout(1);
      return photos.get(path) as SeenPhoto;
    },
    publish: () => Promise.resolve(),
    match: DEFAULT_MATCH,
    model,
  });
}

/** Lets the workers take the assets in this order from one queue; answers with what is stored. */
async function process(
  assets: readonly string[],
  opened: readonly Store[],
): Promise<PhotoRecord[]> {
  const queue = [...assets];
  await Promise.all(
    opened.map(async (store) => {
      const work = workerOn(store);
      for (let asset = queue.shift(); asset !== undefined; asset = queue.shift()) {
        const task = { kind: 'look', assetId: asset, ownerId: 'owner', path: asset } as const;
        await work({ ...task, runId: asset, skipWhenCurrent: false }, context);
      }
    }),
  );
  const [first] = opened;
  const records = (await first?.readPhotosAfter('owner', 0, assets.length)) ?? [];
  for (const store of opened) await store.close();
  return records;
}

function partitionOf(records: readonly PhotoRecord[]): Partition {
  const faces = [...records]
    .sort((a, b) => (a.assetId < b.assetId ? -1 : 1))
    .flatMap(({ assetId, faces: found }) =>
      found.map(({ personId, box }) => ({ face: `${assetId} ${box.x} ${box.y}`, personId })),
    );
  const firstOf = new Map<string, string>();
  return new Map(
    faces.map(({ face, personId }) => {
      if (personId === null) return [face, `nobody ${face}`];
      if (!firstOf.has(personId)) firstOf.set(personId, face);
      return [face, firstOf.get(personId) ?? face];
    }),
  );
}

/** Share of pairs of faces on which two partitions agree whether they are one person. */
function agreement(a: Partition, b: Partition): number {
  const faces = [...a.keys()];
  let [same, pairs] = [0, 0];
  faces.forEach((one, i) => {
    for (const other of faces.slice(i + 1)) {
      pairs += 1;
      same += Number((a.get(one) === a.get(other)) === (b.get(one) === b.get(other)));
    }
  });
  return same / pairs;
}

/** Pairs that either calls one person, and the share of them that both do. */
function sharedPairs(a: Partition, b: Partition): number {
  const faces = [...a.keys()];
  let [both, either] = [0, 0];
  faces.forEach((one, i) => {
    for (const other of faces.slice(i + 1)) {
      const [inA, inB] = [a.get(one) === a.get(other), b.get(one) === b.get(other)];
      both += Number(inA && inB);
      either += Number(inA || inB);
    }
  });
  return both / either;
}

/** Names, merges, splits and deletes people until it is told to stop; answers how many were done. */
async function correctMeanwhile(store: Store, stop: AbortSignal): Promise<number> {
  const correct = createCorrector({ store, publish: () => Promise.resolve() });
  let made = 0;
  for (let i = 0; !stop.aborted; i++) {
    const faces = await store.listFaces('owner');
    const pick = (n: number): FacePlace | undefined => faces[(i * 7 + n) % (faces.length || 1)];
    const [one, other] = [pick(0), pick(3)];
    await setTimeout(5);
    if (one?.personId == null || other?.personId == null) continue;
    const corrections: Correction[] = [
      { kind: 'person-named', personId: one.personId, name: `Name ${i}` },
      { kind: 'people-merged', from: one.personId, into: other.personId, name: null },
      { kind: 'split', faceIds: [one.faceId] },
      { kind: 'person-deleted', personId: one.personId },
    ];
    // What makes no sense by now is refused; the next one may.
    const outcome = correct('owner', corrections[i % 4] as Correction, 'tester');
    made += await outcome.then(
      () => 1,
      () => 0,
    );
  }
  return made;
}

/** Decides each photo once more with all that stands before it; ids apart, the answer must be the same. */
function replay(records: readonly PhotoRecord[], facts: readonly Fact[]): void {
  const known = new KnownFaces(model);
  const entries: (OwnerEntry & { full?: PhotoRecord })[] = [
    ...records.map(
      (full) => ({ kind: 'photo', sequence: full.sequence, record: full, full }) as const,
    ),
    ...facts.map((fact) => ({ kind: 'fact', sequence: fact.sequence, fact }) as const),
  ];
  for (const entry of entries.sort((a, b) => a.sequence - b.sequence)) {
    expect(entry.sequence).toBe(known.sequence + 1);
    if (entry.full !== undefined) {
      const seen = photos.get(entry.full.assetId) as SeenPhoto;
      const { assetId } = entry.full;
      const input = { seen, former: null, known, assetId, thresholds: DEFAULT_MATCH };
      const again = decidePhoto({ ...input, newId: () => 'new' });
      expect(again.map(deciding)).toEqual(entry.full.faces.map(deciding));
    }
    known.apply(entry);
  }
}

function deciding({ personId, isNewPerson, distance, explanation }: FaceRecord): object {
  return { personId: isNewPerson ? 'new' : personId, isNewPerson, distance, explanation };
}

function expectNobodyFoundedTwice(records: readonly PhotoRecord[]): (string | null)[] {
  const faces = records.flatMap((record) => record.faces);
  const founded = faces.filter(({ isNewPerson }) => isNewPerson).map(({ personId }) => personId);
  expect(new Set(founded).size).toBe(founded.length);
  return founded;
}

function expectEachFoundedOnce(records: readonly PhotoRecord[]): void {
  const founded = expectNobodyFoundedTwice(records);
  const faces = records.flatMap((record) => record.faces);
  expect(new Set(founded)).toEqual(
    new Set(faces.map(({ personId }) => personId).filter((id) => id !== null)),
  );
}

/** How often the person whom a photo is named after was founded: by the largest face of each. */
function foundings(records: readonly PhotoRecord[]): Map<string, number> {
  const founded = new Map<string, number>();
  for (const { assetId, faces } of records) {
    const name = assetId.replace(/_\d+\.\w+$/, '');
    const [largest] = [...faces].sort((a, b) => b.box.width - a.box.width);
    founded.set(name, (founded.get(name) ?? 0) + Number(largest?.isNewPerson === true));
  }
  return founded;
}

/** The clear cases: people of whom one worker makes one person in whatever order. */
function foundedOnceInAll(runs: readonly (readonly PhotoRecord[])[]): string[] {
  const [first, ...others] = runs.map(foundings);
  return [...(first ?? [])]
    .filter(([name, times]) => times === 1 && others.every((run) => run.get(name) === 1))
    .map(([name]) => name);
}

// In a block of its own: what it opens is closed before the file is checked for leaks.
describe('many workers', () => {
  beforeAll(async () => {
    mongo = await startMongo();
    folder = await tempFolder();
    photos = await photosOfPeople(PHOTOS);
  }, 300_000);
  afterAll(async () => {
    await mongo.stop();
    await folder.remove();
  });

  describe.each(['sqlite', 'mongodb'] as const)('with %s', (kind) => {
    test.each([2, 4, 16])(
      '%i workers decide as one would that met the photos in the same order',
      async (workers) => {
        const records = await process([...photos.keys()], await openStores(kind, workers));
        expect(records.map(({ sequence }) => sequence)).toEqual(
          Array.from({ length: photos.size }, (_, i) => i + 1),
        );
        expectEachFoundedOnce(records);
        const order = records.map(({ assetId }) => assetId);
        const alone = await process(order, await openStores(kind, 1));
        expect(partitionOf(records)).toEqual(partitionOf(alone));
      },
      120_000,
    );
  });

  test.each([
    ['sqlite', 1],
    ['sqlite', 4],
    ['sqlite', 16],
    ['mongodb', 1],
    ['mongodb', 4],
    ['mongodb', 16],
  ] as const)(
    'with %s and %i workers each decision has seen every photo and correction before it',
    async (kind, workers) => {
      const opened = await openStores(kind, workers + 2);
      const [reader, corrected, ...others] = opened as [Store, Store, ...Store[]];
      const done = new AbortController();
      const correcting = correctMeanwhile(corrected, done.signal);
      const records = await process([...photos.keys()].slice(0, PHOTOS / 2), others);
      done.abort();
      expect(await correcting).toBeGreaterThan(0);
      expectNobodyFoundedTwice(records);
      replay(records, await reader.readFacts('owner'));
      for (const store of [reader, corrected]) await store.close();
    },
    120_000,
  );

  test('in a random order many workers know the same people and found nobody again', async () => {
    const inOrder = await process([...photos.keys()], await openStores('sqlite', 1));
    const partition = partitionOf(inOrder);
    const orders = [1, 2, 3].map((seed) =>
      [...photos.keys()].sort((a, b) => hash(a, seed) - hash(b, seed)),
    );
    const alone = [inOrder];
    for (const order of orders) alone.push(await process(order, await openStores('sqlite', 1)));
    const clear = foundedOnceInAll(alone);
    expect(clear.length).toBeGreaterThan(0);
    for (const [kind, workers] of MANY) {
      for (const order of orders.slice(0, kind === 'sqlite' ? 3 : 1)) {
        const records = await process(order, await openStores(kind, workers));
        expectEachFoundedOnce(records);
        expect(agreement(partition, partitionOf(records))).toBeGreaterThanOrEqual(0.99);
        expect(sharedPairs(partition, partitionOf(records))).toBeGreaterThan(0.8);
        const founded = foundings(records);
        expect(clear.filter((name) => founded.get(name) !== 1)).toEqual([]);
      }
    }
  }, 240_000);
});

function hash(text: string, seed: number): number {
  let value = seed * 2654435761;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 16777619) >>> 0;
  return value;
}
