import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Queue } from 'bullmq';

import { hashPassword } from '../../../src/http/login/passwords.ts';
import { ask, Visitor, type ApiAnswer } from '../../helpers/api.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

interface Ids {
  readonly personId: string;
  readonly faceId: string;
  readonly factId: string;
  readonly reviewId: string;
  readonly jobId: string;
}

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- answers are checked by what is expected of them */
describe('a worker with several logins', () => {
  const prefix = `logins-${process.pid}`;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let worker: TestWorker;
  let ada: Visitor;
  let bob: Visitor;
  let root: Visitor;
  let bobs: Ids;

  beforeAll(async () => {
    folder = await tempFolder();
    await mkdir(path.join(folder.path, 'media'));
    await copyFile(samplePhoto(1), path.join(folder.path, 'media', '1.jpg'));
    await copyFile(samplePhoto(2), path.join(folder.path, 'media', '2.jpg'));
    const users = [
      { user: 'ada', password: await hashPassword('adas secret'), owner: 'owner-a' },
      { user: 'bob', password: await hashPassword('bobs secret'), owner: 'owner-b' },
    ];
    await writeFile(path.join(folder.path, 'users.json'), JSON.stringify(users));
    redis = await startRedis();
    worker = await startWorkerProcess(
      {
        REDIS_HOSTNAME: redis.host,
        REDIS_PORT: String(redis.port),
        QUEUE_PREFIX: prefix,
        DATA_DIR: path.join(folder.path, 'data'),
        MEDIA_ROOTS: path.join(folder.path, 'media'),
        HTTP_HOST: '0.0.0.0',
        HTTP_USER: 'root',
        HTTP_PASSWORD: 'root secret',
        HTTP_USERS_FILE: path.join(folder.path, 'users.json'),
        HTTP_QUEUES_READ_ONLY: 'true',
        HTTP_TRUSTED_PROXIES: '127.0.0.1',
        VISION_CHILDREN: '1',
        JOB_ATTEMPTS: '1',
      },
      { ready: false },
    );
    await worker.logged('ready for photos');
    [ada, bob, root] = [0, 1, 2].map(() => new Visitor(worker.address)) as [
      Visitor,
      Visitor,
      Visitor,
    ];
    await ada.logIn('ada', 'adas secret');
    await bob.logIn('bob', 'bobs secret');
    await root.logIn('root', 'root secret');
    bobs = await photosOfBob();
  }, 120_000);

  afterAll(async () => {
    await worker.stop();
    await redis.stop();
    await folder.remove();
  });

  async function photosOfBob(): Promise<Ids> {
    const at = (name: string): string => path.join(folder.path, 'media', name);
    for (const [number, ownerId] of [
      [1, 'owner-b'],
      [2, 'owner-b'],
      [1, 'owner-a'],
    ] as const) {
      const body = { path: at(`${number}.jpg`), assetId: `photo-${number}`, ownerId };
      expect((await root.post('/photos', body)).status).toBe(200);
    }
    const [person] = (await bob.get('/api/people')).json.items;
    const [face] = (await bob.get(`/api/people/${person.personId as string}/faces`)).json.items;
    const fact = await bob.post('/api/corrections', {
      correction: { kind: 'person-named', personId: person.personId, name: 'Bobs friend' },
    });
    const queue = new Queue('image-added', { connection: redis.options, prefix });
    const data = { assetId: 'lost', ownerId: 'owner-b', path: at('lost.jpg') };
    const job = await queue.add('image-added', data);
    const large = await queue.add('image-added', { assetId: 'x', junk: 'j'.repeat(200_000) });
    while (!(await job.isFailed()) || !(await large.isFailed())) await worker.logged('failed');
    await queue.close();
    return {
      personId: person.personId,
      faceId: face.faceId,
      factId: fact.json.fact.factId,
      reviewId: Buffer.from(JSON.stringify(['face', face.faceId, person.personId])).toString(
        'base64url',
      ),
      jobId: job.id!,
    };
  }

  /** Every route that tells or changes something of an owner, asked for Bob's. */
  function routesTo({
    personId,
    faceId,
    factId,
    reviewId,
    jobId,
  }: Ids): [string, string, unknown?][] {
    const correction = (body: unknown): unknown => ({ correction: body });
    const faceIds = [faceId];
    return [
      ['GET', `/api/people/${personId}`],
      ['GET', `/api/people/${personId}/faces`],
      ['GET', `/api/people/${personId}/photos`],
      ['GET', `/api/photos?person=${personId}`],
      ['GET', '/api/photos/photo-2'],
      ['GET', '/api/photos/photo-2/image?width=480'],
      ['GET', `/api/faces/${faceId}/thumbnail`],
      ['POST', '/api/corrections', correction({ kind: 'person-deleted', personId })],
      ['POST', '/api/corrections', correction({ kind: 'split', faceIds })],
      ['POST', '/api/corrections', correction({ kind: 'faces-ignored', faceIds, reason: 'mine' })],
      ['POST', '/api/corrections', correction({ kind: 'undone', factId })],
      ['POST', '/api/corrections/preview', correction({ kind: 'person-deleted', personId })],
      ['POST', `/api/review/${reviewId}`, { answer: 'no' }],
      ['POST', `/api/failures/${jobId}/retry`, {}],
      ['GET', '/photos/photo-2'],
    ];
  }

  test('no login sees or changes what is of another owner, by ids', async () => {
    const before = (await bob.get('/api/history')).json;
    for (const [method, route, body] of routesTo(bobs)) {
      const answer = await ada.ask(method, route, body);
      expect([route, answer.status]).toEqual([route, answer.status === 422 ? 422 : 404]);
      expect(answer.bytes.toString()).not.toContain('Bobs friend');
    }
    expect((await bob.get('/api/history')).json).toEqual(before);
  });

  test('no login may name another owner', async () => {
    const lists = 'people faces/nobody photos review history export reapply status'.split(' ');
    for (const [method, route, body] of [
      ...routesTo(bobs).slice(0, -2),
      ...lists.map((list): [string, string] => ['GET', `/api/${list}`]),
      ['POST', '/api/reapply', {}] as [string, string, unknown],
      ['POST', '/api/import', { format: 'x', version: 1, photos: [], facts: [] }] as [
        string,
        string,
        unknown,
      ],
    ]) {
      const address = `${route}${route.includes('?') ? '&' : '?'}owner=owner-b`;
      const answer = await ada.ask(method, address, body);
      expect([address, answer.status]).toEqual([address, 403]);
    }
    expect((await ada.get('/photos/photo-2?ownerId=owner-b')).status).toBe(403);
    const who = await ada.ask('POST', '/api/who?owner=owner-b', Buffer.from('x'), {
      'content-type': 'image/jpeg',
    });
    expect(who.status).toBe(403);
  });

  test('what lists show is of the own owner alone; who may see all may name one', async () => {
    const session = (await ada.get('/api/session')).json;
    expect(session).toMatchObject({ owner: 'owner-a', owners: ['owner-a'], admin: false });
    expect((await ada.get('/api/photos')).json.total).toBe(1);
    expect((await ada.get('/api/people?show=named')).json.total).toBe(0);
    expect((await ada.get('/api/status')).json.failures).toEqual([]);
    expect((await bob.get('/api/status')).json.failures).toHaveLength(1);
    expect((await ada.get('/api/export')).bytes.toString()).not.toContain(bobs.faceId);
    const owners = ['default', 'owner-a', 'owner-b'];
    expect((await root.get('/api/session')).json).toMatchObject({ admin: true });
    expect(owners).toEqual(
      expect.arrayContaining((await root.get('/api/session')).json.owners as string[]),
    );
    expect((await root.get('/api/people?owner=owner-b&show=named')).json.total).toBe(1);
  });

  test('a path is taken from nobody who sees one owner only', async () => {
    const file = path.join(folder.path, 'media', '2.jpg');
    const stolen = await ada.post('/photos', { path: file, assetId: 'stolen' });
    expect([stolen.status, stolen.json.error.code]).toEqual([403, 'FORBIDDEN']);
    const forged = await ada.post('/photos', { path: file, assetId: 'y', ownerId: 'owner-b' });
    expect(forged.status).toBe(403);
  });

  test('Bull Board and metrics are for who may see all; Basic credentials do for both', async () => {
    const basic = (login: string): Record<string, string> => ({
      authorization: `Basic ${Buffer.from(login).toString('base64')}`,
    });
    for (const route of ['/queues', '/queues/api/queues', '/metrics']) {
      expect((await ada.get(route)).status).toBe(403);
      expect((await root.get(route)).status).toBe(200);
      const url = worker.address + route;
      expect((await ask(url)).headers['www-authenticate']).toContain('Basic');
      expect((await ask(url, { headers: basic('root:root secret') })).status).toBe(200);
      expect((await ask(url, { headers: basic('ada:adas secret') })).status).toBe(403);
    }
    const pause = '/queues/api/queues/image-added/pause';
    const denied = (await ada.ask('PUT', pause, {})).json as { error: { message: string } };
    expect(denied.error.message).toContain('only for who may see all owners');
    const people = `${worker.address}/api/people`;
    expect((await ask(people, { headers: basic('ada:adas secret') })).status).toBe(200);
    expect((await ask(people)).headers['www-authenticate']).toBeUndefined();
  });

  test('a read-only Bull Board changes nothing, and cuts large data short', async () => {
    const api = '/queues/api/queues/image-added';
    for (const [method, route] of [
      ['PUT', `${api}/pause`],
      ['PUT', `${api}/${bobs.jobId}/retry`],
      ['PUT', `${api}/${bobs.jobId}/clean`],
      ['PUT', `${api}/empty`],
      ['PUT', `${api}/retry/failed`],
      ['PUT', `${api}/clean/failed`],
      ['PUT', `${api}/obliterate`],
      ['PATCH', `${api}/${bobs.jobId}/update-data`],
      ['POST', `${api}/add`],
      ['PUT', `/queues/api/queues/pause`],
    ] as const) {
      expect([route, (await root.ask(method, route, {})).status]).toEqual([route, 403]);
    }
    const shown = await root.get('/queues/api/queues?activeQueue=image-added&status=failed');
    expect(shown.bytes.toString()).toContain('tooLargeToShow');
    expect(shown.bytes.length).toBeLessThan(100_000);
  });

  test('the cookie is kept from scripts and other sites, and secure behind TLS', async () => {
    const flags = (answer: ApiAnswer): string => (answer.headers['set-cookie'] ?? []).join();
    const plain = await new Visitor(worker.address).logIn('ada', 'adas secret');
    expect(flags(plain)).toMatch(/HttpOnly/);
    expect(flags(plain)).toMatch(/SameSite=Strict/);
    expect(flags(plain)).not.toMatch(/Secure/);
    const body = { user: 'ada', password: 'adas secret' };
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.7' };
    const behind = await ask(`${worker.address}/api/session`, { method: 'POST', body, headers });
    expect(flags(behind)).toMatch(/; Secure/);
    expect(plain.bytes.toString() + behind.bytes.toString()).not.toContain('secret');
  });

  test('a session is of no use to a page of another site, on any route that changes something', async () => {
    const { cookie } = root;
    const before = (await bob.get('/api/history')).json;
    for (const site of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'same-site' }]) {
      const headers = { cookie, 'x-csrf-token': root.csrfToken, ...site } as Record<string, string>;
      for (const route of [
        ...['/api/session', '/api/corrections', '/api/import', '/api/reapply', '/api/who'],
        ...[`/api/failures/${bobs.jobId}/retry`, '/photos', '/queues/api/queues/image-added/add'],
      ]) {
        const answer = await ask(worker.address + route, { method: 'POST', headers, body: {} });
        expect([route, answer.status]).toEqual([route, 403]);
        expect(answer.json.error.message).toContain('a page of another site');
      }
    }
    expect((await bob.get('/api/history')).json).toEqual(before);
    expect((await root.get('/api/session')).status).toBe(200);
  });

  test('a session needs its own token, and ends when its user logs out', async () => {
    const eve = new Visitor(worker.address);
    await eve.logIn('ada', 'adas secret');
    const stolen = { 'x-csrf-token': bob.csrfToken };
    expect((await eve.post('/api/reapply', {}, stolen)).status).toBe(403);
    expect((await eve.post('/api/reapply', {})).status).toBe(200);
    expect((await eve.ask('DELETE', '/api/session', undefined, stolen)).status).toBe(403);
    const { cookie } = eve;
    expect((await eve.ask('DELETE', '/api/session')).status).toBe(204);
    expect((await ask(`${worker.address}/api/session`, { headers: { cookie } })).status).toBe(401);
    const forged = { cookie: 'face_worker_session=AAAAAAAA' };
    expect((await ask(`${worker.address}/api/people`, { headers: forged })).status).toBe(401);
  });

  test('who guesses passwords is made to wait, also side by side; others are not', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.99' };
    const url = `${worker.address}/api/session`;
    const guess = (user: string): Promise<ApiAnswer> =>
      ask(url, { method: 'POST', headers, body: { user, password: 'guessed' } });
    const answers = await Promise.all(
      Array.from({ length: 25 }, (_, i) => guess(i % 2 === 0 ? 'ada' : 'nobody')),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(10).fill(401), ...Array<number>(15).fill(429)]);
    const right = { user: 'ada', password: 'adas secret' };
    const body = { method: 'POST', body: right };
    expect((await ask(url, { ...body, headers })).status).toBe(429);
    const elsewhere = { 'x-forwarded-for': '192.0.2.100' };
    expect((await ask(url, { ...body, headers: elsewhere })).status).toBe(200);
    const [wrong, unknown] = [answers.find(({ status }) => status === 401), await guess('x')];
    expect(wrong?.json.error.message).toBe('wrong user or password');
    expect(
      unknown.headers['retry-after'] ?? unknown.json.error.details.retryAfterSeconds,
    ).toBeTruthy();
  }, 30_000);

  test('pages may run no script of their own text and stand in no frame', async () => {
    const { headers } = await root.get('/api/session');
    const policy = headers['content-security-policy'] as string;
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cache-control']).toBe('no-store');
    const board = await root.get('/queues');
    expect(board.headers['content-security-policy']).toContain("default-src 'self'");
    expect(board.headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/);
  });

  test('no password and no hash is in the log or an answer', () => {
    expect(JSON.stringify(worker.log) + worker.stderr()).not.toMatch(/secret|scrypt:/);
  });
});
