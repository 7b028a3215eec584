import { setTimeout as delay } from 'node:timers/promises';

import { Redis, type RedisOptions } from 'ioredis';

import { messageOf, WorkerError } from '../errors.ts';
import type { Log } from '../log.ts';
import { promptConnection } from './connection.ts';
import { StoreClaims, type NamedStore } from './store-claims.ts';

export interface ClaimOptions {
  readonly redis: RedisOptions;
  readonly prefix: string;
  readonly store: NamedStore;
  readonly log: Log;
  /** Ends waiting. */
  readonly signal: AbortSignal;
  /** Another store was there first, as is seen later, for instance when Redis had forgotten the claims. */
  readonly onOther: (error: WorkerError) => void;
}

const RENEW_EVERY_MILLIS = 3000;
const ASK_EVERY_MILLIS = 500;
/** Longer than a claim lasts that nobody renews. */
const LONGEST_WAIT_MILLIS = 13_000;
/** From here on waiting is no race of workers of one store that start together. */
const TOLD_AFTER_MILLIS = 2000;
/** Of a Redis that went away since the worker found it. */
const LONGEST_ASKING_MILLIS = 5000;

/**
 * Sees to it that all workers of a Redis and prefix have one store: of several each would know only the
 * people that its own workers have met. Waits for claims that nobody renews any more; rejects with
 * STORE_DIFFERS when workers of another store go on. Where Redis takes no claim, as when it is full,
 * the worker starts all the same, and claims when that is over. To be called before anything is
 * published; to be closed at the end.
 */
export async function claimForStore(options: ClaimOptions): Promise<{ close(): Promise<void> }> {
  const { redis, prefix, store, log, onOther } = options;
  const client = new Redis(promptConnection(redis));
  // Whoever else talks to this Redis tells that it is away.
  client.on('error', () => undefined);
  const claims = new StoreClaims(client, `${prefix}:faces-identified:stores`, store);
  const ask = askQuietly(claims, log);
  try {
    await waitForTurn(ask, options);
  } catch (error) {
    client.disconnect();
    throw error;
  }
  let renewal: Promise<void> | null = null;
  const renew = async (): Promise<void> => {
    const other = await ask();
    if (typeof other === 'string') onOther(storeDiffers(store, other));
  };
  const timer = setInterval(() => {
    renewal ??= renew().finally(() => {
      renewal = null;
    });
  }, RENEW_EVERY_MILLIS);
  return {
    close: () => {
      clearInterval(timer);
      client.disconnect();
      return Promise.resolve();
    },
  };
}

/** Answers with the place of another store that was first, null when ours is, undefined where nobody can say. */
type Ask = () => Promise<string | null | undefined>;

function askQuietly(claims: StoreClaims, log: Log): Ask {
  let isTold = false;
  return async () => {
    try {
      return await claims.claim();
    } catch (error) {
      if (!isTold) {
        log.warn(
          { reason: messageOf(error) },
          'it cannot be told now whether all workers of this Redis share one store',
        );
      }
      isTold = true;
      return undefined;
    }
  };
}

async function waitForTurn(ask: Ask, { store, log, signal }: ClaimOptions): Promise<void> {
  const start = performance.now();
  let seen: string | null = null;
  for (let isTold = false; ;) {
    const late = delay(LONGEST_ASKING_MILLIS, undefined, { ref: false });
    const other = await Promise.race([ask(), late]);
    if (other === null || (other === undefined && seen === null)) return;
    seen = other ?? seen;
    const waitedMillis = performance.now() - start;
    if (waitedMillis > LONGEST_WAIT_MILLIS) throw storeDiffers(store, seen ?? '');
    if (!isTold && waitedMillis > TOLD_AFTER_MILLIS) {
      isTold = true;
      log.warn({ others: seen, own: store.place }, 'waiting for workers with another store to end');
    }
    await delay(ASK_EVERY_MILLIS, undefined, { signal });
  }
}

function storeDiffers(own: NamedStore, other: string): WorkerError {
  return new WorkerError(
    'STORE_DIFFERS',
    'expected all workers of this Redis to share one store, or each would know only the people that ' +
      `it has met itself; the others have ${other}, this one has ${own.place}. Let all use the same: ` +
      'one MongoDB (MONGODB_URI), or on one machine one DATA_DIR; a copy of a store is another store. ' +
      'If they are not meant to work together, give this one a QUEUE_PREFIX of its own',
  );
}
