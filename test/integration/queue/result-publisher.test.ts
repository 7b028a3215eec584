import { People } from '../../../src/identities/journal/people.ts';
import type { Fact } from '../../../src/identities/journal/fact.ts';
import { createLog } from '../../../src/log.ts';
import { createCorrector } from '../../../src/pipeline/correct.ts';
import {
  createResultPublisher,
  type ResultPublisher,
} from '../../../src/queue/result-publisher.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../../helpers/faults.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { makePhotoRecord } from '../../helpers/records.ts';
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

function open(): ResultPublisher {
  const publisher = createResultPublisher({
    ...{ redis: redis.options, prefix: 'results', store, log },
    sweepEveryMillis: NEVER_MILLIS,
    viewOf: async (record) => People.of(await store.readFacts(owner)).viewOf(record),
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

/** What waits, the first first. */
async function waiting({ queue }: ResultPublisher): Promise<Record<string, unknown>[]> {
  return (await queue.getWaiting()).map(({ data }) => data as unknown as Record<string, unknown>);
}

async function sequences(publisher: ResultPublisher): Promise<unknown[]> {
  const told = (await waiting(publisher)).filter((data) => 'factId' in data);
  return told.map(({ sequence }) => sequence);
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
