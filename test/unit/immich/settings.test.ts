import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { readImmichKeys } from '../../../src/config/immich-settings.ts';
import { readConfig } from '../../../src/config.ts';
import type { WorkerError } from '../../../src/errors.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

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

describe('keys in a file and in the variable', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'keys');
  const given = { IMMICH_URL: 'http://immich', IMMICH_API_KEYS_FILE: file };
  const labelsOf = (content: string, variable: string): (string | undefined)[] => {
    writeFileSync(file, content);
    const { immich } = readConfig({ ...given, IMMICH_API_KEYS: variable });
    return (immich?.keys ?? []).map(({ key, label }) => `${label}: ${key}`);
  };

  test('count both, each under its name', () => {
    expect(labelsOf(`ada: ${one}`, two)).toEqual([`ada: ${one}`, `key 2: ${two}`]);
    expect(labelsOf(one, `bob: ${two}`)).toEqual([`key 1: ${one}`, `bob: ${two}`]);
    expect(labelsOf(`${one}\n${two}`, two)).toHaveLength(2);
  });

  test('may be in one of them alone', () => {
    expect(labelsOf('# none yet\n', two)).toEqual([`key 1: ${two}`]);
    expect(refusalOf({ ...given, IMMICH_API_KEYS: '# none either' })).toContain('IMMICH_API_KEYS');
    expect(labelsOf(one, '')).toEqual([`key 1: ${one}`]);
  });

  test('have to be keys, and a file has to be there', () => {
    writeFileSync(file, '{ s3cr3t: [');
    const wrong = refusalOf({ ...given, IMMICH_API_KEYS: one });
    expect(wrong).toContain('IMMICH_API_KEYS: expected API keys');
    expect(wrong).not.toContain('s3cr3t');
    const missing = { ...given, IMMICH_API_KEYS_FILE: path.join(folder, 'missing') };
    expect(refusalOf({ ...missing, IMMICH_API_KEYS: one })).toContain('IMMICH_API_KEYS_FILE');
    const both = { REDIS_PASSWORD: 'a', REDIS_PASSWORD_FILE: file };
    expect(refusalOf(both)).toContain('only one of REDIS_PASSWORD and');
  });
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
