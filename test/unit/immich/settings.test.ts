import { readImmichKeys } from '../../../src/config/immich-settings.ts';
import { readConfig } from '../../../src/config.ts';
import type { WorkerError } from '../../../src/errors.ts';

const [one, two] = ['aB3_key-of-ada', 'bB4/key+of=bob'];

test.each([
  ['one', one, [[one, 'key 1']]],
  [
    'with commas',
    `${one}, ${two}`,
    [
      [one, 'key 1'],
      [two, 'key 2'],
    ],
  ],
  [
    'on lines, with remarks',
    `# ada\n${one}\n  # bob\n${two}\n`,
    [
      [one, 'key 1'],
      [two, 'key 2'],
    ],
  ],
  [
    'as a YAML list',
    `- ${one}\n- key: ${two}\n  name: bob`,
    [
      [one, 'key 1'],
      [two, 'bob'],
    ],
  ],
  [
    'as YAML by name',
    `ada: ${one}\nbob: ${two}`,
    [
      [one, 'ada'],
      [two, 'bob'],
    ],
  ],
  ['as JSON', JSON.stringify([{ key: one, name: 'ada' }]), [[one, 'ada']]],
])('keys come %s', (_how, text, expected) => {
  expect(readImmichKeys(text)?.map(({ key, label }) => [key, label])).toEqual(expected);
});

test.each([['short'], ['{ not: [yaml'], ['- key: 7'], ['a key with spaces: and: colons']])(
  'no keys: %s',
  (text) => {
    expect(readImmichKeys(text)).toBeNull();
  },
);

function refusalOf(environment: Record<string, string>): string {
  try {
    readConfig(environment);
    return '';
  } catch (error) {
    return (error as WorkerError).message;
  }
}

test('address and keys need each other, and a wrong key is not repeated', () => {
  expect(refusalOf({ IMMICH_URL: 'http://immich:2283' })).toContain('IMMICH_API_KEYS: expected');
  expect(refusalOf({ IMMICH_API_KEY: one })).toContain('IMMICH_URL: expected');
  const secret = refusalOf({ IMMICH_URL: 'http://immich:2283', IMMICH_API_KEYS: '{ s3cr3t: [' });
  expect(secret).toContain('IMMICH_API_KEYS: expected API keys');
  expect(secret).not.toContain('s3cr3t');
  const login = refusalOf({ IMMICH_URL: 'http://ada:s3cr3t@immich', IMMICH_API_KEY: one });
  expect(login).toContain('IMMICH_URL: expected an address');
  expect(login).not.toContain('s3cr3t');
  const redis = { IMMICH_URL: 'http://immich', IMMICH_API_KEY: one, IMMICH_REDIS_URL: 'no:s3cr3t' };
  expect(refusalOf(redis)).toMatch(/IMMICH_REDIS_URL: expected/);
  expect(refusalOf(redis)).not.toContain('s3cr3t');
});

test('a double key counts once; folders are mapped; events are of the same Redis', () => {
  const { immich, redis } = readConfig({
    IMMICH_URL: 'https://photos.example.org/immich/',
    IMMICH_API_KEY: one,
    IMMICH_API_KEYS: `${one},${two}`,
    IMMICH_PATH_MAP: '/data:/photos, /mnt/external=/external/',
  });
  expect(immich?.keys.map(({ key }) => key)).toEqual([one, two]);
  expect(immich?.pathMap).toEqual([
    { from: '/data', to: '/photos' },
    { from: '/mnt/external', to: '/external/' },
  ]);
  expect(immich?.events).toEqual({ redis, prefix: 'immich_bull' });
  const off = { IMMICH_URL: 'http://immich', IMMICH_API_KEY: one, IMMICH_EVENTS: 'off' };
  expect(readConfig(off).immich?.events).toBeNull();
  expect(refusalOf({ ...off, IMMICH_PATH_MAP: 'data:/photos' })).toContain('IMMICH_PATH_MAP');
});
