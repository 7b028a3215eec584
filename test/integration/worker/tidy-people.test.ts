import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { startMongo, type TestMongo } from '../../helpers/mongodb.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { unitDescriptor } from '../../helpers/records.ts';
import { blurred, descriptorAt, seenFace, seenPhoto } from '../../helpers/seen.ts';
import { TidyWorker } from '../../helpers/tidy.ts';

const log = createLog({ level: 'silent' });
const ada = unitDescriptor(1);
const bob = unitDescriptor(2);
/** Too far from `ada` to join, near enough to be merged. */
const adaAgain = descriptorAt(ada, 0.356, 7);

const photo = (name: string, ...faces: Float32Array[]): SeenPhoto =>
  seenPhoto(
    faces.map((descriptor, column) => seenFace(descriptor, column)),
    name,
  );
/** Ada in two fragments, and Bob. */
const fragments = (): Map<string, SeenPhoto> =>
  new Map([
    ['a', photo('a', ada)],
    ['b', photo('b', adaAgain)],
    ['c', photo('c', bob)],
  ]);

describe.each(['sqlite', 'mongodb'] as const)('tidying with %s', (kind) => {
  let mongo: TestMongo | undefined;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let stores: Store[] = [];
  let databases = 0;
  let open: () => Promise<Store>;
  beforeAll(async () => {
    folder = await tempFolder();
    if (kind === 'mongodb') mongo = await startMongo();
  }, 60_000);
  afterAll(async () => {
    await mongo?.stop();
    await folder.remove();
  });
  beforeEach(() => {
    const dataDir = `${folder.path}/${++databases}`;
    const mongodbUri = mongo?.newDatabaseUri();
    open = async () => {
      const store = await openStore({ dataDir, mongodbUri, log });
      stores.push(store);
      return store;
    };
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    stores = [];
  });

  async function workerOn(photos: ReadonlyMap<string, SeenPhoto>): Promise<TidyWorker> {
    const worker = new TidyWorker(await open(), photos);
    await worker.lookAtAll();
    return worker;
  }

  test('fragments of an unnamed person are merged with the reasons, once, and told to consumers', async () => {
    const worker = await workerOn(fragments());
    const [first, second] = [await worker.whose('a'), await worker.whose('b')];
    expect(first).not.toBe(second);
    const planned = await new TidyWorker(await open(), fragments()).tidy({ dryRun: true });
    expect(await worker.whose('b')).toBe(second);
    const { merges } = await worker.tidy();
    expect(merges).toEqual(planned.merges);
    expect(worker.facts).toMatchObject([
      {
        by: 'machine',
        body: {
          kind: 'people-merged',
          evidence: {
            limitDistance: 0.36,
            faces: [1, 1],
            crowdDistance: null,
            otherDistance: null,
          },
        },
        changes: { people: [{ after: { mergedInto: await worker.whose('a') } }] },
      },
    ]);
    expect(merges[0]?.evidence.distance).toBeCloseTo(0.356, 3);
    expect(await worker.whose('a')).toBe(await worker.whose('b'));
    expect(await worker.whose('c')).not.toBe(await worker.whose('a'));
    expect(await worker.tidy()).toMatchObject({ merges: [], photos: [] });
    expect((await new TidyWorker(await open(), fragments()).tidy()).merges).toEqual([]);
  });

  test('a merge of its own that a user takes back is never made again, nor proposed', async () => {
    const worker = await workerOn(fragments());
    await worker.tidy();
    await worker.correct({ kind: 'undone', factId: worker.facts[0]?.factId ?? '' });
    for (const again of [worker, new TidyWorker(await open(), fragments())]) {
      expect((await again.tidy()).merges).toEqual([]);
      expect(await again.review.proposeMerges('owner', 10)).toEqual([]);
    }
    expect(await worker.whose('a')).not.toBe(await worker.whose('b'));
  });

  test.each<[string, (worker: TidyWorker) => Promise<unknown>, string | null]>([
    [
      'they were told apart',
      async (worker) =>
        worker.correct({
          kind: 'people-distinct',
          personA: await worker.whose('a'),
          personB: await worker.whose('b'),
        }),
      null,
    ],
    [
      'a user made them one and parted them again',
      async (worker) => {
        const [from, into] = [await worker.whose('b'), await worker.whose('a')];
        const merge = { kind: 'people-merged', from, into, name: null } as const;
        const { factId } = await worker.correct(merge);
        await worker.correct({ kind: 'undone', factId });
      },
      'parted-again',
    ],
    [
      "a face of one is denied to be the other's",
      async (worker) => {
        const [place] = await (
          await open()
        ).listFaces('owner', {
          faceIds: [],
          personIds: [await worker.whose('b')],
        });
        const faceId = place?.faceId ?? '';
        await worker.correct({
          kind: 'faces-denied',
          faceIds: [faceId],
          personId: await worker.whose('a'),
        });
      },
      null,
    ],
    [
      'one is hidden',
      async (worker) =>
        worker.correct({ kind: 'person-hidden', personId: await worker.whose('a'), hidden: true }),
      null,
    ],
    [
      'both are named, even alike',
      async (worker) => {
        for (const asset of ['a', 'b']) {
          const personId = await worker.whose(asset);
          await worker.correct({ kind: 'person-named', personId, name: 'Ada' });
        }
      },
      'both-named',
    ],
  ])('nothing is merged when %s', async (_what, correct, proposed) => {
    const worker = await workerOn(fragments());
    await correct(worker);
    expect((await worker.tidy()).merges).toEqual([]);
    const proposals = await worker.review.proposeMerges('owner', 10);
    expect(proposals.map(({ reason }) => reason)).toEqual(proposed === null ? [] : [proposed]);
  });

  test('an unnamed fragment goes to the named person, who stays', async () => {
    const worker = await workerOn(fragments());
    const named = await worker.whose('b');
    await worker.correct({ kind: 'person-named', personId: named, name: 'Ada' });
    expect((await worker.tidy()).merges).toMatchObject([{ into: named }]);
  });

  test('two who stand on one photo are not one, not even one of poor quality', async () => {
    const photos = fragments();
    const poor = blurred(seenFace(descriptorAt(adaAgain, 0.1, 9), 1));
    photos.set('d', seenPhoto([seenFace(descriptorAt(ada, 0.1, 8)), poor], 'd'));
    const worker = await workerOn(photos);
    expect(await worker.whose('d', 1)).toBe(await worker.whose('b'));
    expect((await worker.tidy()).merges).toEqual([]);
    const proposals = await worker.review.proposeMerges('owner', 10);
    expect(proposals.map(({ reason }) => reason)).toEqual(['on-one-photo']);
  });

  test('between two who cannot be one, a fragment as near to both stays by itself', async () => {
    const near = (seed: number): Float32Array => descriptorAt(bob, 0.356, seed);
    const photos = new Map([
      ['both', photo('both', near(21), near(22))],
      ['middle', photo('middle', bob)],
    ]);
    const worker = await workerOn(photos);
    expect((await worker.tidy()).merges).toEqual([]);
    const reasons = (await worker.review.proposeMerges('owner', 10)).map(({ reason }) => reason);
    expect(new Set(reasons)).toEqual(new Set(['another-as-near']));
  });

  test("a poor face that was nobody's joins a person who was met later, as a new revision", async () => {
    const photos = new Map([
      ['poor', seenPhoto([blurred(seenFace(descriptorAt(ada, 0.1, 5)))], 'poor')],
      ['good', photo('good', ada)],
    ]);
    const worker = await workerOn(photos);
    expect(await worker.whose('poor')).toBe('nobody');
    const { photos: decided } = await worker.tidy();
    expect(decided).toMatchObject([
      { assetId: 'poor', revision: 2, faces: [{ explanation: { rule: 'matched' } }] },
    ]);
    expect(worker.published.at(-1)).toEqual(decided[0]);
    expect(await worker.whose('poor')).toBe(await worker.whose('good'));
    expect((await worker.tidy()).photos).toEqual([]);
  });

  test('a moved quality setting counts for faces that are stored', async () => {
    const face = { ...seenFace(bob), quality: { value: 0.4, reasons: ['small' as const] } };
    const photos = new Map([
      ['a', seenPhoto([face], 'a')],
      ['b', photo('b', descriptorAt(bob, 0.2, 4))],
    ]);
    const strict = new TidyWorker(await open(), photos);
    await strict.look('a');
    expect(await strict.whose('a')).toBe('nobody');
    const lenient = new TidyWorker(await open(), photos, { leastQuality: 0.3 });
    expect((await lenient.tidy()).photos).toMatchObject([{ faces: [{ isNewPerson: true }] }]);
    await lenient.look('b');
    expect(await lenient.whose('b')).toBe(await lenient.whose('a'));
    // With the stricter setting again, the face has its person but speaks for nobody.
    const back = new TidyWorker(await open(), photos);
    expect((await back.tidy()).merges).toEqual([]);
    expect(await back.whose('a')).toBe(await back.whose('b'));
  });

  test('four workers that tidy while photos and corrections come do it once, against no word of a user', async () => {
    const photos = new Map<string, SeenPhoto>();
    for (let person = 0; person < 12; person++) {
      const one = unitDescriptor(100 + person);
      photos.set(`${person} a`, photo(`${person} a`, one));
      photos.set(`${person} b`, photo(`${person} b`, descriptorAt(one, 0.356, 300 + person)));
      photos.set(`${person} c`, photo(`${person} c`, descriptorAt(one, 0.356, 600 + person)));
    }
    const late = new Map([...photos].filter(([name]) => name.endsWith('c')));
    const early = new Map([...photos].filter(([name]) => !name.endsWith('c')));
    const first = await workerOn(early);
    const tell = async (person: number): Promise<unknown> => {
      const [personA, personB] = [
        await first.whose(`${person} a`),
        await first.whose(`${person} b`),
      ];
      return first.correct({ kind: 'people-distinct', personA, personB }).catch(() => 'merged');
    };
    const workers = await Promise.all(
      [1, 2, 3, 4].map(async () => new TidyWorker(await open(), late)),
    );
    const told = await Promise.all([
      tell(0),
      tell(1),
      ...workers.map((worker) => worker.tidy()),
      ...[...late.keys()].map((name, i) => workers[i % 4]?.look(name)),
    ]);
    for (const worker of workers) await worker.tidy();
    const facts = workers.flatMap((worker) => worker.facts);
    const merged = facts.map(({ body }) => (body.kind === 'people-merged' ? body.from : ''));
    expect(new Set(merged).size).toBe(merged.length);
    for (let person = 0; person < 12; person++) {
      const ids = [await first.whose(`${person} a`), await first.whose(`${person} b`)];
      const apart = person < 2 && told[person] !== 'merged';
      expect([person, new Set(ids).size]).toEqual([person, apart ? 2 : 1]);
    }
    const entries = await (await open()).readEntriesAfter('owner', 0, 1000);
    expect(new Set(entries.map(({ sequence }) => sequence)).size).toBe(entries.length);
    expect((await first.tidy()).merges).toEqual([]);
  }, 60_000);
});
