import type { Queue } from 'bullmq';

import { WorkerError } from '../errors.ts';
import { onEachConnection } from './redis-run.ts';

/** A queue's connection, over which nothing goes out before it was checked. */
export interface CheckedConnection {
  /** Checks now, together with those who wait for it; rejects when that fails or the connection ends. */
  check(): Promise<void>;
  /** Checks unless the connection was checked since it was made. */
  checkOnce(): Promise<void>;
  /** Throws REDIS_UNAVAILABLE unless it was. What follows at once goes to the Redis that was checked. */
  assertChecked(): void;
}

/**
 * Sees to it that `work` is done on each connection of a queue before others use it. The queue must
 * not send again over a new connection what was on its way when the last one ended.
 */
export function checkEachConnection(queue: Queue, work: () => Promise<void>): CheckedConnection {
  let connection = 0;
  let isChecked = false;
  let checking: Promise<void> | null = null;
  const assertChecked = (): void => {
    if (isChecked) return;
    throw new WorkerError(
      'REDIS_UNAVAILABLE',
      'expected a connection to Redis that was checked for losses, got one that ended or is new; it is checked and used as soon as Redis answers',
    );
  };
  const checkNow = async (): Promise<void> => {
    const checked = connection;
    await work();
    if (checked === connection) isChecked = true;
    assertChecked();
  };
  const check = (): Promise<void> => {
    checking ??= checkNow().finally(() => {
      checking = null;
    });
    return checking;
  };
  onEachConnection(
    queue,
    () => undefined,
    () => {
      connection += 1;
      isChecked = false;
    },
  );
  return { check, checkOnce: () => (isChecked ? Promise.resolve() : check()), assertChecked };
}
