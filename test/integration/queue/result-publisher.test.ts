import { Redis } from 'ioredis';

import type { Fact } from '../../../src/identities/journal/fact.ts';
import { createLog } from '../../../src/log.ts';
import { createCorrector } from '../../../src/pipeline/correct.ts';
import { viewOf } from '../../../src/pipeline/view-of.ts';
import type { FacesIdentified } from '../../../src/queue/faces-identified.ts';
import { createOutboxSender } from '../../../src/queue/outbox.ts';
import type { PeopleChanged } from '../../../src/queue/people-changed.ts';
import {
  createResultPublisher,
  type ResultPublisher,
} from '../../../src/queue/result-publisher.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../../helpers/faults.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { makeFaceRecord, makePhotoRecord } from '../../helpers/records.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });
const owner = 'owner-a';
/** Only what a connection or a call sets going. */
const NEVER_MILLIS = 2 ** 31 - 1;

let folder: Awaited<ReturnType<typeof tempFolder>>;
let store: Store;
let redis: TestRedis;
let opened: { close(): Promise<unknown> }[];

beforeEach(async () => {
  redis = await startRedis();
  folder = await tempFolder();
  store = await openStore({ dataDir: folder.path, log });
  opened = [];
});
afterEach(async () => {
  for (const one of opened) await one.close();
  await store.close();
  await redis.stop();
  await folder.remove();
});

function open(from = store): ResultPublisher {
  const publisher = createResultPublisher({
    ...{ redis: redis.options, prefix: 'results', store: from, log },
    sweepEveryMillis: NEVER_MILLIS,
    viewOf: (record) => viewOf(record, from),
  });
  opened.push(publisher);
  return publisher;
}

/** Once what was there at the connection was swept. */
async function openSwept(): Promise<ResultPublisher> {
  const publisher = open();
  await until(async () => (await store.readResultRedis('results')) !== null);
  return publisher;
}

async function openAnotherStore(): Promise<Store> {
  const other = await tempFolder();
  const opening = await openStore({ dataDir: other.path, log });
  opened.push({ close: () => opening.close().then(() => other.remove()) });
  return opening;
}

/** What waits, the first first. */
async function waiting({ queue }: ResultPublisher): Promise<(FacesIdentified | PeopleChanged)[]> {
  return (await queue.getWaiting()).map(({ data }) => data);
}

async function sequences(publisher: ResultPublisher): Promise<number[]> {
  return (await waiting(publisher)).flatMap((data) => ('factId' in data ? [data.sequence] : []));
}

/** Whose the faces are to a consumer that does as the README says. */
function consume(jobs: readonly (FacesIdentified | PeopleChanged)[]): Record<string, unknown> {
  const known = new Map<string, { person: string | null; asOf: number }>();
  for (const data of jobs) {
    const asOf = 'factId' in data ? data.sequence : data.asOf;
    for (const face of data.faces) {
      const person = 'after' in face ? face.after : face.personId;
      if (asOf >= (known.get(face.faceId)?.asOf ?? 0)) known.set(face.faceId, { person, asOf });
    }
  }
  return Object.fromEntries([...known].map(([faceId, { person }]) => [faceId, person]));
}

const toCli = (): Promise<void> => Promise.resolve();

function name(to: string, publish: (fact: Fact) => Promise<void>): Promise<Fact> {
  const correct = createCorrector({ store, publish });
  return correct(owner, { kind: 'person-named', personId: 'person-1', name: to }, 'tester');
}

describe('changes of people', () => {
  beforeEach(async () => {
    await store.commitPhoto(makePhotoRecord(), null);
  });

  test('go out in their order, also where an earlier one waits for the sweep', async () => {
    const publisher = await openSwept();
    await name('Ada', toCli);
    await name('Ada Lovelace', toCli);
    await name('Lady Lovelace', (fact) => publisher.publishFact(fact));
    expect(await sequences(publisher)).toEqual([2, 3, 4]);
    expect(await store.findUnpublishedFacts(9)).toEqual([]);
  }, 60_000);

  test('go out in their order from several workers', async () => {
    const workers = [await openSwept(), await openSwept(), await openSwept()];
    for (let i = 0; i < 20; i++) await name(`Ada ${i}`, toCli);
    const facts = await store.readFacts(owner);
    await Promise.all(
      facts.map((fact, i) => (workers[i % workers.length] as ResultPublisher).publishFact(fact)),
    );
    expect(await sequences(workers[0] as ResultPublisher)).toEqual(facts.map((f) => f.sequence));
  }, 60_000);

  test('of other owners do not go with them', async () => {
    const publisher = await openSwept();
    await store.commitPhoto(makePhotoRecord({ ownerId: 'owner-b' }), null);
    const correct = createCorrector({ store, publish: toCli });
    await correct('owner-b', { kind: 'person-named', personId: 'person-1', name: 'B' }, 'tester');
    await name('Ada', (fact) => publisher.publishFact(fact));
    expect(await waiting(publisher)).toMatchObject([{ assetId: 'asset-1' }, { ownerId: owner }]);
  }, 60_000);

  test('stay to be sent where Redis refuses them, and go before the next', async () => {
    const publisher = await openSwept();
    const { queue } = publisher;
    const publishFact = (fact: Fact): Promise<void> => publisher.publishFact(fact);
    const admin = new Redis(redis.options);
    // Each job is counted before it is written; what is no number cannot be.
    await admin.set(queue.toKey('id'), 'held');
    const fact = await name('Ada', publishFact);
    expect(await store.findUnpublishedFacts(9)).toEqual([fact]);
    await admin.del(queue.toKey('id'));
    admin.disconnect();
    await name('Ada Lovelace', publishFact);
    expect((await queue.getWaiting()).slice(-2).map(({ data }) => data)).toMatchObject([
      { sequence: 2 },
      { sequence: 3 },
    ]);
  }, 60_000);

  test('stay to be sent until Redis has them', async () => {
    const publisher = await openSwept();
    const { port } = redis;
    await redis.stop();
    const fact = await name('Ada', (one) => publisher.publishFact(one));
    expect(await store.findUnpublishedFacts(9)).toEqual([fact]);
    redis = await startRedis({ port });
    await until(async () => (await store.findUnpublishedFacts(9)).length === 0);
    expect(await sequences(publisher)).toEqual([2]);
  }, 60_000);
});

describe('results', () => {
  const other = makePhotoRecord({
    ...{ assetId: 'asset-2', sequence: 2 },
    faces: [makeFaceRecord({}, 2)],
  });
  const assign = (publish: (fact: Fact) => Promise<void>): Promise<Fact> =>
    createCorrector({ store, publish })(
      owner,
      { kind: 'faces-assigned', faceIds: ['face-2'], personId: 'person-1' },
      'tester',
    );
  beforeEach(async () => {
    await store.commitPhoto(makePhotoRecord(), null);
    await store.markPublished(owner, 'asset-1', 1);
    await store.commitPhoto(other, null);
  });

  test('that were overtaken by a correction do not bring back what was', async () => {
    await store.markPublished(owner, 'asset-2', 1);
    const publisher = await openSwept();
    const before = await viewOf(other, store);
    await assign((fact) => publisher.publishFact(fact));
    await publisher.publish(before);
    const jobs = await waiting(publisher);
    expect(jobs).toMatchObject([{ sequence: 3 }, { asOf: 0, faces: [{ personId: 'person-2' }] }]);
    expect(consume(jobs)).toEqual({ 'face-2': 'person-1' });
    expect(consume(jobs.toReversed())).toEqual({ 'face-2': 'person-1' });
  }, 60_000);

  test('that waited tell whose the faces are now, and up to which correction', async () => {
    const { sequence } = await assign(toCli);
    const publisher = open();
    await until(async () => (await store.findUnpublishedFacts(9)).length === 0);
    expect(await waiting(publisher)).toMatchObject([
      { assetId: 'asset-2', asOf: sequence, faces: [{ faceId: 'face-2', personId: 'person-1' }] },
      { sequence },
    ]);
  }, 60_000);
});

test('a store begun anew finds its results taken though the queue holds those of the last one', async () => {
  const anew = await openAnotherStore();
  const correction = { kind: 'person-named', personId: 'person-1', name: 'Ada' } as const;
  for (const [of, decidedAt] of [
    [store, '2024-05-06T07:08:09.000Z'],
    [anew, '2024-05-06T07:08:09.001Z'],
  ] as const) {
    await of.commitPhoto(makePhotoRecord({ decidedAt }), null);
    await createCorrector({ store: of, publish: toCli })(owner, correction, 'tester');
    const publisher = open(of);
    await until(async () => (await of.findUnpublishedFacts(9)).length === 0);
    await publisher.publish(await viewOf(makePhotoRecord({ decidedAt }), of));
    await publisher.close();
    opened.splice(opened.indexOf(publisher), 1);
  }
  const queue = open().queue;
  expect((await queue.getWaiting()).map(({ name }) => name)).toEqual([
    ...['faces-identified', 'people-changed'],
    ...['faces-identified', 'people-changed'],
  ]);
}, 60_000);

test('of an owner who is forgotten while the outbox is swept nothing goes out any more', async () => {
  for (let sequence = 1; sequence <= 60; sequence++) {
    const photo = { ownerId: owner, assetId: `a${sequence}`, runId: `r${sequence}`, sequence };
    await store.commitPhoto(makePhotoRecord({ ...photo, faces: [] }), null);
  }
  await store.commitPhoto(makePhotoRecord({ ownerId: 'owner-b', faces: [] }), null);
  const sent: string[] = [];
  const outbox = createOutboxSender({
    store,
    viewOf: (record) => viewOf(record, store),
    add: async (_name, data) => {
      sent.push(data.ownerId);
      if (sent.length === 5) await store.forgetOwner(owner);
    },
  });
  await outbox.sendAll(() => false);
  expect(sent).toEqual([...Array<string>(5).fill(owner), 'owner-b']);
});
