import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

import { Queue } from 'bullmq';
import sharp from 'sharp';

import type { PeopleChanged } from '../../../src/queue/people-changed.ts';
import { ask, Visitor } from '../../helpers/api.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

interface Person {
  readonly personId: string;
  readonly name: string | null;
  readonly faces: number;
  readonly coverFaceId: string;
}

interface Face {
  readonly faceId: string;
  readonly assetId: string;
  readonly personId: string | null;
  readonly box: { x: number; y: number; width: number; height: number };
}

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- answers are checked by what is expected of them */
describe('the people API on a loopback address', () => {
  const prefix = `api-${process.pid}`;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let worker: TestWorker;
  let visitor: Visitor;
  const at = (name: string): string => path.join(folder.path, 'media', name);

  beforeAll(async () => {
    folder = await tempFolder();
    await mkdir(at(''), { recursive: true });
    redis = await startRedis();
    worker = await startWorkerProcess({
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      QUEUE_PREFIX: prefix,
      DATA_DIR: path.join(folder.path, 'data'),
      MEDIA_ROOTS: at(''),
      UPLOAD_MAX_BYTES: '5000000',
      IMPORT_MAX_BYTES: '6000000',
      VISION_CHILDREN: '1',
      JOB_ATTEMPTS: '1',
    });
    visitor = await new Visitor(worker.address).arrive();
    for (const number of [1, 2, 3, 4] as const) {
      await copyFile(samplePhoto(number), at(`${number}.jpg`));
      const body = { path: at(`${number}.jpg`), assetId: `photo-${number}` };
      expect((await visitor.post('/photos', body)).status).toBe(200);
    }
  }, 120_000);

  afterAll(async () => {
    await worker.stop();
    await redis.stop();
    await folder.remove();
  });

  const people = async (query = ''): Promise<Person[]> =>
    (await visitor.get(`/api/people${query}`)).json.items as Person[];
  const facesOf = async (personId: string): Promise<Face[]> =>
    (await visitor.get(`/api/people/${personId}/faces`)).json.items as Face[];
  const correct = (correction: unknown, head?: number): ReturnType<Visitor['post']> =>
    visitor.post('/api/corrections', { correction, head });
  const undo = async (factId: string): Promise<void> => {
    expect((await correct({ kind: 'undone', factId })).status).toBe(200);
  };

  test('people, faces and photos are listed, page by page', async () => {
    const all = await people('?limit=500');
    const first = (await visitor.get('/api/people?limit=3')).json;
    expect(first).toMatchObject({ total: all.length });
    const rest = (await visitor.get(`/api/people?limit=500&cursor=${first.next as string}`)).json;
    expect([...first.items, ...rest.items]).toEqual(all);
    expect(rest.next).toBeNull();
    const [person] = all;
    expect(await facesOf(person!.personId)).toHaveLength(person!.faces);
    const photos = (await visitor.get('/api/photos?limit=10')).json;
    expect(photos.total).toBe(4);
    const [face] = await facesOf(person!.personId);
    const photo = (await visitor.get(`/api/photos/${face!.assetId}`)).json;
    expect(photo.photo).toMatchObject({ assetId: face!.assetId, path: expect.any(String) });
    const known = (photo.faces as (Face & { explanation: { rule: string } })[]).find(
      ({ faceId }) => faceId === face!.faceId,
    );
    expect(known?.explanation).toMatchObject({
      rule: expect.any(String),
      threshold: expect.any(Number),
    });
    expect((await visitor.get('/api/people/nobody')).status).toBe(404);
    expect((await visitor.get('/api/photos/none')).status).toBe(404);
    expect((await visitor.get('/api/people?cursor=x')).json.error.code).toBe('REQUEST_INVALID');
    expect((await visitor.get('/api/people?limit=501')).json.error.code).toBe('REQUEST_INVALID');
  });

  test('photos with several people are those with all of them', async () => {
    const photo = (await visitor.get('/api/photos/photo-1')).json;
    const ids = (photo.faces as Face[]).flatMap(({ personId }) => personId ?? []);
    const query = ids.map((id) => `person=${id}`).join('&');
    const together = (await visitor.get(`/api/photos?${query}`)).json;
    expect(together.items).toMatchObject([{ assetId: 'photo-1' }]);
    const stranger = (await visitor.get('/api/photos/photo-4')).json.faces[0] as Face;
    const apart = await visitor.get(`/api/photos?person=${ids[0]!}&person=${stranger.personId!}`);
    expect(apart.json.items).toEqual([]);
  });

  test('naming, merging and splitting take effect, are told to consumers and can be undone', async () => {
    const [a, b] = await people();
    const named = (await correct({ kind: 'person-named', personId: a!.personId, name: 'Ada' }))
      .json;
    expect((await people('?show=named'))[0]).toMatchObject({ name: 'Ada' });
    expect((await people('?q=%C3%A1DA'))[0]).toMatchObject({ personId: a!.personId });
    const merge = { kind: 'people-merged', from: b!.personId, into: a!.personId, name: null };
    const preview = (await visitor.post('/api/corrections/preview', { correction: merge })).json;
    expect(preview).toMatchObject({ faces: b!.faces, names: ['Ada'] });
    const merged = (await correct(merge)).json;
    expect(await facesOf(a!.personId)).toHaveLength(a!.faces + b!.faces);
    const redirected = (await visitor.get(`/api/people/${b!.personId}`)).json;
    expect(redirected).toMatchObject({
      redirectedFrom: b!.personId,
      person: { personId: a!.personId },
      mergedFrom: [{ personId: b!.personId, factId: merged.fact.factId }],
    });
    await undo(merged.fact.factId as string);
    expect(await facesOf(b!.personId)).toHaveLength(b!.faces);
    const [face] = await facesOf(a!.personId);
    const split = (await correct({ kind: 'split', faceIds: [face!.faceId] })).json;
    expect(await facesOf(split.fact.body.personId as string)).toHaveLength(1);
    await undo(split.fact.factId as string);
    await undo(named.fact.factId as string);
    expect(await people()).toEqual((await people()).filter(({ name }) => name === null));
    const history = (await visitor.get('/api/history')).json;
    expect(history.items).toMatchObject(
      [false, false, true, false, true, true].map((undone) => ({ undone })),
    );
    const results = new Queue<PeopleChanged>('faces-identified', {
      connection: redis.options,
      prefix,
    });
    const jobs = await results.getJobs(['waiting'], 0, 100);
    const changed = jobs.filter(({ name }) => name === 'people-changed').map(({ data }) => data);
    expect(changed.map(({ what }) => what.kind).sort()).toEqual([
      ...['faces-assigned', 'people-merged', 'person-named', 'undone', 'undone', 'undone'],
    ]);
    await results.close();
  }, 30_000);

  test('who corrects what somebody else has changed since is told, and nothing is written', async () => {
    const [a, b] = await people();
    const { head } = (await visitor.get('/api/session')).json as { head: number };
    const first = await correct({ kind: 'person-named', personId: a!.personId, name: 'Bo' }, head);
    const late = await correct({ kind: 'person-named', personId: a!.personId, name: 'Cy' }, head);
    expect(late.status).toBe(409);
    expect(late.json.error).toMatchObject({
      code: 'CORRECTION_OUTDATED',
      details: { since: [{ describe: 'named a person Bo' }] },
    });
    // What a fact changed may be thousands of faces.
    const { changes, ...listed } = first.json.fact as { changes: unknown };
    expect(changes).toBeDefined();
    expect(late.json.error.details.since[0].fact).toEqual(listed);
    expect((await visitor.get('/api/history')).json.items[0].fact).toEqual(listed);
    const other = await correct({ kind: 'person-named', personId: b!.personId, name: 'Di' }, head);
    expect(other.status).toBe(200);
    const merge = { kind: 'people-merged', from: a!.personId, into: b!.personId, name: null };
    const nameless = await correct(merge);
    expect([nameless.status, nameless.json.error]).toMatchObject([
      409,
      { code: 'NAME_NEEDED', details: { names: ['Bo', 'Di'] } },
    ]);
    for (const { json } of [other, first]) await undo(json.fact.factId as string);
  });

  test('a face is cut from its photo, kept, and a placeholder says what is missing', async () => {
    const [person] = await people();
    const url = `/api/faces/${person!.coverFaceId}/thumbnail?size=96`;
    const first = await visitor.get(url);
    expect(first.headers['content-type']).toBe('image/webp');
    expect(await sharp(first.bytes).metadata()).toMatchObject({ width: 96, height: 96 });
    const kept = await visitor.get(url, { 'if-none-match': first.headers.etag ?? '' });
    expect([kept.status, kept.bytes.length]).toEqual([304, 0]);
    const photo = await visitor.get('/api/photos/photo-4/image?width=480');
    expect(Math.max((await sharp(photo.bytes).metadata()).width)).toBe(480);
    await rm(at('4.jpg'));
    expect((await visitor.get('/api/photos/photo-4/image?width=480')).bytes).toEqual(photo.bytes);
    const gone = await visitor.get('/api/photos/photo-4/image?width=960');
    expect(gone.headers).toMatchObject({
      'content-type': expect.stringContaining('image/svg+xml'),
      'x-missing-reason': 'PATH_NOT_FOUND',
    });
    expect(gone.headers['x-missing-words']).toBe('the original photo is gone');
    expect(gone.bytes.toString()).toContain('>the original photo is gone</text>');
    const head = await visitor.ask('HEAD', '/api/photos/photo-4/image?width=960');
    expect(head.headers['x-missing-words']).toBe('the original photo is gone');
    expect((await visitor.get('/api/faces/none/thumbnail')).status).toBe(404);
    expect((await visitor.get(`${url}7`)).status).toBe(400);
    for (const path of ['..%2F..%2Fetc%2Fpasswd', '%2Fetc%2Fpasswd']) {
      expect((await visitor.get(`/api/photos/${path}/image`)).status).toBe(404);
    }
  }, 30_000);

  test('an uploaded face is recognised and kept nowhere', async () => {
    const data = path.join(folder.path, 'data');
    const before = await readdir(data, { recursive: true });
    const body = await readFile(samplePhoto(2));
    const answer = await visitor.post('/api/who', body, { 'content-type': 'image/jpeg' });
    expect(answer.status).toBe(200);
    const expected = ((await visitor.get('/api/photos/photo-2')).json.faces as Face[]).map(
      ({ personId }) => personId,
    );
    const faces = answer.json.faces as {
      thumbnail: string;
      candidates: { person: Person; isMatch: boolean }[];
    }[];
    const matches = faces.map(
      ({ candidates }) => candidates.find(({ isMatch }) => isMatch)?.person.personId ?? null,
    );
    expect(matches.sort()).toEqual(expected.sort());
    expect(faces[0]?.thumbnail).toMatch(/^data:image\/webp;base64,/);
    expect(await readdir(data, { recursive: true })).toEqual(before);
    const counts = (await visitor.get('/api/photos')).json.total;
    expect(counts).toBe(4);
    const headers = { 'content-type': 'image/jpeg' };
    const declared = { ...headers, 'content-length': '5000001' };
    const large = await visitor.post('/api/who', undefined, declared);
    expect([large.status, large.json.error.code]).toEqual([413, 'FST_ERR_CTP_BODY_TOO_LARGE']);
    const junk = await visitor.post('/api/who', Buffer.from('no picture'), headers);
    expect([junk.status, junk.json.error.code]).toEqual([422, 'PHOTO_NOT_AN_IMAGE']);
    expect((await visitor.post('/api/who', { path: at('1.jpg') })).status).toBe(400);
  }, 60_000);

  test('what is exported can be imported where the photos come later', async () => {
    const [person] = await people();
    const named = (await correct({ kind: 'person-named', personId: person!.personId, name: 'Eve' }))
      .json;
    const file = (await visitor.get('/api/export')).json;
    const report = await visitor.post('/api/import?owner=mover', file);
    expect(report.json).toMatchObject({ names: 2 + 2, skipped: [] });
    expect((await visitor.post('/api/import?owner=mover', file)).json).toMatchObject({ facts: 0 });
    const [moved] = (await visitor.get('/api/people?owner=mover')).json.items as Person[];
    expect(moved).toMatchObject({ personId: person!.personId, name: 'Eve', faces: person!.faces });
    const body = { path: at('1.jpg'), assetId: 'photo-1', ownerId: 'mover' };
    const result = (await visitor.post('/photos', body)).json as { faces: Face[] };
    const before = (await visitor.get('/api/photos/photo-1')).json.faces as Face[];
    const ids = (faces: Face[]): string[] =>
      faces.map(({ faceId, personId }) => `${faceId} ${personId ?? ''}`).sort();
    expect(ids(result.faces)).toEqual(ids(before));
    const broken = await visitor.post('/api/import?owner=x', { ...file, photos: [{ assetId: 1 }] });
    expect([broken.status, broken.json.error.code]).toEqual([422, 'IMPORT_INVALID']);
    await undo(named.fact.factId as string);
    const declared = { 'content-type': 'application/json', 'content-length': '6000001' };
    const large = await visitor.post('/api/import', undefined, declared);
    expect([large.status, large.json.error]).toEqual([
      413,
      { code: 'IMPORT_TOO_LARGE', message: expect.stringContaining('IMPORT_MAX_BYTES') },
    ]);
  }, 60_000);

  test('questions are asked, answered once and put off', async () => {
    const review = (await visitor.get('/api/review')).json;
    for (const item of review.items as { id: string; faces: Face[]; question: string }[]) {
      expect(item.faces.length).toBeGreaterThan(0);
      expect(item.question).toMatch(/\?$/);
    }
    const unknown = await visitor.post('/api/review/abc', { answer: 'yes' });
    expect([unknown.status, unknown.json.error.code]).toEqual([404, 'REVIEW_OVER']);
  });

  test('the status tells what failed, and tries it again', async () => {
    const producer = new Queue('image-added', { connection: redis.options, prefix });
    const job = await producer.add('image-added', { assetId: 'lost', path: at('lost.jpg') });
    await worker.logged('the photo failed');
    const status = (await visitor.get('/api/status')).json;
    expect(status).toMatchObject({ store: 'sqlite', bullBoard: '/queues', waiting: 0 });
    expect(status.ratePerMinute).toBeGreaterThan(0);
    expect(status).toMatchObject({
      failed: { count: 1, isAll: true },
      failures: [
        {
          ...{ jobId: job.id, assetId: 'lost', path: at('lost.jpg'), code: 'PATH_NOT_FOUND' },
          isKnown: false,
        },
      ],
    });
    await copyFile(samplePhoto(1), at('lost.jpg'));
    expect((await visitor.post(`/api/failures/${job.id!}/retry`, {})).status).toBe(200);
    await worker.logged('3 faces: 3 known');
    expect((await visitor.post('/api/failures/none/retry', {})).status).toBe(404);
    await producer.close();
  }, 60_000);

  test('a change needs the token, JSON, and a page of this site', async () => {
    const [person] = await people();
    const body = { correction: { kind: 'person-named', personId: person!.personId, name: 'Mal' } };
    const url = `${worker.address}/api/corrections`;
    const token = visitor.csrfToken;
    const attacks = [
      { body },
      { body, headers: { 'x-csrf-token': `${token}x` } },
      { body, headers: { 'x-csrf-token': token, origin: 'https://evil.example' } },
      { body, headers: { 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' } },
      { body, headers: { 'x-csrf-token': token, host: 'evil.example' } },
    ];
    for (const attack of attacks) {
      expect((await ask(url, { method: 'POST', ...attack })).status).toBe(403);
    }
    const form = Buffer.from(JSON.stringify(body));
    const plain = { 'x-csrf-token': token, 'content-type': 'text/plain' };
    expect((await ask(url, { method: 'POST', body: form, headers: plain })).status).toBe(400);
    expect((await people('?show=named')).map(({ name }) => name)).toEqual([]);
  });
});
