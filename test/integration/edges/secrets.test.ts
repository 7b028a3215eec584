import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { Redis } from 'ioredis';

import { createProducer } from '../../../src/queue/producer.ts';
import { startImmich, type StandInImmich } from '../../helpers/immich/server.ts';
import { selfSigned, signedBy, type Certificate } from '../../helpers/certificates.ts';
import { samplePhoto, tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { formsOf, leaks } from '../../helpers/secrets.ts';
import { startTlsMongo, type TlsMongo } from '../../helpers/tls-mongodb.ts';
import { startWorkerProcess, type TestWorker } from '../../helpers/worker.ts';

/** Each with characters that URLs, JSON and base64 write otherwise. */
const SECRETS = {
  redis: 'redis-Sesame/1+"%40@é',
  mongodb: 'mongo-Sesame/2+%3A@ü',
  http: 'http-Sesame/3+"%41@ö',
  /** Immich's own are of these characters. */
  immich: 'immich-Sesame/4+=._k',
};
const PREFIX = 'edge-secrets';
const CLI = path.resolve(__dirname, '../../../dist/src/cli.js');

test('every form of a secret is found', () => {
  const { redis } = SECRETS;
  for (const before of ['', 'u', 'u:', 'uu:', '{"password":"']) {
    const text = Buffer.from(`${before}${redis}@host`).toString('base64');
    expect(leaks(text, { redis })).not.toEqual([]);
  }
  for (const form of formsOf(redis)) expect(leaks(`a ${form} b`, { redis })).not.toEqual([]);
  expect(leaks('redis-Sesame', SECRETS)).toEqual([]);
});

describe('secrets stay where they are', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let redis: TestRedis;
  let admin: Redis;
  let authority: Certificate;
  let mongo: TlsMongo;
  let immich: StandInImmich;
  let environment: Record<string, string>;

  const encoded = encodeURIComponent;
  const redisUrl = (password: string): string =>
    `redis://faces:${encoded(password)}@127.0.0.1:${redis.port}/0`;
  const mongoUri = (password: string): string =>
    `mongodb://faces:${encoded(password)}@${mongo.host}/edges?authSource=admin&directConnection=true` +
    `&tls=true&tlsCAFile=${authority.certFile}&serverSelectionTimeoutMS=1000`;
  const letIn = (password: string): Promise<unknown> =>
    admin.acl('SETUSER', 'faces', 'resetpass', 'on', `>${password}`, '~*', '&*', '+@all');

  beforeAll(async () => {
    folder = await tempFolder();
    authority = await selfSigned(folder.path, 'authority');
    const certificate = await signedBy(authority, { folder: folder.path, name: 'server' });
    const user = { name: 'faces', password: SECRETS.mongodb };
    mongo = await startTlsMongo({ folder: folder.path, certificate, authority, user });
    redis = await startRedis({ password: 'admin-password' });
    admin = new Redis(redis.options);
    await letIn(SECRETS.redis);
    immich = await startImmich();
    immich.state.addKey(immich.state.addUser('ada'), ['all'], SECRETS.immich);
    environment = {
      IMMICH_URL: immich.url,
      IMMICH_API_KEY: SECRETS.immich,
      IMMICH_WRITE: 'people,tags,albums',
      IMMICH_SWEEP_SECONDS: '5',
      // The stand-in finds no faces; waiting for them takes minutes, more by chance.
      IMMICH_DETECTION_WAIT_MINUTES: '0',
      REDIS_URL: redisUrl(SECRETS.redis),
      MONGODB_URI: mongoUri(SECRETS.mongodb),
      HTTP_HOST: '127.0.0.1',
      HTTP_USER: 'ada',
      HTTP_PASSWORD: SECRETS.http,
      HTTP_TRUSTED_PROXIES: '127.0.0.1',
      QUEUE_PREFIX: PREFIX,
      DATA_DIR: path.join(folder.path, 'data'),
      JOB_ATTEMPTS: '1',
      VISION_CHILDREN: '1',
      LOG_LEVEL: 'trace',
    };
  }, 180_000);
  afterAll(async () => {
    admin.disconnect();
    await immich.stop();
    await redis.stop();
    await mongo.stop();
    await folder.remove();
  });

  let visits = 0;
  const writtenBy = (worker: TestWorker): string => JSON.stringify(worker.log) + worker.stderr();

  /** Everything that the worker answers over HTTP, with the right login, a wrong one and none. */
  async function asked(
    worker: TestWorker,
    jobIds: readonly string[],
    passwords: readonly (string | undefined)[] = [SECRETS.http, 'wrong', undefined],
  ): Promise<string> {
    const pages = [
      ...['/', '/queues', '/queues/api/queues?activeQueue=image-added&status=latest', '/metrics'],
      ...['/health/live', '/health/ready', '/photos/a', '/nothing-there'],
      ...jobIds.map((id) => `/queues/api/queues/image-added/${id}`),
      ...jobIds.map((id) => `/queues/api/queues/image-added/${id}/logs`),
    ];
    const texts: string[] = [];
    for (const password of passwords) {
      const login = Buffer.from(`ada:${password ?? ''}`).toString('base64');
      const authorization = password === undefined ? {} : { authorization: `Basic ${login}` };
      for (const page of pages) {
        // Each from an address of its own: who guesses too often is answered with nothing else.
        const headers = { ...authorization, 'x-forwarded-for': `192.0.2.${++visits % 250}` };
        const answer = await fetch(worker.address + page, { headers });
        texts.push(`${page} ${JSON.stringify([...answer.headers])} ${await answer.text()}`);
      }
    }
    return texts.join('\n');
  }

  /** Every value that the queues keep in Redis. */
  async function kept(): Promise<string> {
    const texts: string[] = [];
    for await (const keys of admin.scanStream({ match: `${PREFIX}:*` }) as AsyncIterable<
      string[]
    >) {
      for (const key of keys) {
        texts.push(key, JSON.stringify(await admin.dump(key)));
        const kind = await admin.type(key);
        if (kind === 'hash') texts.push(JSON.stringify(await admin.hgetall(key)));
        if (kind === 'list') texts.push(JSON.stringify(await admin.lrange(key, 0, -1)));
        if (kind === 'stream') texts.push(JSON.stringify(await admin.xrange(key, '-', '+')));
      }
    }
    return texts.join('\n');
  }

  async function ofChildren(worker: TestWorker): Promise<string> {
    const pid = worker.child.pid ?? 0;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const texts = children
      .trim()
      .split(' ')
      .flatMap((child) => [`/proc/${child}/environ`, `/proc/${child}/cmdline`])
      .map((file) => readFile(file, 'utf8'));
    return (await Promise.all([...texts, readFile(`/proc/${pid}/cmdline`, 'utf8')])).join('\n');
  }

  test('while photos fail, MongoDB goes away and Redis changes its password', async () => {
    const worker = await startWorkerProcess(environment, { ready: false });
    await worker.logged('ready for photos');
    const adminOptions = { ...redis.options, socketTimeout: 1000 };
    const producer = createProducer({
      redis: adminOptions,
      prefix: PREFIX,
      retry: { attempts: 1, backoffMillis: 0 },
    });
    const outcome = async (assetId: string): Promise<string> => {
      const jobId = await producer.add({ assetId, path: `${folder.path}/data/uploads/${assetId}` });
      const isTold = (line: Record<string, unknown>): boolean => line['jobId'] === jobId;
      while (!worker.log.some(isTold)) {
        await new Promise((resolve) => worker.child.once('logged', resolve));
      }
      return jobId;
    };
    const [ada] = immich.state.users.values();
    const uploaded = await immich.upload(ada!, await readFile(samplePhoto(1)));
    await worker.logged('writing results into Immich');
    while (immich.state.people.size === 0) await immich.requested('POST /people');
    const jobIds = [await outcome('none')];
    const children = await ofChildren(worker);
    const healthy = await asked(worker, jobIds);
    expect(healthy).toContain('PATH_NOT_FOUND');
    expect(healthy).toContain('"state":"ok"');

    // Each way in which Immich can fail, while it is asked for changes and results are written.
    immich.faults.add({ kind: 'html' });
    await worker.logged('Immich was not asked');
    const withoutImmich = await asked(worker, jobIds, [SECRETS.http]);
    immich.faults.clear();
    await worker.logged('Immich answers again');
    immich.faults.add({ kind: 'cut' });
    await immich.faults.met('cut');
    immich.faults.clear();
    immich.faults.add({ kind: 'status', status: 403 }, { route: 'GET /faces', times: 1 });
    immich.faults.add({ kind: 'status', status: 401 });
    await worker.logged("nothing is done for one of Immich's users");
    const refused = await asked(worker, jobIds, [SECRETS.http]);
    expect(refused).toContain('"state":"refused"');
    immich.faults.clear();

    await mongo.stop();
    jobIds.push(await outcome('storeless'));
    const withoutStore = await asked(worker, jobIds);
    expect(withoutStore).toContain('STORE_UNAVAILABLE');

    await letIn('another-password');
    await admin.call('CLIENT', 'KILL', 'USER', 'faces');
    await worker.logged('Redis does not answer');
    const withoutRedis = await asked(worker, jobIds);
    expect(withoutRedis).toContain('"redis":');
    await letIn(SECRETS.redis);
    await worker.logged('Redis answers again');

    const jobs = await kept();
    expect(jobs).toContain('PATH_NOT_FOUND');
    await producer.close();
    expect(await worker.stop()).toBe(0);
    expect(jobs).toContain(uploaded.id);
    const whenImmichFailed = { withoutImmich, refused };
    const whenOthersFailed = { withoutStore, withoutRedis };
    const all = {
      ...{ children, healthy, ...whenImmichFailed, ...whenOthersFailed, jobs },
      log: writtenBy(worker),
    };
    for (const [where, text] of Object.entries(all)) {
      expect([where, leaks(text, SECRETS)]).toEqual([where, []]);
    }
  }, 300_000);

  const misspelt = Object.fromEntries(
    Object.entries(SECRETS).map(([name, secret]) => [name, `${secret}-misspelt`]),
  ) as typeof SECRETS;
  const wrongSettings: [string, () => Record<string, string>][] = [
    ['REDIS_URL with a wrong password', () => ({ REDIS_URL: redisUrl(misspelt.redis) })],
    [
      'REDIS_PASSWORD wrong',
      () => ({
        REDIS_URL: '',
        REDIS_HOSTNAME: '127.0.0.1',
        REDIS_PORT: String(redis.port),
        REDIS_USERNAME: 'faces',
        REDIS_PASSWORD: misspelt.redis,
      }),
    ],
    [
      'ioredis:// with a wrong password',
      () => {
        const options = { host: '127.0.0.1', port: redis.port, password: misspelt.redis };
        return {
          REDIS_URL: `ioredis://${Buffer.from(JSON.stringify(options)).toString('base64')}`,
        };
      },
    ],
    ['REDIS_URL not encoded', () => ({ REDIS_URL: `redis://faces:${SECRETS.redis}@127.0.0.1` })],
    [
      'ioredis:// that is no JSON',
      () => ({ REDIS_URL: `ioredis://${Buffer.from(SECRETS.redis).toString('base64')}` }),
    ],
    ['REDIS_URL beside REDIS_PASSWORD', () => ({ REDIS_PASSWORD: SECRETS.redis })],
    ['MONGODB_URI not encoded', () => ({ MONGODB_URI: `mongodb://faces:${SECRETS.mongodb}@h/x` })],
    ['MONGODB_URI of another kind', () => ({ MONGODB_URI: `mongo://u:${SECRETS.mongodb}@h` })],
    ['HTTP_PASSWORD without HTTP_USER', () => ({ HTTP_USER: '' })],
    [
      'IMMICH_API_KEY that is none',
      () => ({ IMMICH_API_KEY: `"${SECRETS.immich}" and something` }),
    ],
    ['IMMICH_API_KEY without IMMICH_URL', () => ({ IMMICH_URL: '' })],
    [
      'IMMICH_REDIS_URL of another kind',
      () => ({ IMMICH_REDIS_URL: `http://u:${SECRETS.redis}@h` }),
    ],
    ['another setting wrong', () => ({ HTTP_PORT: SECRETS.http, ENGINE: 'gpu', HTTP_USER: '' })],
  ];

  test.each(wrongSettings)(
    '%s: the worker and the commands end without a word of it',
    async (name, changes) => {
      const settings = { ...environment, ...changes() };
      const worker = await startWorkerProcess(settings, { ready: false });
      expect(await worker.exited).toBe(1);
      expect(writtenBy(worker)).toMatch(/\[(CONFIG_INVALID|REDIS_UNAVAILABLE)\]/);
      const command = await promisify(execFile)(
        process.execPath,
        [CLI, 'backfill', '--folder', folder.path],
        { env: { PATH: process.env['PATH'], ...settings } },
      ).then(
        ({ stdout, stderr }) => stdout + stderr,
        (error: unknown) => JSON.stringify(error),
      );
      // A secret in the place of a port is no secret of that setting.
      const secrets = name === 'another setting wrong' ? { redis: SECRETS.redis } : SECRETS;
      expect(leaks(writtenBy(worker) + command, secrets)).toEqual([]);
    },
    60_000,
  );

  test('MONGODB_URI with a wrong password: the same', async () => {
    const certificate = await signedBy(authority, { folder: folder.path, name: 'second' });
    const user = { name: 'faces', password: SECRETS.mongodb };
    const second = await startTlsMongo({ folder: folder.path, certificate, authority, user });
    const uri = mongoUri(misspelt.mongodb).replace(mongo.host, second.host);
    const worker = await startWorkerProcess({ ...environment, MONGODB_URI: uri }, { ready: false });
    expect(await worker.exited).toBe(1);
    expect(worker.stderr()).toMatch(/\[STORE_UNAVAILABLE\].*refuses the login/);
    expect(leaks(writtenBy(worker), SECRETS)).toEqual([]);
    await second.stop();
  }, 120_000);

  test('HTTP at an address that another program has: the same', async () => {
    const worker = await startWorkerProcess(
      { ...environment, MONGODB_URI: '', HTTP_PORT: String(redis.port) },
      { ready: false },
    );
    expect(await worker.exited).toBe(1);
    expect(worker.stderr()).toMatch(/\[HTTP_ADDRESS_IN_USE\]/);
    expect(leaks(writtenBy(worker), SECRETS)).toEqual([]);
  }, 60_000);
});
