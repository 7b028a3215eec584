import { readFileSync } from 'node:fs';

import type { RedisOptions } from 'ioredis';

import { decodeIoredisOptions, redisOfUrl } from './redis-url.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Immich's variables for a Redis without an address in one piece. */
export interface RedisParts {
  readonly REDIS_HOSTNAME?: string | undefined;
  readonly REDIS_PORT: number;
  readonly REDIS_DBINDEX: number;
  readonly REDIS_USERNAME?: string | undefined;
  readonly REDIS_PASSWORD?: string | undefined;
  readonly REDIS_SOCKET?: string | undefined;
}

const INSTEAD_OF_URL = [
  'REDIS_HOSTNAME',
  'REDIS_PORT',
  'REDIS_DBINDEX',
  'REDIS_USERNAME',
  'REDIS_PASSWORD',
  'REDIS_SOCKET',
] as const satisfies readonly (keyof RedisParts)[];

/** Redis settings that cannot stand together, a line each. */
export function redisContradictions(given: Environment): string[] {
  const found: string[] = [];
  const isSet = (name: string): boolean => given[name] !== undefined;
  const besideUrl = INSTEAD_OF_URL.filter(isSet);
  if (isSet('REDIS_URL') && besideUrl.length > 0) {
    found.push(`REDIS_URL: expected to stand alone, got ${besideUrl.join(', ')} beside it`);
  }
  if (isSet('REDIS_TLS_CA_FILE') && given['REDIS_URL']?.startsWith('rediss://') !== true) {
    found.push(
      'REDIS_TLS_CA_FILE: expected a REDIS_URL that begins with rediss://, got none (in ioredis:// the authority is tls.ca)',
    );
  }
  const besideSocket = ['REDIS_HOSTNAME', 'REDIS_PORT'].filter(isSet);
  if (isSet('REDIS_SOCKET') && besideSocket.length > 0) {
    found.push(`REDIS_SOCKET: expected no address beside it, got ${besideSocket.join(' and ')}`);
  }
  return found;
}

/** ioredis's options; adds to `problems` what is wrong with them, never repeating a secret. */
export function readRedis(
  given: Environment,
  values: RedisParts | undefined,
  problems: string[],
): RedisOptions | undefined {
  const url = given['REDIS_URL'];
  if (url === undefined) return values === undefined ? undefined : redisOfParts(values);
  if (url.startsWith('ioredis://')) {
    const options = decodeIoredisOptions(url.slice('ioredis://'.length));
    if (options !== undefined) return options;
    problems.push(
      'REDIS_URL: expected ioredis:// and the base64 of a JSON object, got something else after ioredis://',
    );
    return undefined;
  }
  const options = redisOfUrl(url, readAuthorities(given['REDIS_TLS_CA_FILE'], problems));
  if (options === undefined) {
    problems.push(
      'REDIS_URL: expected redis://, rediss:// or ioredis://, with a host, got another form (hidden)',
    );
  }
  return options;
}

/** Node ignores a text without any certificate in it and would then trust the system's authorities. */
function readAuthorities(file: string | undefined, problems: string[]): string | undefined {
  if (file === undefined) return undefined;
  try {
    const pem = readFileSync(file, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch {
    // Said below, as for a file of something else.
  }
  problems.push(
    `REDIS_TLS_CA_FILE: expected a readable file of PEM certificates, got ${JSON.stringify(file)}`,
  );
  return undefined;
}

function redisOfParts(values: RedisParts): RedisOptions {
  return {
    ...(values.REDIS_SOCKET === undefined
      ? { host: values.REDIS_HOSTNAME ?? 'redis', port: values.REDIS_PORT }
      : { path: values.REDIS_SOCKET }),
    db: values.REDIS_DBINDEX,
    ...(values.REDIS_USERNAME === undefined ? {} : { username: values.REDIS_USERNAME }),
    ...(values.REDIS_PASSWORD === undefined ? {} : { password: values.REDIS_PASSWORD }),
  };
}
