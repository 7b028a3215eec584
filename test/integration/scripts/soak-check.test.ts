import { Queue } from 'bullmq';

import { checkAll, type Findings } from '../../../scripts/soak/check.ts';
import { assetOf, planSoak } from '../../../scripts/soak/jobs.ts';
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
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });
/** The first photo of an owner, alone with the other photos of other owners. */
const plan = planSoak({ jobs: 2, mediaRoot: '', seed: 1 });
const [first, second] = [assetOf(0, plan), assetOf(1, plan)];
const open = makeFaceRecord({ faceId: 'open', personId: null, isNewPerson: false });
const known = makeFaceRecord({ faceId: 'known', personId: 'person-1' }, 2);

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

  const check = (): Promise<Findings> => checkAll(store, results, plan);

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
});
