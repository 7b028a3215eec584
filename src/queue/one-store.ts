import { setTimeout as delay } from 'node:timers/promises';

import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import { WorkerError } from '../errors.ts';
import type { Log } from '../log.ts';
import { redisOf } from './redis-run.ts';

/** What workers of one Redis tell each other of their store. */
export interface NamedStore {
  /** Where it is, in words, without secrets. */
  readonly place: string;
  /** The same for all who share it. */
  readId(): Promise<string>;
}

export interface StoreClaim {
  close(): Promise<void>;
}

/** Answers with the place of another store that has the claim; null: it is ours, or nobody could say. */
type Claim = () => Promise<string | null>;

/** How long after the last worker of a store is gone another store may take its place. */
const CLAIM_MILLIS = 10_000;
const RENEW_EVERY_MILLIS = 3000;
const ASK_EVERY_MILLIS = 500;
/** Of a Redis that went away since the worker found it. */
const LONGEST_ASKING_MILLIS = 5000;
/** Longer than a claim lasts that nobody renews. */
const LONGEST_WAIT_MILLIS = CLAIM_MILLIS + RENEW_EVERY_MILLIS;

/**
 * Holds a Redis and prefix for the workers of one store: of several stores each would know only the
 * people that its own workers have met. Waits for a claim that nobody renews any more; rejects with
 * STORE_DIFFERS when workers of another store go on. A Redis that takes no claim keeps no worker from
 * starting: it is claimed when that is over, and another store that came in between is logged.
 */
export async function claimForStore(options: {
  readonly queue: Queue;
  readonly prefix: string;
  readonly store: NamedStore;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<StoreClaim> {
  const { queue, prefix, store, log, signal } = options;
  const id = await store.readId();
  const key = `${prefix}:face-worker-store`;
  const claim: Claim = () =>
    redisOf(queue)
      .then((redis) => claimKey(redis, { key, id, place: store.place }))
      // Others tell that Redis is away or full.
      .catch(() => null);
  await firstClaim(claim, store, signal);
  return renewing(claim, (other) => {
    log.error({ code: 'STORE_DIFFERS' }, storeDiffers(store, other).message);
  });
}

async function firstClaim(claim: Claim, store: NamedStore, signal: AbortSignal): Promise<void> {
  const giveUpAt = performance.now() + LONGEST_WAIT_MILLIS;
  for (;;) {
    const late = delay(LONGEST_ASKING_MILLIS, null, { signal, ref: false });
    const other = await Promise.race([claim(), late]);
    if (other === null) return;
    if (performance.now() > giveUpAt) throw storeDiffers(store, other);
    await delay(ASK_EVERY_MILLIS, undefined, { signal });
  }
}

async function claimKey(
  redis: Redis,
  { key, id, place }: { key: string; id: string; place: string },
): Promise<string | null> {
  const isNew = (await redis.set(key, `${id} ${place}`, 'PX', CLAIM_MILLIS, 'NX')) !== null;
  const held = isNew ? null : await redis.get(key);
  // It may have ended in between, and is then the next renewal's.
  if (held === null) return null;
  const end = held.indexOf(' ');
  if (held.slice(0, end) !== id) return held.slice(end + 1);
  await redis.pexpire(key, CLAIM_MILLIS);
  return null;
}

function renewing(claim: Claim, onOther: (place: string) => void): StoreClaim {
  let told: string | null = null;
  let renewal: Promise<void> | null = null;
  const renew = async (): Promise<void> => {
    const other = await claim();
    if (other !== null && other !== told) onOther(other);
    told = other;
  };
  const timer = setInterval(() => {
    renewal ??= renew().finally(() => {
      renewal = null;
    });
  }, RENEW_EVERY_MILLIS);
  return {
    close: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}

function storeDiffers(own: NamedStore, other: string): WorkerError {
  return new WorkerError(
    'STORE_DIFFERS',
    'expected all workers of this Redis to share one store, or each would know only the people that ' +
      `it has met itself; another worker has ${other}, this one ${own.place}: give both the same ` +
      'MONGODB_URI, or this one a QUEUE_PREFIX of its own',
  );
}
