import { setTimeout as delay } from 'node:timers/promises';

import { Redis, type RedisOptions } from 'ioredis';

import { messageOf, systemCodeOf, WorkerError } from '../errors.ts';
import type { Log } from '../log.ts';

/**
 * How long a connection may be silent while an answer is due; a frozen master is noticed by this
 * alone. Longer than a worker's blocking wait for a job (5 s) by enough for a slow machine.
 */
const SOCKET_TIMEOUT_MILLIS = 30_000;
const LONGEST_RECONNECT_MILLIS = 5000;
const KEEP_ALIVE_MILLIS = 10_000;
const LONGEST_GREETING_MILLIS = 2000;
/** How long a queue may take to let go; without Redis BullMQ's workers never do. */
const LONGEST_CLOSING_MILLIS = 5000;

const TO_CHECK = 'REDIS_HOSTNAME and REDIS_PORT, or REDIS_URL';

/** Connection settings shared by all that talk to Redis. */
function withDefaults(redis: RedisOptions): RedisOptions {
  return {
    keepAlive: KEEP_ALIVE_MILLIS,
    socketTimeout: SOCKET_TIMEOUT_MILLIS,
    retryStrategy: (times) => Math.min(LONGEST_RECONNECT_MILLIS, 100 * 2 ** Math.min(times, 6)),
    ...redis,
  };
}

/** For BullMQ's workers and event streams: they wait for Redis to come back, however long. */
export function patientConnection(redis: RedisOptions): RedisOptions {
  return { ...withDefaults(redis), maxRetriesPerRequest: null };
}

/** For calls that someone waits for: they fail after some seconds without Redis. */
export function promptConnection(redis: RedisOptions): RedisOptions {
  return { ...withDefaults(redis), maxRetriesPerRequest: 5 };
}

/** What BullMQ connects: a queue, its events or its worker. */
interface Connected {
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Closes a queue, its events or its worker once the connection has said hello. BullMQ 5.81 leaves a
 * rejection that nobody can catch when one is closed while its first commands are on their way, which
 * ends the process. What has not let go after `withinMillis` is left behind, for the process to end.
 */
export async function closeQueue(
  queue: Connected,
  withinMillis = LONGEST_CLOSING_MILLIS,
): Promise<void> {
  const greeted = queue.waitUntilReady().catch(() => undefined);
  await Promise.race([greeted, delay(LONGEST_GREETING_MILLIS, undefined, { ref: false })]);
  const over = new AbortController();
  const limit = delay(withinMillis, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    await Promise.race([queue.close(), limit]);
  } finally {
    over.abort();
  }
}

/** What a call to Redis failed with, in words for who runs the worker. */
export function redisReason(error: unknown, redis: RedisOptions): string {
  const isAway = error instanceof Error && error.name === 'MaxRetriesPerRequestError';
  return isAway ? `no answer from Redis at ${redisAddress(redis)}` : messageOf(error);
}

/** Where Redis is, for logs and messages: never a user or password. */
export function redisAddress(redis: RedisOptions): string {
  if (redis.path != null && redis.path !== '') return redis.path;
  if (redis.sentinels != null) return `sentinel ${redis.name ?? 'mymaster'}`;
  return `${redis.host ?? 'localhost'}:${redis.port ?? 6379}`;
}

/** Turns a stream of connection errors into one line when it breaks and one when it is back. */
export function outageReporter(
  log: Log,
  who: string,
): { readonly failed: (error: unknown) => void; readonly back: () => void } {
  let broken = false;
  return {
    failed: (error) => {
      if (broken) return;
      broken = true;
      log.warn(
        { connection: who, reason: messageOf(error) },
        'Redis does not answer; trying again',
      );
    },
    back: () => {
      if (broken) log.info({ connection: who }, 'Redis answers again');
      broken = false;
    },
  };
}

/**
 * Waits until Redis answers, saying so once while it does not; rejects when `signal` fires first.
 * A wrong password or a failed TLS handshake is no outage and rejects with REDIS_UNAVAILABLE. A
 * Redis that would throw jobs away when its memory is full is refused with REDIS_EVICTS.
 */
export async function waitForRedis(
  redis: RedisOptions,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<void> {
  const address = redisAddress(redis);
  const client = new Redis({ ...patientConnection(redis), lazyConnect: true });
  const reporter = outageReporter(log, address);
  const refused = new Promise<never>((_resolve, reject) => {
    client.on('error', (error: Error) => {
      if (/NOAUTH|WRONGPASS|NOPERM|invalid password/i.test(error.message)) {
        reject(unavailable(address, error));
      } else if (isCertificateProblem(error)) {
        reject(unavailable(address, error, 'its certificate, and REDIS_TLS_CA_FILE for rediss://'));
      } else {
        const reason = withoutPlea(error.message);
        reporter.failed(`${reason}; waiting for Redis at ${address}; ${TO_CHECK} say where it is`);
      }
    });
    signal.addEventListener(
      'abort',
      () => {
        reject(unavailable(address, signal.reason));
      },
      { once: true },
    );
  });
  try {
    await Promise.race([client.ping(), refused]);
    reporter.back();
    refuseEviction(await client.info('memory'), address);
  } catch (error) {
    throw error instanceof WorkerError ? error : unavailable(address, error);
  } finally {
    client.disconnect();
  }
}

/** `memory` is what INFO says, since CONFIG is often forbidden. */
function refuseEviction(memory: string, address: string): void {
  const valueOf = (name: string): string =>
    new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(memory)?.[1] ?? '';
  const policy = valueOf('maxmemory_policy');
  if (Number(valueOf('maxmemory')) === 0 || policy === '' || policy === 'noeviction') return;
  throw new WorkerError(
    'REDIS_EVICTS',
    `expected the Redis at ${address} to keep what it is given, but its maxmemory-policy is ${policy}: ` +
      "it would drop jobs when its memory is full; set 'maxmemory-policy noeviction'",
  );
}

/** What answers in another language is no Redis, which is nothing to report to ioredis. */
function withoutPlea(message: string): string {
  return message.replace(/\s*Please report this\.?/, ' (it is no Redis that answers there)');
}

/** The codes that OpenSSL and Node give a certificate which they do not trust. */
function isCertificateProblem(error: Error): boolean {
  return /CERT|^ERR_TLS_|^UNABLE_TO_(GET|VERIFY|DECODE)/.test(systemCodeOf(error) ?? '');
}

/** The cause is left out: ioredis hangs the failed command on its error, with AUTH's password. */
function unavailable(
  address: string,
  cause: unknown,
  toCheck = `${TO_CHECK}, and REDIS_PASSWORD`,
): WorkerError {
  return new WorkerError(
    'REDIS_UNAVAILABLE',
    `expected a Redis at ${address}, got: ${messageOf(cause)}; check ${toCheck}`,
  );
}
