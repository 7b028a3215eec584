import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { Queue } from 'bullmq';
import sharp from 'sharp';

import type { PeopleChanged } from '../../../src/queue/people-changed.ts';
import { Visitor, type ApiAnswer } from '../../helpers/api.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

/** An operation of the OpenAPI document. */
interface Operation {
  readonly security: readonly object[];
  readonly requestBody?: { readonly content: object };
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

interface Face {
  readonly faceId: string;
  readonly assetId: string;
  readonly personId: string | null;
}

describe('what the people API promises to programs', () => {
  const prefix = `contract-${process.pid}`;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let worker: TestWorker;
  let visitor: Visitor;
  let faces: readonly Face[];

  beforeAll(async () => {
    folder = await tempFolder();
    redis = await startRedis();
    worker = await startWorkerProcess({
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      QUEUE_PREFIX: prefix,
      DATA_DIR: path.join(folder.path, 'data'),
      MEDIA_ROOTS: path.dirname(samplePhoto(1)),
      VISION_CHILDREN: '1',
    });
    visitor = await new Visitor(worker.address).arrive();
    const photo = await visitor.post('/photos', { path: samplePhoto(1), assetId: 'photo-1' });
    expect(photo.status).toBe(200);
    faces = ((await visitor.get('/api/photos/photo-1')).json as { faces: Face[] }).faces;
  }, 120_000);

  afterAll(async () => {
    await worker.stop();
    await redis.stop();
    await folder.remove();
  });

  const correct = (correction: object): Promise<ApiAnswer> =>
    visitor.post('/api/corrections', { correction });

  test('consumers are told of every other correction, with whom it concerns', async () => {
    const [face, other] = faces;
    const [aId, bId, faceId] = [face!.personId, other!.personId, face!.faceId];
    const known = { hidden: false, deleted: false, name: null, mergedInto: null };
    const noMore = { assetId: face!.assetId, faceId, before: aId, after: null };
    const wishes: [object, { people?: unknown[]; faces?: unknown[]; what?: object }][] = [
      [
        { kind: 'person-hidden', personId: aId, hidden: true },
        { people: [{ personId: aId, before: known, after: { ...known, hidden: true } }] },
      ],
      [
        { kind: 'person-deleted', personId: aId },
        { people: [{ personId: aId, before: known, after: { ...known, deleted: true } }] },
      ],
      [{ kind: 'faces-denied', faceIds: [faceId], personId: aId }, { faces: [noMore] }],
      [
        { kind: 'faces-ignored', faceIds: [faceId, other!.faceId], reason: 'posters' },
        { faces: [noMore, { ...noMore, faceId: other!.faceId, before: bId }] },
      ],
      [
        { kind: 'faces-confirmed', faceIds: [faceId], personId: aId },
        { what: { kind: 'faces-assigned', faceIds: [faceId], personId: aId, as: 'confirmed' } },
      ],
      [{ kind: 'people-distinct', personA: aId, personB: bId }, {}],
    ];
    const results = new Queue<PeopleChanged>('faces-identified', {
      connection: redis.options,
      prefix,
    });
    for (const [correction, told] of wishes) {
      const { fact } = (await correct(correction)).json as { fact: { factId: string } };
      const jobs = await results.getJobs(['waiting'], 0, 200);
      const job = jobs.find(({ data }) => data.factId === fact.factId);
      const { people: concerned, faces, what, ownerId } = job!.data;
      expect([job!.name, ownerId]).toEqual(['people-changed', 'default']);
      expect({ what, people: concerned, faces }).toEqual({
        ...{ what: correction, people: [], faces: [], ...told },
      });
      expect((await correct({ kind: 'undone', factId: fact.factId })).status).toBe(200);
    }
    await results.close();
  }, 30_000);

  test('a correction that an earlier one forbids says which in words, and how to take it back', async () => {
    const [one, other] = faces;
    const [from, into] = [one!.personId!, other!.personId!];
    const told = await correct({ kind: 'people-distinct', personA: from, personB: into });
    const { factId } = (told.json as { fact: { factId: string } }).fact;
    const merge = { kind: 'people-merged', from, into, name: null };
    const describe = 'told somebody and somebody apart';
    for (const place of ['/api/corrections', '/api/corrections/preview']) {
      const refused = await visitor.post(place, { correction: merge });
      const { error } = refused.json as { error: { message: string } };
      expect([refused.status, error]).toMatchObject([
        422,
        { code: 'CORRECTION_REFUSED', details: { undoFirst: { factId, describe } } },
      ]);
      expect(error.message).toContain(`local ${describe}, which has to be taken back first`);
      expect(error.message).not.toMatch(/[0-9a-f]{8}-/);
    }
    expect((await correct({ kind: 'undone', factId })).status).toBe(200);
    const merged = await correct(merge);
    expect(merged.status).toBe(200);
    const undo = {
      kind: 'undone',
      factId: (merged.json as { fact: { factId: string } }).fact.factId,
    };
    expect((await correct(undo)).status).toBe(200);
  });

  test('a photo is dated by its EXIF, as the worker has it looked at, and listed by that', async () => {
    const exif = { IFD2: { DateTimeOriginal: '2010:05:04 14:30:00' } };
    const bytes = await sharp(samplePhoto(2)).withExif(exif).jpeg().toBuffer();
    const type = { 'content-type': 'image/jpeg' };
    expect((await visitor.post('/photos?assetId=dated', bytes, type)).status).toBe(200);
    const photo = { assetId: 'dated', takenAt: '2010-05-04T14:30:00.000Z' };
    expect((await visitor.get('/api/photos/dated')).json).toMatchObject({ photo });
    const { items } = (await visitor.get('/api/photos')).json as { items: object[] };
    expect(items).toMatchObject([
      { assetId: 'photo-1', takenAt: expect.any(String) as string },
      photo,
    ]);
  });

  test('the OpenAPI document is sound and names every route', async () => {
    const document = (await visitor.get('/api/openapi.json')).json as Record<string, unknown>;
    const file = path.join(folder.path, 'openapi.json');
    await writeFile(file, JSON.stringify(document));
    const validator = '../../../node_modules/@seriousme/openapi-schema-validator/bin';
    const checked = await promisify(execFile)(process.execPath, [
      path.join(__dirname, validator, 'validate-api-cli.js'),
      file,
    ]);
    expect(checked.stdout).toContain('"valid": true');
    const { paths } = document as { paths: Record<string, Record<string, Operation>> };
    const operations = Object.entries(paths).flatMap(([place, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${place.replace('/api/', '')}`,
        operation,
      })),
    );
    expect(operations.map(({ route }) => route).sort()).toEqual(
      [
        ...['DELETE session', 'GET session', 'POST session', 'GET status', 'GET history'],
        ...['GET people', 'GET people/{personId}', 'GET people/{personId}/faces'],
        ...['GET people/{personId}/photos', 'GET photos', 'GET photos/{assetId}'],
        ...['GET photos/{assetId}/image', 'GET faces/{faceId}/thumbnail', 'POST who'],
        'GET faces/nobody',
        ...['POST corrections', 'POST corrections/preview', 'GET reapply', 'POST reapply'],
        ...['GET review', 'POST review/{id}', 'GET export', 'POST import'],
        'POST failures/{jobId}/retry',
      ].sort(),
    );
    const error = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
    for (const { route, operation } of operations) {
      const { responses } = operation;
      expect([route, responses['4XX']?.content, responses['5XX']?.content]).toEqual([
        ...[route, error, error],
      ]);
      const success = route === 'DELETE session' ? '204' : '200';
      expect([route, Object.keys(responses)]).toEqual([route, [success, '4XX', '5XX']]);
      if (success === '200') expect(Object.keys(responses['200']?.content ?? {})).not.toEqual([]);
      const hasBody = /^POST (?!reapply|failures)/.test(route);
      expect([route, operation.requestBody !== undefined]).toEqual([route, hasBody]);
      const withoutToken = operation.security.some(
        (one) => !('csrfToken' in one || 'basic' in one),
      );
      expect([route, withoutToken]).toEqual([route, route.startsWith('GET ')]);
      expect([route, operation.security.length > 0]).toEqual([route, route !== 'POST session']);
    }
    const sends = (route: string): string[] => {
      const { operation } = operations.find((one) => one.route === route)!;
      return Object.keys(operation.responses['200']?.content ?? {});
    };
    expect(sends('GET faces/{faceId}/thumbnail')).toEqual(['image/webp', 'image/svg+xml']);
    expect(sends('GET export')).toEqual(['application/json']);
    expect(Object.keys(paths['/api/who']!['post']!.requestBody!.content)).toEqual(['image/*']);
  });
});
