import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { Queue, QueueEvents } from 'bullmq';

import type { PersonSummary } from '../../../src/identities/journal/people-list.ts';
import type { FacesIdentified } from '../../../src/queue/faces-identified.ts';
import type { PeopleChanged } from '../../../src/queue/people-changed.ts';
import { createProducer, type Producer } from '../../../src/queue/producer.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

const cli = path.resolve(__dirname, '../../../dist/src/cli.js');
const prefix = `person-${process.pid}`;

describe('the life of a person, by the command line', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let worker: TestWorker;
  let producer: Producer;
  let results: Queue;
  let events: QueueEvents;
  let jobs: QueueEvents;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await tempFolder();
    const media = path.join(folder.path, 'media');
    await mkdir(media);
    await copyFile(samplePhoto(1), path.join(media, 'one.jpg'));
    redis = await startRedis();
    environment = {
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      QUEUE_PREFIX: prefix,
      DATA_DIR: path.join(folder.path, 'data'),
      MEDIA_ROOTS: media,
    };
    worker = await startWorkerProcess(environment);
    const retry = { attempts: 2, backoffMillis: 20 };
    producer = createProducer({ redis: redis.options, prefix, retry });
    results = new Queue('faces-identified', { connection: redis.options, prefix });
    events = new QueueEvents('faces-identified', { connection: redis.options, prefix });
    jobs = new QueueEvents('image-added', { connection: redis.options, prefix });
    await Promise.all([events.waitUntilReady(), jobs.waitUntilReady(), results.waitUntilReady()]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([events.close(), jobs.close(), results.close(), producer.close()]);
    await worker.stop();
    await redis.stop();
    await folder.remove();
  });

  async function run(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
    const { PATH: searchPath = '' } = process.env;
    const child = spawn(process.execPath, [cli, ...args], {
      env: { PATH: searchPath, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number]>,
    ]);
    return { code, output, errors };
  }

  async function people(owner: string): Promise<PersonSummary[]> {
    return JSON.parse((await run('people', '--json', '--owner', owner)).output) as PersonSummary[];
  }

  async function look(assetId: string, ownerId: string): Promise<FacesIdentified> {
    const file = path.join(environment['MEDIA_ROOTS'] ?? '', 'one.jpg');
    const id = await producer.add({ assetId, ownerId, path: file });
    const job = await producer.queue.getJob(id);
    return (await job?.waitUntilFinished(jobs)) as FacesIdentified;
  }

  /** The next job of this name on the result queue. */
  async function published<T>(name: string): Promise<T> {
    for await (const [{ jobId, name: came }] of on(events, 'added')) {
      if (came === name) return (await results.getJob(jobId))?.data as T;
    }
    throw new Error('the stream of events ended');
  }

  async function* on(
    emitter: QueueEvents,
    event: 'added',
  ): AsyncGenerator<[{ jobId: string; name: string }]> {
    for (;;) yield (await once(emitter, event)) as [{ jobId: string; name: string }];
  }

  test('named, re-run, undone: each is told to consumers', async () => {
    await look('a', 'ann');
    await look('b', 'ann');
    const [first] = await people('ann');
    expect(first).toMatchObject({ name: null, photos: 2 });
    const personId = first?.personId ?? '';
    const told = published<PeopleChanged>('people-changed');
    const named = await run('correct', 'name', personId, 'Ada', '--owner', 'ann');
    expect(named).toMatchObject({ code: 0, errors: '' });
    expect(named.output).toContain(`${personId} is named Ada; undo it with: correct undo `);
    expect(await told).toMatchObject({
      ownerId: 'ann',
      by: 'cli',
      people: [{ personId, before: { name: null }, after: { name: 'Ada' } }],
    });
    await look('a', 'ann');
    expect(await people('ann')).toContainEqual(expect.objectContaining({ personId, name: 'Ada' }));
    const factId = /undo (\S+)\s*$/.exec(named.output)?.[1] ?? '';
    expect((await run('correct', 'undo', factId, '--owner', 'ann')).code).toBe(0);
    expect((await people('ann'))[0]?.name).toBeNull();
    expect((await run('history', '--owner', 'ann')).output).toMatch(/undone/);
    const again = await run('correct', 'undo', factId, '--owner', 'ann');
    expect(again.code).toBe(1);
    expect(again.errors).toContain('[CORRECTION_REFUSED]');
    expect((await run('correct', 'name', personId, 'Bea', '--owner', 'bea')).errors).toContain(
      'there is no person',
    );
  }, 60_000);

  test('two faces of one photo are made one person with a word about it', async () => {
    const owner = ['--owner', 'hal'];
    await look('h', 'hal');
    const [one, other] = await people('hal');
    const merged = await run(
      ...['correct', 'merge', one?.personId ?? '', other?.personId ?? '', ...owner],
    );
    expect(merged).toMatchObject({ code: 0, errors: '' });
    expect(merged.output).toContain('on 1 photo two faces are one person now');
    const factId = /undo (\S+)\s*$/.exec(merged.output)?.[1] ?? '';
    const undone = await run('correct', 'undo', factId, ...owner);
    expect(undone).toMatchObject({ code: 0, errors: '' });
    expect(undone.output).not.toContain('note:');
  }, 60_000);

  test('who or what is not known is said so, and faces come with their files', async () => {
    const owner = ['--owner', 'gus'];
    await look('g', 'gus');
    const [one] = await people('gus');
    const file = path.join(environment['MEDIA_ROOTS'] ?? '', 'one.jpg');
    const faces = ['faces', '--person', one?.personId ?? '', ...owner];
    expect((await run(...faces)).output).toContain(file);
    expect(JSON.parse((await run(...faces, '--json')).output)).toMatchObject([{ path: file }]);
    const none = await run('faces', '--person', 'nosuch', ...owner);
    expect(none).toMatchObject({ code: 1, output: '' });
    expect(none.errors).toContain('[PERSON_UNKNOWN] there is no person nosuch');
    expect((await run('remove', 'nosuch', ...owner)).output).toContain(
      'nothing is known of such an asset of owner gus',
    );
  }, 60_000);

  test('a removed asset is gone, and consumers are told', async () => {
    await look('c', 'cyd');
    const told = published<FacesIdentified>('faces-identified');
    expect((await run('remove', 'c', '--owner', 'cyd')).output).toContain('removes asset c');
    expect(await told).toMatchObject({ assetId: 'c', removed: true, revision: 2, faces: [] });
    expect(await people('cyd')).toEqual([]);
  }, 60_000);

  test('a forgotten owner leaves no trace, and others keep theirs', async () => {
    await look('x', 'dan');
    await look('y', 'eve');
    const before = await people('eve');
    const { output } = await run('forget', '--owner', 'dan');
    expect(output).toMatch(/owner dan: 1 photo, 3 faces, 0 corrections, 2 jobs/);
    expect(await people('dan')).toEqual([]);
    expect(await people('eve')).toEqual(before);
    const client = (await results.client) as unknown as {
      keys(pattern: string): Promise<string[]>;
    };
    expect(await client.keys(`${prefix}:*dan*`)).toEqual([]);
    expect(await look('x', 'dan')).toMatchObject({ revision: 1 });
  }, 60_000);

  test('an owner whose jobs are being taken all the while is forgotten too', async () => {
    const missing = path.join(environment['MEDIA_ROOTS'] ?? '', 'missing.jpg');
    const payloads = Array.from({ length: 4000 }, (_, i) => ({
      payload: { assetId: `f${i}`, ownerId: 'fay', path: missing },
    }));
    await producer.addBulk(payloads);
    await look('f', 'fay');
    await producer.addBulk(payloads);
    expect(await run('forget', '--owner', 'fay')).toMatchObject({ code: 0, errors: '' });
    const left = await producer.queue.getJobs();
    expect(left.filter(({ data }) => data.ownerId === 'fay')).toEqual([]);
    expect(await people('fay')).toEqual([]);
  }, 60_000);
});
