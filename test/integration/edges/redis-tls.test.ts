import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';

import { Redis, type RedisOptions } from 'ioredis';
import pino from 'pino';

import { readConfig } from '../../../src/config.ts';
import { waitForRedis } from '../../../src/queue/connection.ts';
import { createProducer } from '../../../src/queue/producer.ts';
import { selfSigned, signedBy, type Certificate } from '../../helpers/certificates.ts';
import { freePort } from '../../helpers/free-port.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startWorkerProcess } from '../../helpers/worker.ts';

/** Characters that a URL must encode, and that must not come back out in any form. */
const PASSWORD = 'tls/pass+word@%3A';
const PREFIX = 'edge-tls';

/** A real redis-server with TLS; `faces` may touch the keys of PREFIX and nothing dangerous. */
async function startTlsRedis(
  certificate: Certificate,
  authority: Certificate,
): Promise<TestRedis & { tlsPort: number }> {
  const tlsPort = await freePort();
  const redis = await startRedis({
    password: 'admin-password',
    args: [
      ...['--tls-port', String(tlsPort), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', certificate.certFile, '--tls-key-file', certificate.keyFile],
      ...['--tls-ca-cert-file', authority.certFile],
    ],
  });
  const admin = new Redis(redis.options);
  const rights = [`~${PREFIX}:*`, '&*', '+@all', '-@dangerous', '+info'];
  await admin.acl('SETUSER', 'faces', 'on', `>${PASSWORD}`, ...rights);
  admin.disconnect();
  return { ...redis, tlsPort };
}

describe('Redis over TLS with a user and a password', () => {
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let authority: Certificate;
  let stranger: Certificate;
  let redis: Awaited<ReturnType<typeof startTlsRedis>>;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = await tempFolder();
    authority = await selfSigned(folder.path, 'authority');
    stranger = await selfSigned(folder.path, 'stranger');
    const server = await signedBy(authority, { folder: folder.path, name: 'server' });
    redis = await startTlsRedis(server, authority);
    environment = {
      QUEUE_PREFIX: PREFIX,
      DATA_DIR: folder.path,
      JOB_BACKOFF_MILLIS: '20',
      VISION_CHILDREN: '1',
    };
  }, 60_000);
  afterAll(async () => {
    await redis.stop();
    await folder.remove();
  });

  const url = (port: number, login = `faces:${encodeURIComponent(PASSWORD)}`): string =>
    `rediss://${login}@127.0.0.1:${port}/0`;

  /** ioredis leaves the timer of a closed connection's socket behind; a short one ends soon. */
  const optionsOf = (redisUrl: string): RedisOptions => ({
    ...readConfig({ REDIS_URL: redisUrl, REDIS_TLS_CA_FILE: authority.certFile }).redis,
    socketTimeout: 1000,
  });

  async function immichUrl(ca: Certificate): Promise<string> {
    const tls = { ca: await readFile(ca.certFile, 'utf8') };
    const login = { username: 'faces', password: PASSWORD };
    const options = { host: '127.0.0.1', port: redis.tlsPort, ...login, tls };
    return `ioredis://${Buffer.from(JSON.stringify(options)).toString('base64')}`;
  }

  /** How the worker refuses to start, and all that it wrote, which holds no password. */
  async function refusal(settings: Record<string, string>, password = PASSWORD): Promise<string> {
    const worker = await startWorkerProcess({ ...environment, ...settings }, { ready: false });
    expect(await worker.exited).toBe(1);
    const written = JSON.stringify(worker.log) + worker.stderr();
    for (const secret of [password, encodeURIComponent(password)]) {
      expect(written).not.toContain(secret);
    }
    expect(written).not.toContain(Buffer.from(password).toString('base64').replace(/=+$/, ''));
    return worker.stderr();
  }

  test.each<[string, () => Promise<Record<string, string>>]>([
    [
      'rediss:// with REDIS_TLS_CA_FILE',
      () =>
        Promise.resolve({ REDIS_URL: url(redis.tlsPort), REDIS_TLS_CA_FILE: authority.certFile }),
    ],
    [
      'rediss:// with NODE_EXTRA_CA_CERTS',
      () =>
        Promise.resolve({ REDIS_URL: url(redis.tlsPort), NODE_EXTRA_CA_CERTS: authority.certFile }),
    ],
    ["Immich's ioredis:// with tls.ca", async () => ({ REDIS_URL: await immichUrl(authority) })],
  ])(
    'a worker takes jobs by %s',
    async (_name, settings) => {
      const worker = await startWorkerProcess({ ...environment, ...(await settings()) });
      const producer = createProducer({
        redis: optionsOf(url(redis.tlsPort)),
        prefix: PREFIX,
        retry: { attempts: 1, backoffMillis: 0 },
      });
      await producer.add({ assetId: 'a', path: `${folder.path}/uploads/none.jpg` });
      expect(await worker.logged('the photo failed')).toMatchObject({ code: 'PATH_NOT_FOUND' });
      expect(worker.log.filter(({ msg }) => msg === 'Redis does not answer; trying again')).toEqual(
        [],
      );
      await producer.close();
      expect(await worker.stop()).toBe(0);
      expect(JSON.stringify(worker.log) + worker.stderr()).not.toContain(PASSWORD);
    },
    120_000,
  );

  test('an authority that did not sign it, or none, is refused by name', async () => {
    const byNobody = await refusal({ REDIS_URL: url(redis.tlsPort) });
    expect(byNobody).toMatch(/\[REDIS_UNAVAILABLE\].*certificate.*REDIS_TLS_CA_FILE/);
    const byStranger = { REDIS_URL: url(redis.tlsPort), REDIS_TLS_CA_FILE: stranger.certFile };
    expect(await refusal(byStranger)).toMatch(/\[REDIS_UNAVAILABLE\].*certificate/);
    expect(await refusal({ REDIS_URL: await immichUrl(stranger) })).toMatch(
      /\[REDIS_UNAVAILABLE\].*certificate/,
    );
  }, 60_000);

  test('a wrong password and an unknown user are refused', async () => {
    const withCa = { REDIS_TLS_CA_FILE: authority.certFile };
    for (const login of ['faces:wrong-password-7', 'nobody:wrong-password-7']) {
      const settings = { ...withCa, REDIS_URL: url(redis.tlsPort, login) };
      expect(await refusal(settings, 'wrong-password-7')).toMatch(
        /\[REDIS_UNAVAILABLE\].*WRONGPASS/,
      );
    }
  }, 60_000);

  test('the error itself holds no password, however deep one looks', async () => {
    const log = pino({ level: 'silent' });
    const error = await waitForRedis(optionsOf(url(redis.tlsPort, 'faces:wrong-password-7')), {
      log,
      signal: new AbortController().signal,
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('wrong-password-7');
  });

  test('plain speech to the TLS port is an outage that is said, without the password', async () => {
    const worker = await startWorkerProcess(
      { ...environment, REDIS_URL: url(redis.tlsPort).replace('rediss:', 'redis:') },
      { ready: false },
    );
    await worker.logged('Redis does not answer');
    expect(await worker.stop()).toBe(0);
    const written = JSON.stringify(worker.log) + worker.stderr();
    expect(written).not.toContain(PASSWORD);
    expect(written).not.toContain(encodeURIComponent(PASSWORD));
  }, 60_000);

  test.each<[string, () => Promise<Certificate>, RegExp]>([
    [
      'expired',
      () => signedBy(authority, { folder: folder.path, name: 'expired', days: -1 }),
      /certificate has expired/,
    ],
    ['self-signed', () => selfSigned(folder.path, 'alone'), /self-signed certificate/],
    [
      "another host's",
      () => signedBy(authority, { folder: folder.path, name: 'other', hosts: 'DNS:other.test' }),
      /does not match certificate/,
    ],
  ])(
    'a server whose certificate is %s is refused',
    async (_name, makeCertificate, reason) => {
      const server = await startTlsRedis(await makeCertificate(), authority);
      try {
        const said = await refusal({
          REDIS_URL: url(server.tlsPort),
          REDIS_TLS_CA_FILE: authority.certFile,
        });
        expect(said).toMatch(/\[REDIS_UNAVAILABLE\]/);
        expect(said).toMatch(reason);
      } finally {
        await server.stop();
      }
    },
    60_000,
  );
});
