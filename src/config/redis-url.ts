import type { RedisOptions } from 'ioredis';

/** Immich's own form: base64 of JSON ioredis options (Sentinel, TLS); undefined when it is not. */
export function decodeIoredisOptions(base64: string): RedisOptions | undefined {
  try {
    const options: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
    return isObject ? options : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `redis://` or `rediss://` with user, password, port and database; undefined for any other form.
 * `ca` are the authorities that may vouch for the server, PEM, instead of the system's.
 */
export function redisOfUrl(text: string, ca?: string): RedisOptions | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const db = /^\/?(\d*)$/.exec(url.pathname)?.[1];
  if (!['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '' || db === undefined)
    return undefined;
  const login = decodeLogin(url);
  if (login === undefined) return undefined;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    db: db === '' ? 0 : Number(db),
    ...login,
    ...(url.protocol === 'rediss:' ? { tls: ca === undefined ? {} : { ca } } : {}),
  };
}

function decodeLogin(url: URL): Pick<RedisOptions, 'username' | 'password'> | undefined {
  try {
    return {
      ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
      ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    };
  } catch {
    return undefined;
  }
}
