import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';

import type { FacesIdentified } from '../../../src/queue/faces-identified.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** A request with any header, also those that fetch does not let through. */
function request(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {} } = options;
    const asking = http.request(url, { method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => {
        // A body that was only claimed would be waited for.
        asking.destroy();
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      });
    });
    asking.on('error', reject);
    if (headers['content-length'] === undefined) asking.end(options.body);
    else asking.write(options.body);
  });
}

const json = { 'content-type': 'application/json' };

describe('a worker on a loopback address', () => {
  const prefix = `http-${process.pid}`;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let worker: TestWorker;
  const at = (name: string): string => path.join(folder.path, 'media', name);

  beforeAll(async () => {
    folder = await tempFolder();
    await mkdir(at('folder'), { recursive: true });
    await copyFile(samplePhoto(1), at('one.jpg'));
    await symlink(samplePhoto(2), at('link-out.jpg'));
    redis = await startRedis();
    worker = await startWorkerProcess({
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      QUEUE_PREFIX: prefix,
      DATA_DIR: path.join(folder.path, 'data'),
      MEDIA_ROOTS: at(''),
      UPLOAD_MAX_BYTES: '5000000',
      JOB_ATTEMPTS: '1',
    });
  }, 60_000);

  afterAll(async () => {
    await worker.stop();
    await redis.stop();
    await folder.remove();
  });

  const post = (body: string | Buffer, headers: Record<string, string> = json): Promise<Answer> =>
    request(`${worker.address}/photos`, { method: 'POST', headers, body });
  const errorCode = ({ text }: Answer): string =>
    (JSON.parse(text) as { error: { code: string } }).error.code;

  test('the first page is the people’s, and the log names it before the queues', async () => {
    expect((await request(`${worker.address}/`)).headers.location).toBe('/people');
    const pages = await worker.logged('ready for photos');
    expect(Object.entries(pages).filter(([, value]) => /^http:/.test(String(value)))).toEqual([
      ['people', `${worker.address}/people`],
      ['queues', `${worker.address}/queues`],
    ]);
  });

  test('Bull Board is at /queues and shows the queues', async () => {
    expect((await request(`${worker.address}/queues`)).text).toContain('<!DOCTYPE html>');
    const { text } = await request(`${worker.address}/queues/api/queues`);
    const { queues } = JSON.parse(text) as { queues: { name: string }[] };
    expect(queues.map(({ name }) => name).sort()).toEqual([
      'faces-identified',
      'image-added',
      'tidy-people',
    ]);
  });

  test('a job of large data is cut short where it is shown alone, too', async () => {
    const api = `${worker.address}/queues/api/queues/image-added`;
    const job = { name: 'image-added', data: { assetId: 'x', junk: 'j'.repeat(40_000) } };
    const added = await request(`${api}/add`, {
      ...{ method: 'POST', headers: json, body: JSON.stringify(job) },
    });
    const id = /"id":"(?<id>[^"]+)"/.exec(added.text)?.groups?.['id'] ?? '';
    const { text } = await request(`${api}/${id}`);
    expect(text).toContain('tooLargeToShow');
    expect(text.length).toBeLessThan(20_000);
  });

  test('a path is answered with its people', async () => {
    const answer = await post(
      JSON.stringify({ path: at('one.jpg'), assetId: 'a/ü 1', ownerId: 'ada' }),
    );
    expect(answer.status).toBe(200);
    const result = JSON.parse(answer.text) as FacesIdentified;
    expect(result).toMatchObject({ assetId: 'a/ü 1', ownerId: 'ada', revision: 1 });
    expect(result.faces).toHaveLength(3);
    const stored = await request(
      `${worker.address}/photos/${encodeURIComponent('a/ü 1')}?ownerId=ada`,
    );
    expect(JSON.parse(stored.text)).toEqual(result);
    expect((await request(`${worker.address}/photos/nobody`)).status).toBe(404);
  }, 30_000);

  test('an uploaded photo is answered, and again with the same ids', async () => {
    const photo = await import('node:fs/promises').then(({ readFile }) => readFile(samplePhoto(3)));
    const raw = JSON.parse(
      (await post(photo, { 'content-type': 'image/jpeg' })).text,
    ) as FacesIdentified;
    const form = new FormData();
    form.set('photo', new Blob([photo]), 'photo.jpg');
    const encoded = new Request('http://x', { method: 'POST', body: form });
    const type = encoded.headers.get('content-type') ?? '';
    const multipart = await post(Buffer.from(await encoded.arrayBuffer()), {
      'content-type': type,
    });
    const again = JSON.parse(multipart.text) as FacesIdentified;
    expect(raw.assetId).toMatch(/^upload-[0-9a-f]{32}$/);
    expect(again).toMatchObject({ assetId: raw.assetId, revision: 2 });
    expect(again.faces.map(({ faceId, personId }) => [faceId, personId])).toEqual(
      raw.faces.map(({ faceId, personId }) => [faceId, personId]),
    );
  }, 30_000);

  test('what is wrong with a request is said with a fitting status', async () => {
    const answers: [number, string][] = [];
    const ask = async (answer: Promise<Answer>): Promise<void> => {
      const { status, ...rest } = await answer;
      answers.push([status, errorCode({ status, ...rest })]);
    };
    await ask(post(JSON.stringify({ path: at('../../etc/passwd') })));
    await ask(post(JSON.stringify({ path: at('link-out.jpg') })));
    await ask(post(JSON.stringify({ path: at('none.jpg') })));
    await ask(post(JSON.stringify({ path: at('folder') })));
    await ask(post(JSON.stringify({ path: 7 })));
    await ask(post(JSON.stringify({})));
    await ask(post(JSON.stringify({ path: at('one.jpg'), assetId: 'x'.repeat(300) })));
    await ask(post('{"path":'));
    await ask(post('path=/x', { 'content-type': 'application/x-tar' }));
    const claim = { 'content-type': 'image/jpeg', 'content-length': '6000000' };
    await ask(post('only its beginning', claim));
    await ask(post('', { 'content-type': 'image/jpeg' }));
    await ask(post('no photo at all', { 'content-type': 'image/jpeg' }));
    await ask(request(`${worker.address}/nothing`));
    expect(answers).toEqual([
      [403, 'PATH_OUTSIDE_ROOTS'],
      [403, 'PATH_OUTSIDE_ROOTS'],
      [404, 'PATH_NOT_FOUND'],
      [400, 'PATH_NOT_A_FILE'],
      [400, 'UPLOAD_INVALID'],
      [400, 'UPLOAD_INVALID'],
      [400, 'UPLOAD_INVALID'],
      [400, 'FST_ERR_CTP_INVALID_JSON_BODY'],
      [415, 'FST_ERR_CTP_INVALID_MEDIA_TYPE'],
      [413, 'FST_ERR_CTP_BODY_TOO_LARGE'],
      [400, 'PHOTO_EMPTY'],
      [422, 'PHOTO_NOT_AN_IMAGE'],
      [404, 'NOT_FOUND'],
    ]);
  }, 30_000);

  test('an upload that can never be looked at is not kept', async () => {
    const uploads = path.join(folder.path, 'data', 'uploads');
    const before = await readdir(uploads, { recursive: true });
    const answer = await post('still no photo', { 'content-type': 'image/png' });
    expect(answer.status).toBe(422);
    expect(await readdir(uploads, { recursive: true })).toEqual(before);
  });

  test('a foreign host name and a page of another site are refused', async () => {
    const foreign = await request(`${worker.address}/queues`, {
      headers: { host: 'evil.example' },
    });
    expect(foreign.status).toBe(403);
    const body = JSON.stringify({ path: at('one.jpg') });
    const sites = [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
    ];
    for (const site of sites) {
      expect((await post(body, { ...json, ...(site as Record<string, string>) })).status).toBe(403);
    }
    const uploads = path.join(folder.path, 'data', 'uploads');
    const before = await readdir(uploads, { recursive: true });
    const form = new FormData();
    form.set('photo', new Blob([await readFile(samplePhoto(3))], { type: 'image/jpeg' }), 'a.jpg');
    const filled = new Response(form);
    const type = filled.headers.get('content-type') ?? '';
    const bytes = Buffer.from(await filled.arrayBuffer());
    for (const site of sites) {
      const headers = { 'content-type': type, ...(site as Record<string, string>) };
      expect((await post(bytes, headers)).status).toBe(403);
    }
    expect(await readdir(uploads, { recursive: true })).toEqual(before);
    expect((await post(bytes, { 'content-type': type })).status).toBe(200);
    const pause = await request(`${worker.address}/queues/api/queues/image-added/pause`, {
      method: 'PUT',
      headers: { origin: 'https://evil.example' },
    });
    expect(pause.status).toBe(403);
  });

  test('metrics count photos, faces and jobs', async () => {
    const { text, headers } = await request(`${worker.address}/metrics`);
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toMatch(/^face_worker_photos_total\{outcome="done",code=""\} [1-9]/m);
    expect(text).toMatch(
      /^face_worker_photos_total\{outcome="failed",code="PHOTO_NOT_AN_IMAGE"\} \d/m,
    );
    expect(text).toMatch(/^face_worker_jobs\{queue="faces-identified",state="waiting"\} [1-9]/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
  });

  test('ready names the engine, and what is away while Redis is frozen', async () => {
    const ready = await request(`${worker.address}/health/ready`);
    expect(JSON.parse(ready.text)).toMatchObject({
      status: 'ready',
      store: 'sqlite',
      engine: { name: expect.stringMatching(/tfjs-node|wasm|onnx/) as string },
    });
    process.kill(redis.pid, 'SIGSTOP');
    const away = await request(`${worker.address}/health/ready`);
    process.kill(redis.pid, 'SIGCONT');
    expect(away.status).toBe(503);
    expect(Object.keys((JSON.parse(away.text) as { problems: object }).problems)).toEqual([
      'redis',
    ]);
    expect((await request(`${worker.address}/health/live`)).status).toBe(200);
    expect((await request(`${worker.address}/health/ready`)).status).toBe(200);
  }, 30_000);
});

describe('a worker with credentials', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let worker: TestWorker;

  beforeAll(async () => {
    folder = await tempFolder();
    await writeFile(path.join(folder.path, 'password'), 'right\n');
    redis = await startRedis({ password: 'redis-secret' });
    worker = await startWorkerProcess(
      {
        REDIS_URL: `redis://:redis-secret@127.0.0.1:${redis.port}`,
        DATA_DIR: folder.path,
        HTTP_HOST: '0.0.0.0',
        HTTP_USER: 'ada',
        HTTP_PASSWORD_FILE: path.join(folder.path, 'password'),
        UPLOAD_WAIT_MILLIS: '0',
      },
      { ready: false },
    );
    await worker.logged('ready for photos');
  }, 60_000);

  afterAll(async () => {
    await worker.stop();
    await redis.stop();
    await folder.remove();
  });

  const basic = (login: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(login).toString('base64')}`,
  });

  test('every address that tells something asks for them', async () => {
    for (const address of ['/queues', '/queues/api/queues', '/metrics', '/photos/a', '/none']) {
      const url = worker.address + address;
      expect([address, (await request(url)).status]).toEqual([address, 401]);
      expect((await request(url, { headers: basic('ada:wrong') })).status).toBe(401);
      expect((await request(url, { headers: basic('ada:right') })).status).not.toBe(401);
    }
    expect((await request(`${worker.address}/photos`, { method: 'POST' })).status).toBe(401);
    expect((await request(`${worker.address}/health/live`)).status).toBe(200);
    expect((await request(`${worker.address}/`)).headers.location).toBe('/people');
    expect((await request(`${worker.address}/people`)).status).toBe(200);
  });

  test('a wait that is over is answered with where to ask', async () => {
    const { readFile } = await import('node:fs/promises');
    const answer = await request(`${worker.address}/photos`, {
      method: 'POST',
      headers: { ...basic('ada:right'), 'content-type': 'image/jpeg' },
      body: await readFile(samplePhoto(1)),
    });
    expect(answer.status).toBe(202);
    const { location } = JSON.parse(answer.text) as { location: string };
    expect(answer.headers.location).toBe(location);
    await worker.logged('3 faces');
    const later = await request(worker.address + location, { headers: basic('ada:right') });
    expect((JSON.parse(later.text) as FacesIdentified).faces).toHaveLength(3);
  }, 30_000);

  test('who guesses passwords gains nothing by giving out other addresses', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const headers = { ...basic('ada:guessed'), 'x-forwarded-for': `192.0.2.${i}` };
      statuses.push((await request(`${worker.address}/metrics`, { headers })).status);
    }
    expect(statuses.at(-1)).toBe(429);
  }, 30_000);

  test('no secret is in the log', () => {
    expect(JSON.stringify(worker.log) + worker.stderr()).not.toMatch(/redis-secret|right/);
  });
});
