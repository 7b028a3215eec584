import { DEFAULT_MATCH } from '../../../src/identities/thresholds.ts';
import type { PhotoRecord } from '../../../src/identities/photo-record.ts';
import { createLog } from '../../../src/log.ts';
import { createCorrector } from '../../../src/pipeline/correct.ts';
import { createPhotoProcessor } from '../../../src/pipeline/process-photo.ts';
import { resultJobId } from '../../../src/queue/faces-identified.ts';
import { parseImageAdded } from '../../../src/queue/image-added.ts';
import { factJobId } from '../../../src/queue/people-changed.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { startMongo, type TestMongo } from '../../helpers/mongodb.ts';
import { ODD_IDS } from '../../helpers/odd-ids.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import {
  makeFact,
  makeFaceRecord,
  makePhotoRecord,
  unitDescriptor,
} from '../../helpers/records.ts';
import { seenFace, seenPhoto } from '../../helpers/seen.ts';

/** Enough to meet every pair in which one part of an id wanders over the border. */
const ASSETS = ODD_IDS.slice(0, 6);
const log = createLog({ level: 'silent' });

test('job ids of results and of corrections never meet', () => {
  const ids: string[] = [];
  for (const ownerId of ODD_IDS) {
    for (const assetId of ODD_IDS) {
      for (const revision of [1, 11]) {
        ids.push(resultJobId(makePhotoRecord({ ownerId, assetId, revision })));
      }
    }
    const body = { kind: 'person-deleted', personId: 'p' } as const;
    for (const sequence of [1, 11]) ids.push(factJobId(makeFact({ ownerId, sequence, body })));
  }
  expect(new Set(ids).size).toBe(ids.length);
  // What BullMQ refuses.
  expect(ids.filter((id) => id.includes(':') || /^\d+$/.test(id))).toEqual([]);
});

test('every odd id is taken at the door, but for what no store keeps as it is', () => {
  for (const id of ODD_IDS) {
    expect(parseImageAdded({ assetId: id, ownerId: id })).toEqual({ assetId: id, ownerId: id });
  }
  for (const id of ['a\0', '\0', 'a\ud800', '', 'x'.repeat(256)]) {
    expect(() => parseImageAdded({ assetId: id })).toThrow(/assetId/);
    expect(() => parseImageAdded({ assetId: 'a', ownerId: id })).toThrow(/ownerId/);
  }
});

describe.each<Store['kind']>(['sqlite', 'mongodb'])('owners in %s', (kind) => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let mongo: TestMongo | undefined;
  let store: Store;

  beforeAll(async () => {
    folder = await tempFolder();
    if (kind === 'mongodb') mongo = await startMongo();
  }, 120_000);
  afterAll(async () => {
    await mongo?.stop();
    await folder.remove();
  });
  let databases = 0;
  beforeEach(async () => {
    const dataDir = `${folder.path}/${++databases}`;
    store = await openStore({ dataDir, mongodbUri: mongo?.newDatabaseUri(), log });
  });
  afterEach(() => store.close());

  /** The same picture with the same ids of assets, faces and people and the same descriptor. */
  const photoOf = (ownerId: string, assetId: string, sequence: number): PhotoRecord =>
    makePhotoRecord({
      ownerId,
      assetId,
      sequence,
      path: `${ownerId} | ${assetId}`,
      faces: [makeFaceRecord({ faceId: `face of ${assetId}` })],
    });

  test('ids that look alike stay apart in every answer', async () => {
    const photos = new Map<string, PhotoRecord[]>();
    for (const ownerId of ODD_IDS) {
      const theirs = ASSETS.map((assetId, i) => photoOf(ownerId, assetId, i + 1));
      for (const photo of theirs) expect(await store.commitPhoto(photo, null)).toBe('committed');
      const body = { kind: 'person-named', personId: 'person-1', name: ownerId } as const;
      const sequence = theirs.length + 1;
      const fact = makeFact({ ownerId, sequence, factId: 'same', body });
      expect(await store.commitFact(fact)).toBe('committed');
      photos.set(ownerId, theirs);
    }
    for (const [ownerId, theirs] of photos) {
      expect(await store.readPhotosAfter(ownerId, 0, 1000)).toEqual(theirs);
      const entries = await store.readEntriesAfter(ownerId, 0, 1000);
      expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      const [fact] = await store.readFacts(ownerId);
      expect(fact).toMatchObject({ ownerId, body: { name: ownerId } });
      expect(await store.headSequence(ownerId)).toBe(7);
      expect(await store.countPhotos(ownerId)).toBe(ASSETS.length);
      expect(await store.listFaces(ownerId)).toHaveLength(ASSETS.length);
      for (const photo of theirs) {
        expect(await store.findPhoto(ownerId, photo.assetId)).toEqual(photo);
      }
    }
    const [one = '', ...others] = ODD_IDS;
    await store.markPublished(one, ASSETS[0] ?? '', 1);
    await store.markFactPublished(one, 'same');
    const all = ODD_IDS.length;
    expect(await store.findUnpublished(10_000)).toHaveLength(all * ASSETS.length - 1);
    expect(await store.findUnpublishedFacts(10_000)).toHaveLength(all - 1);
    expect(await store.forgetOwner(one)).toEqual({ photos: 6, faces: 6, facts: 1 });
    expect(await store.findPhoto(one, ASSETS[0] ?? '')).toBeNull();
    expect(await store.countPhotos()).toBe(others.length * ASSETS.length);
    expect(await store.findUnpublishedFacts(10_000)).toHaveLength(others.length);
  }, 300_000);

  test("nobody's ids open anything of somebody else's", async () => {
    await store.commitPhoto(photoOf('ada', 'a', 1), null);
    await store.commitPhoto(photoOf('bob', 'b', 1), null);
    const adas = { faceIds: ['face of a'], personIds: [] };
    expect(await store.listFaces('bob', adas)).toEqual([]);
    expect(await store.listFaces('ada', adas)).toHaveLength(1);
    expect(await store.findPhoto('bob', 'a')).toBeNull();
    const taken = await store.commitPhoto(photoOf('bob', 'a', 2), 1);
    expect(taken).toBe('conflict');
    await store.markPublished('bob', 'a', 1);
    await store.markFactPublished('bob', 'face of a');
    expect(await store.findUnpublished(10)).toHaveLength(2);
    const correct = createCorrector({ store, publish: () => Promise.resolve() });
    await expect(
      correct('bob', { kind: 'split', faceIds: ['face of a'] }, 'bob'),
    ).rejects.toMatchObject({ code: 'CORRECTION_REFUSED' });
    await correct('bob', { kind: 'person-named', personId: 'person-1', name: 'Bobby' }, 'bob');
    await correct('bob', { kind: 'person-deleted', personId: 'person-1' }, 'bob');
    expect(await store.readFacts('ada')).toEqual([]);
    expect(await store.headSequence('ada')).toBe(1);
    const factId = (await store.readFacts('bob'))[0]?.factId ?? '';
    await expect(correct('ada', { kind: 'undone', factId }, 'ada')).rejects.toMatchObject({
      code: 'CORRECTION_REFUSED',
    });
  }, 60_000);

  test('the same face is two people to two owners, through the whole protocol', async () => {
    const work = createPhotoProcessor({
      store,
      locate: (path) => Promise.resolve(path),
      see: () => Promise.resolve(seenPhoto([seenFace(unitDescriptor(5))])),
      publish: () => Promise.resolve(),
      match: DEFAULT_MATCH,
      model: { pack: 'face-api', descriptorRevision: 1 },
    });
    const look = async (ownerId: string, assetId: string): Promise<PhotoRecord> =>
      work(
        {
          kind: 'look',
          ownerId,
          assetId,
          path: '/same.jpg',
          runId: 'same-run',
          skipWhenCurrent: true,
        },
        { signal: new AbortController().signal, report: () => undefined },
      );
    const owners = ['ada', 'Ada', 'ada.', 'a.da', '\u00e9', 'e\u0301'];
    const people = new Set<string | null | undefined>();
    for (const ownerId of owners) {
      const [first, second] = [await look(ownerId, 'asset'), await look(ownerId, 'asset-2')];
      expect(first.faces[0]).toMatchObject({ isNewPerson: true, nearestFaceId: null });
      expect(second.faces[0]).toMatchObject({
        isNewPerson: false,
        personId: first.faces[0]?.personId,
      });
      people.add(first.faces[0]?.personId);
    }
    expect(people.size).toBe(owners.length);
  }, 60_000);
});
