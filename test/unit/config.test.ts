import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { childEnvironment, isLoopback, readConfig } from '../../src/config.ts';

/** The message that a bad environment is refused with. */
function refusal(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', retryable: false });
    return (error as Error).message;
  }
  return 'accepted';
}

test('the defaults are those of a worker beside Immich', () => {
  const config = readConfig({});
  expect(config).toMatchObject({
    redis: { host: 'redis', port: 6379, db: 0 },
    queuePrefix: 'immich_bull',
    engine: 'auto',
    mediaRoots: [],
    http: { host: '127.0.0.1', port: 3033 },
  });
  expect(config.redis).not.toHaveProperty('password');
  expect(config.mongodbUri).toBeUndefined();
  expect(path.isAbsolute(config.dataDir)).toBe(true);
  expect(Object.isFrozen(config)).toBe(true);
});

test('an empty value counts as not set', () => {
  expect(readConfig({ REDIS_URL: '', HTTP_USER: '', ENGINE: '' })).toEqual(readConfig({}));
});

describe('Redis', () => {
  test("Immich's variables", () => {
    const { redis } = readConfig({
      REDIS_HOSTNAME: 'cache',
      REDIS_PORT: '6380',
      REDIS_DBINDEX: '3',
      REDIS_USERNAME: 'u',
      REDIS_PASSWORD: 'p',
    });
    expect(redis).toEqual({ host: 'cache', port: 6380, db: 3, username: 'u', password: 'p' });
  });

  test('a socket', () => {
    expect(readConfig({ REDIS_SOCKET: '/run/redis.sock', REDIS_DBINDEX: '1' }).redis).toEqual({
      path: '/run/redis.sock',
      db: 1,
    });
  });

  test.each([
    ['redis://h', { host: 'h', port: 6379, db: 0 }],
    [
      'redis://u:p%40ss@h:7000/4',
      { host: 'h', port: 7000, db: 4, username: 'u', password: 'p@ss' },
    ],
    ['rediss://h', { host: 'h', port: 6379, db: 0, tls: {} }],
    ['redis://[::1]:6379', { host: '::1', port: 6379, db: 0 }],
  ])('%s', (url, expected) => {
    expect(readConfig({ REDIS_URL: url }).redis).toEqual(expected);
  });

  test("rediss:// with an authority's certificate of one's own", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'faces-config-'));
    const file = path.join(folder, 'ca.pem');
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\n…');
    const settings = { REDIS_URL: 'rediss://h', REDIS_TLS_CA_FILE: file };
    expect(readConfig(settings).redis).toMatchObject({ tls: { ca: readFileSync(file, 'utf8') } });
    expect(refusal({ ...settings, REDIS_URL: 'redis://h' })).toMatch(/REDIS_TLS_CA_FILE: .*rediss/);
    expect(refusal({ REDIS_TLS_CA_FILE: file })).toMatch(/REDIS_TLS_CA_FILE: .*rediss/);
    writeFileSync(file, 'no certificate');
    expect(refusal(settings)).toMatch(/REDIS_TLS_CA_FILE: expected a readable file of PEM/);
    rmSync(folder, { recursive: true });
    expect(refusal(settings)).toMatch(/REDIS_TLS_CA_FILE: expected a readable file of PEM/);
  });

  test("Immich's ioredis:// with Sentinel", () => {
    const options = { sentinels: [{ host: 's1', port: 26379 }], name: 'mymaster', db: 2 };
    const url = `ioredis://${Buffer.from(JSON.stringify(options)).toString('base64')}`;
    expect(readConfig({ REDIS_URL: url }).redis).toEqual(options);
  });

  test.each([
    'ioredis://not-base64-json',
    `ioredis://${Buffer.from('[1]').toString('base64')}`,
    'http://h',
    'redis:///2',
    'redis://h/notanumber',
    'redis://u:100%@h',
    'h:6379',
  ])('%s is refused without being repeated', (url) => {
    const message = refusal({ REDIS_URL: url });
    expect(message).toMatch(/REDIS_URL: expected .*, got/);
    expect(message).not.toContain(url);
  });
});

test('every problem is listed at once, with what was expected and what came', () => {
  const message = refusal({
    REDIS_PORT: 'many',
    ENGINE: 'gpu',
    HTTP_PORT: '70000',
    MEDIA_ROOTS: 'photos',
    TINY_INPUT_PX: '300',
    DETECTOR_MIN_SCORE: '2',
    QUEUE_PREFIX: 'a:b',
    MONGODB_URI: 'postgres://user:secret@host/db',
  });
  for (const line of [
    'REDIS_PORT: expected a whole number from 1 to 65535, got "many"',
    'ENGINE: expected one of auto, onnx, tfjs-node, wasm, got "gpu"',
    'HTTP_PORT: expected a whole number from 0 to 65535, got "70000"',
    'MEDIA_ROOTS: expected absolute folders, separated by commas or as a JSON list, got "photos"',
    'TINY_INPUT_PX: expected a multiple of 32 from 128 to 608, got "300"',
    'DETECTOR_MIN_SCORE: expected a number from 0.05 to 0.99, got "2"',
    'QUEUE_PREFIX: expected a name without colon, brace or space, got "a:b"',
    'MONGODB_URI: expected an address that begins with mongodb:// or mongodb+srv://, got another value (hidden)',
  ]) {
    expect(message).toContain(`  - ${line}`);
  }
  expect(message).not.toContain('secret');
  expect(message.split('\n').filter((line) => line.startsWith('  - '))).toHaveLength(8);
});

test.each([
  [
    { REDIS_URL: 'redis://h', REDIS_HOSTNAME: 'other' },
    /REDIS_URL: expected to stand alone, got REDIS_HOSTNAME/,
  ],
  [
    { REDIS_SOCKET: '/s', REDIS_PORT: '1' },
    /REDIS_SOCKET: expected no address beside it, got REDIS_PORT/,
  ],
  [{ HTTP_USER: 'u' }, /HTTP_PASSWORD: expected together with HTTP_USER/],
  [{ HTTP_PASSWORD: 'p' }, /HTTP_USER: expected together with HTTP_PASSWORD/],
  [
    { HTTP_HOST: '0.0.0.0' },
    /HTTP_HOST: expected a loopback address .* got "0.0.0.0" without them/,
  ],
  [{ HTTP_HOST: '192.168.1.4', HTTP_USER: 'u' }, /HTTP_HOST/],
])('contradiction %o is refused', (environment, message) => {
  expect(refusal(environment as Record<string, string>)).toMatch(message);
});

test('an open address with credentials is accepted', () => {
  const { http } = readConfig({ HTTP_HOST: '0.0.0.0', HTTP_USER: 'u', HTTP_PASSWORD: 'p' });
  expect(http).toMatchObject({
    host: '0.0.0.0',
    accounts: [{ user: 'u', password: 'p', ownerId: null }],
  });
});

test('media roots: commas, or a JSON list for names that hold one', () => {
  expect(readConfig({ MEDIA_ROOTS: '/a, /b ,' }).mediaRoots).toEqual(['/a', '/b']);
  expect(readConfig({ MEDIA_ROOTS: '["/a, b","/c"]' }).mediaRoots).toEqual(['/a, b', '/c']);
  expect(refusal({ MEDIA_ROOTS: '["/a' })).toMatch(/MEDIA_ROOTS/);
});

describe('secrets in files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'faces-config-'));
    writeFileSync(path.join(folder, 'password'), 'from-file\n');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('are read', () => {
    const file = path.join(folder, 'password');
    expect(readConfig({ REDIS_PASSWORD_FILE: file }).redis).toMatchObject({
      password: 'from-file',
    });
    expect(readConfig({ HTTP_USER: 'u', HTTP_PASSWORD_FILE: file }).http.accounts).toEqual([
      { user: 'u', password: 'from-file', ownerId: null },
    ]);
  });

  test('missing or doubled ones are refused', () => {
    expect(refusal({ REDIS_PASSWORD_FILE: path.join(folder, 'none') })).toMatch(
      /expected a readable file/,
    );
    const both = { REDIS_PASSWORD: 'x', REDIS_PASSWORD_FILE: path.join(folder, 'password') };
    expect(refusal(both)).toMatch(/only one of REDIS_PASSWORD and REDIS_PASSWORD_FILE/);
  });
});

test("children that open strangers' photos get no secret", () => {
  const child = childEnvironment({
    PATH: '/bin',
    REDIS_PASSWORD: 'a',
    REDIS_URL: 'redis://:b@h',
    MONGODB_URI: 'mongodb://u:c@h',
    HTTP_PASSWORD: 'd',
  });
  expect(child).toEqual({ PATH: '/bin', TF_CPP_MIN_LOG_LEVEL: '2' });
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['127.0.0.1.example.org', false],
  ['192.168.0.1', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test.each(['a@secret', 'secret'])(
  'a login %s inside an address that is refused is not repeated',
  (password) => {
    const message = refusal({ IMMICH_URL: `http://ada:${password}@immich:2283` });
    expect(message).toContain('IMMICH_URL: expected an address');
    expect(message).not.toContain('secret');
  },
);
