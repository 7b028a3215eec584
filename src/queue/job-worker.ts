import type { Worker, WorkerOptions } from 'bullmq';
import type { RedisOptions } from 'ioredis';

import type { Log } from '../log.ts';
import { closeQueue, outageReporter, patientConnection, redisAddress } from './connection.ts';

/** What all our workers tell BullMQ: a lost worker is noticed within one and a half locks. */
export function lockedOptions({
  redis,
  prefix,
  lockMillis,
}: {
  readonly redis: RedisOptions;
  readonly prefix: string;
  readonly lockMillis: number;
}): WorkerOptions {
  return {
    connection: patientConnection(redis),
    prefix,
    lockDuration: lockMillis,
    stalledInterval: lockMillis / 2,
  };
}

/** Logs once when Redis is away and once when it is back; `jobs` says whose. */
export function reportOutages(
  worker: Worker,
  { jobs, redis, log }: { jobs: string; redis: RedisOptions; log: Log },
): void {
  const reporter = outageReporter(log, `${jobs} ${redisAddress(redis)}`);
  worker.on('error', reporter.failed);
  // A connection closed with no command on its way is no error to BullMQ.
  worker.on('ioredis:close', () => {
    reporter.failed(new Error('the connection was closed'));
  });
  // Of the two connections of a worker either may be back last; BullMQ tells of the blocking one.
  worker.on('ready', reporter.back);
  worker.client.then(
    (client) => client.on('ready', reporter.back),
    () => undefined,
  );
}

/** Fires when the worker stops or the job's lock is lost. */
export function signalOf(stopping: AbortSignal, lockLost: AbortSignal | undefined): AbortSignal {
  return lockLost === undefined ? stopping : AbortSignal.any([stopping, lockLost]);
}

/** For jobs that were told to stop to be handed back. */
const GOODBYE_MILLIS = 5000;

/** Waits for the jobs in hand; after `graceMillis` they are told to stop. */
export async function closeWithin(
  graceMillis: number,
  worker: Worker,
  stopping: AbortController,
): Promise<void> {
  const timer = setTimeout(() => {
    stopping.abort(new Error('the worker stops and its grace period is over'));
  }, graceMillis);
  try {
    await closeQueue(worker, graceMillis + GOODBYE_MILLIS);
  } finally {
    clearTimeout(timer);
  }
}
