import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { backfill } from '../../../src/commands/backfill.ts';
import { createLog } from '../../../src/log.ts';
import type { FacesIdentified } from '../../../src/queue/faces-identified.ts';
import { createProducer, type Producer } from '../../../src/queue/producer.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { ODD_IDS } from '../../helpers/odd-ids.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { makePhotoRecord } from '../../helpers/records.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

const PREFIX = 'edge-owners';
const CLI = path.resolve(__dirname, '../../../dist/src/cli.js');
/** A path segment that HTTP clients take out of the address before they ask. */
const reachable = ODD_IDS.filter((id) => !['.', '..'].includes(id));

describe('owners at the doors', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let producer: Producer;
  let worker: TestWorker;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await tempFolder();
    await mkdir(path.join(folder.path, 'media'));
    await copyFile(samplePhoto(1), path.join(folder.path, 'media', 'one.jpg'));
    redis = await startRedis();
    environment = {
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      QUEUE_PREFIX: PREFIX,
      DATA_DIR: path.join(folder.path, 'data'),
      MEDIA_ROOTS: path.join(folder.path, 'media'),
      UPLOAD_WAIT_MILLIS: '60000',
      VISION_CHILDREN: '1',
    };
    const store = await openStore({
      dataDir: path.join(folder.path, 'data'),
      log: createLog({ level: 'silent' }),
    });
    const assets = ODD_IDS.slice(0, 6);
    for (const ownerId of ODD_IDS) {
      for (const [i, assetId] of assets.entries()) {
        await store.commitPhoto(makePhotoRecord({ ownerId, assetId, sequence: i + 1 }), null);
      }
    }
    for (const [i, assetId] of reachable.slice(assets.length).entries()) {
      const sequence = assets.length + i + 1;
      await store.commitPhoto(makePhotoRecord({ ownerId: 'a', assetId, sequence }), null);
    }
    await store.close();
    producer = createProducer({
      redis: redis.options,
      prefix: PREFIX,
      retry: { attempts: 1, backoffMillis: 0 },
    });
    worker = await startWorkerProcess(environment);
  }, 120_000);
  afterAll(async () => {
    await worker.stop();
    await producer.close();
    await redis.stop();
    await folder.remove();
  });

  const ask = async (
    assetId: string,
    query: string,
  ): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${worker.address}/photos/${encodeURIComponent(assetId)}${query}`);
    return { status: answer.status, body: await answer.json() };
  };
  const ofOwner = (ownerId: string): string => `?ownerId=${encodeURIComponent(ownerId)}`;

  async function post(
    ownerId: string,
    body: string | Uint8Array<ArrayBuffer>,
    type: string,
  ): Promise<FacesIdentified> {
    const query = type === 'application/json' ? '' : ofOwner(ownerId);
    const headers = { 'content-type': type };
    const answer = await fetch(`${worker.address}/photos${query}`, {
      method: 'POST',
      headers,
      body,
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as FacesIdentified;
  }

  test('GET /photos answers with the photo of that owner and of no other', async () => {
    for (const ownerId of ODD_IDS) {
      const { status, body } = await ask('a', ofOwner(ownerId));
      expect([ownerId, status, (body as FacesIdentified).ownerId]).toEqual([ownerId, 200, ownerId]);
    }
    for (const assetId of reachable) {
      const { status, body } = await ask(assetId, ofOwner('a'));
      expect([assetId, status, (body as FacesIdentified).assetId]).toEqual([assetId, 200, assetId]);
    }
    expect((await ask('a', ofOwner('nobody'))).status).toBe(404);
    expect((await ask('a', '')).status).toBe(404);
  }, 60_000);

  test('an owner that is no single text is refused', async () => {
    for (const query of ['?ownerId=a&ownerId=b', '?ownerId=', `?ownerId=${'x'.repeat(256)}`]) {
      expect((await ask('a', query)).status).toBe(400);
    }
    // No nested parameters: these name no owner at all.
    for (const query of ['?ownerId[$ne]=x', '?ownerId.$gt=']) {
      expect((await ask('a', query)).status).toBe(404);
    }
  });

  test('results are published once for each pair of ids, however alike', async () => {
    const jobs = await worker.logged('results of an earlier run were published');
    expect(jobs['count']).toBe(ODD_IDS.length * 6 + reachable.length - 6);
    const published = await (await fetch(`${worker.address}/metrics`)).text();
    expect(published).toContain(
      `face_worker_jobs{queue="faces-identified",state="waiting"} ${String(jobs['count'])}`,
    );
  });

  test('the same path and the same upload are strangers to two owners', async () => {
    const file = path.join(folder.path, 'media', 'one.jpg');
    const bytes = new Uint8Array(await readFile(file));
    const byOwner = new Map<string, string[]>();
    for (const ownerId of ['ada', 'bob']) {
      const asked = JSON.stringify({ path: file, ownerId });
      const byPath = await post(ownerId, asked, 'application/json');
      const byUpload = await post(ownerId, bytes, 'image/jpeg');
      for (const result of [byPath, byUpload]) expect(result.ownerId).toBe(ownerId);
      expect(byPath.faces.every(({ isNewPerson }) => isNewPerson)).toBe(true);
      const [people, again] = [byPath, byUpload].map(({ faces }) =>
        faces.map(({ personId }) => personId ?? ''),
      );
      expect(again).toEqual(people);
      byOwner.set(ownerId, people ?? []);
    }
    const [adas = [], bobs = []] = byOwner.values();
    expect(adas).toHaveLength(3);
    expect(adas.filter((person) => bobs.includes(person))).toEqual([]);
  }, 120_000);

  test("an owner who is forgotten takes nobody else's uploads along", async () => {
    const bytes = new Uint8Array(await readFile(samplePhoto(2)));
    const [, bobs] = [
      await post('ada', bytes, 'image/jpeg'),
      await post('bob', bytes, 'image/jpeg'),
    ];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [CLI, 'forget', '--owner', 'ada'],
      {
        env: { PATH: process.env['PATH'], ...environment },
      },
    );
    expect(stdout).toContain('forgotten of owner ada');
    expect((await ask(bobs.assetId, ofOwner('ada'))).status).toBe(404);
    expect((await ask(bobs.assetId, ofOwner('bob'))).status).toBe(200);
    const jobs = await producer.queue.getJobs(['completed']);
    const job = jobs.find(({ data }) => data.ownerId === 'bob' && data.assetId === bobs.assetId);
    await expect(readFile(job?.data.path ?? '')).resolves.toHaveLength(bytes.length);
  }, 120_000);

  test('the backfill of one folder for many owners is a job for each of them', async () => {
    await producer.queue.pause();
    for (const force of [false, true]) {
      for (const ownerId of ODD_IDS) {
        await backfill(
          {
            folder: path.join(folder.path, 'media'),
            ownerId,
            force,
            dryRun: false,
            signal: new AbortController().signal,
          },
          {
            mediaRoots: [path.join(folder.path, 'media')],
            producer,
            isKnown: () => Promise.resolve(false),
            startProgress: () => ({ update: () => undefined, stop: () => undefined }),
          },
        );
      }
    }
    const counts = await producer.queue.getJobCounts('waiting', 'prioritized', 'paused');
    const waiting = Object.values(counts).reduce((sum, count) => sum + count, 0);
    expect(waiting).toBe(2 * ODD_IDS.length);
    await producer.queue.obliterate({ force: true });
  }, 60_000);
});
