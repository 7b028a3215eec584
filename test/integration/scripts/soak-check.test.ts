import { Queue } from 'bullmq';

import { checkAll, type Findings } from '../../../scripts/soak/check.ts';
import { DecisionsCheck } from '../../../scripts/soak/decisions.ts';
import { assetOf, planSoak } from '../../../scripts/soak/jobs.ts';
import type { Copy } from '../../../scripts/soak/recordings.ts';
import { People } from '../../../src/identities/journal/people.ts';
import type { PhotoRecord, PhotoView } from '../../../src/identities/photo-record.ts';
import { createLog } from '../../../src/log.ts';
import type { FacesIdentified } from '../../../src/queue/faces-identified.ts';
import type { PeopleChanged } from '../../../src/queue/people-changed.ts';
import {
  createResultPublisher,
  type ResultPublisher,
} from '../../../src/queue/result-publisher.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { makeFaceRecord, makeFact, makePhotoRecord, uncorrected } from '../../helpers/records.ts';
import { seenPhoto } from '../../helpers/seen.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });
/** The first photo of an owner, alone with the other photos of other owners. */
const plan = planSoak({ jobs: 2, mediaRoot: '', seed: 1 });
const [first, second] = [assetOf(0, plan), assetOf(1, plan)];
const open = makeFaceRecord({ faceId: 'open', personId: null, isNewPerson: false });
const known = makeFaceRecord({ faceId: 'known', personId: 'person-1' }, 2);
/** What the nets saw on the first photo; on the other, nobody. */
const copyOf = (number: number): Copy => ({
  seen: seenPhoto(
    number === 0
      ? [open, known].map((face) => ({ ...face, landmarks: [], descriptorRefusal: null }))
      : [],
  ),
  recording: number,
});

describe('what a soak counts', () => {
  let redis: TestRedis;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let store: Store;
  let publisher: ResultPublisher;
  let results: Queue<FacesIdentified | PeopleChanged>;

  beforeEach(async () => {
    redis = await startRedis();
    folder = await tempFolder();
    store = await openStore({ dataDir: folder.path, log });
    const queue = { redis: redis.options, prefix: 'check' };
    const viewOf = (record: PhotoRecord): Promise<PhotoView> =>
      Promise.resolve(uncorrected(record));
    publisher = createResultPublisher({ ...queue, store, viewOf, log });
    results = new Queue('faces-identified', { connection: redis.options, prefix: 'check' });
  });
  afterEach(async () => {
    await results.close();
    await publisher.close();
    await store.close();
    await redis.stop();
    await folder.remove();
  });

  const check = (): Promise<Findings> => checkAll(store, results, { plan, copyOf });

  async function decide(record: Partial<PhotoRecord>, replaces: number | null): Promise<void> {
    const made = makePhotoRecord(record);
    expect(await store.commitPhoto(made, replaces)).toBe('committed');
    await publisher.publish(uncorrected(made));
  }

  test('what the maintenance job decides is neither lost nor doubled', async () => {
    await decide({ ...first, faces: [open, known] }, null);
    await decide({ ...second, faces: [] }, null);
    const merge = makeFact({
      ownerId: first.ownerId,
      sequence: 2,
      body: { kind: 'people-merged', from: 'person-1', into: 'person-2', name: null },
    });
    expect(await store.commitFact(merge)).toBe('committed');
    await publisher.publishFact(merge);
    const found = [{ ...open, personId: 'person-2' }, known];
    await decide({ ...first, sequence: 3, revision: 2, faces: found }, 1);
    const findings = await check();
    expect([...findings.lost, ...findings.doubled]).toEqual([]);
    expect(findings).toMatchObject({ tidied: 2, faces: 2 });
  }, 60_000);

  test('a photo decided twice for nothing is doubled, one without record or result lost', async () => {
    await decide({ ...first, faces: [open, known] }, null);
    await decide({ ...first, sequence: 2, revision: 2, faces: [open, known] }, 1);
    expect(await check()).toMatchObject({
      lost: new Map([[`${second.ownerId}/${second.assetId}`, 'no record']]),
      doubled: new Map([
        [`${first.ownerId}/${first.assetId}`, 'decided again as revision 2 for nothing'],
      ]),
    });
    await results.drain();
    expect((await check()).lost.get(`${first.ownerId}/${first.assetId}`)).toBe(
      'no result of revision 2',
    );
  }, 60_000);

  test('a sequence that nothing holds is a loss', async () => {
    await decide({ ...second, faces: [] }, null);
    await decide({ ...first, faces: [known] }, null);
    await decide({ ...first, sequence: 2, revision: 1, faces: [known] }, 1);
    expect((await check()).lost.get(first.ownerId)).toBe(
      '1 photos, decisions and facts up to sequence 2',
    );
  }, 60_000);

  test('a photo without the faces that were seen is lost, one that nobody added doubled', async () => {
    await decide({ ...first, faces: [open] }, null);
    await decide({ ...second, faces: [] }, null);
    await decide({ ...second, assetId: 'upload-99', sequence: 2, faces: [] }, null);
    expect(await check()).toMatchObject({
      lost: new Map([
        [`${first.ownerId}/${first.assetId}`, 'its faces are not those that were seen'],
      ]),
      doubled: new Map([[`${second.ownerId}/upload-99`, 'nobody asked for it']]),
    });
  }, 60_000);

  test('a result that is there twice, or tells other than the record, is doubled', async () => {
    await decide({ ...first, faces: [open, known] }, null);
    await decide({ ...second, faces: [] }, null);
    const [result] = await results.getWaiting();
    await results.add('faces-identified', result?.data as FacesIdentified);
    const key = `${first.ownerId}/${first.assetId}`;
    expect((await check()).doubled).toEqual(new Map([[key, 'two results of one revision']]));
    await results.drain();
    const other = makePhotoRecord({ ...first, faces: [open, { ...known, personId: 'another' }] });
    await publisher.publish(uncorrected(other));
    expect((await check()).doubled.get(key)).toBe('record and result differ');
  }, 60_000);

  test('a fact is published once: not never, not twice, and none that is not stored', async () => {
    await decide({ ...first, faces: [open, known] }, null);
    const body = { kind: 'person-named', personId: 'person-1', name: 'Ann' } as const;
    const fact = makeFact({ ownerId: first.ownerId, sequence: 2, body });
    expect(await store.commitFact(fact)).toBe('committed');
    const key = `${first.ownerId}/${fact.factId}`;
    expect((await check()).lost.get(key)).toBe('no people-changed job');
    await publisher.publishFact(fact);
    expect((await check()).lost.has(key)).toBe(false);
    const job = (await results.getWaiting()).find(({ name }) => name === 'people-changed');
    await results.add('people-changed', job?.data as PeopleChanged);
    await results.add('people-changed', { ...(job?.data as PeopleChanged), factId: 'no-fact' });
    expect((await check()).doubled).toEqual(
      new Map([
        [key, '2 people-changed jobs'],
        [`${first.ownerId}/no-fact`, 'a people-changed job of no fact'],
      ]),
    );
  }, 60_000);

  test('copies of one recorded face that are several people are told, unless they were merged', () => {
    const merge = makeFact({
      body: { kind: 'people-merged', from: 'person-2', into: 'person-1', name: null },
    });
    const parted = (people: People): [string, number][] => {
      const decisions = new DecisionsCheck(() => copyOf(0));
      const faces = [open, { ...known, personId: 'person-2' }];
      expect(decisions.isAsSeen(0, makePhotoRecord({ faces: [open, known] }), people)).toBe(true);
      expect(decisions.isAsSeen(400, makePhotoRecord({ faces }), people)).toBe(true);
      return [...decisions.parted];
    };
    expect(parted(People.of([]))).toEqual([['owner-a/recording-0/face-1', 2]]);
    expect(parted(People.of([merge]))).toEqual([]);
  });

  test('copies of a face too unclear to vote may be several people', () => {
    const decisions = new DecisionsCheck(() => copyOf(0));
    const quality = { value: 0.44, reasons: ['turned' as const] };
    for (const personId of ['person-1', 'person-2']) {
      const faces = [open, { ...known, quality, personId }];
      expect(decisions.isAsSeen(0, makePhotoRecord({ faces }), People.of([]))).toBe(true);
    }
    expect([...decisions.parted]).toEqual([]);
  });
});
