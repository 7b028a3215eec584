import { DelayedError, Worker, type Job } from 'bullmq';
import type { RedisOptions } from 'ioredis';
import { z } from 'zod';

import { messageOf, WorkerError } from '../errors.ts';
import type { Log } from '../log.ts';
import { closeQueue } from './connection.ts';
import { FACES_IDENTIFIED } from './faces-identified.ts';
import { lendRetries, logWaiting, putOff, waitedOf } from './job-fate.ts';
import { lockedOptions, reportOutages, signalOf } from './job-worker.ts';
import { Changes, PEOPLE_CHANGED, type PeopleChanged } from './people-changed.ts';
import { toJobError, type RetryLimits } from './retry.ts';

export interface ResultWorkerOptions {
  readonly redis: RedisOptions;
  readonly prefix: string;
  /** Results in hand at once. */
  readonly concurrency: number;
  readonly lockMillis: number;
  readonly retry: RetryLimits;
  readonly log: Log;
  /** Both answer with what became of it, for Bull Board. */
  readonly onPhoto: (
    photo: { ownerId: string; assetId: string },
    options: ResultOptions,
  ) => Promise<string>;
  readonly onPeople: (
    changed: Pick<PeopleChanged, 'ownerId' | 'people' | 'faces'>,
    options: ResultOptions,
  ) => Promise<string>;
}

export interface ResultOptions {
  readonly signal: AbortSignal;
  /** When the result was published, in ms since 1970. */
  readonly sinceMillis: number;
  /** The error's code for which it was put off last; null when it was not. */
  readonly waitedFor: string | null;
}

const Photo = z.object({ ownerId: z.string().min(1), assetId: z.string().min(1) });
const People = Changes.extend({ ownerId: z.string().min(1) });

const MOST_STALLS = 10;
/** Few: a result that is published again is to be taken again. */
const KEEP_COMPLETED = 100;
const KEEP_FAILED = 10_000;

/** Starts taking jobs off the result queue. */
export function startResultWorker(options: ResultWorkerOptions): { close(): Promise<void> } {
  const stopping = new AbortController();
  const worker = new Worker<unknown, string>(
    FACES_IDENTIFIED,
    (job, token, lockLost) =>
      run(job, token, {
        ...options,
        signal: signalOf(stopping.signal, lockLost),
      }),
    {
      ...lockedOptions(options),
      concurrency: options.concurrency,
      maxStalledCount: MOST_STALLS,
      removeOnComplete: { count: KEEP_COMPLETED },
      removeOnFail: { count: KEEP_FAILED },
    },
  );
  reportOutages(worker, { jobs: 'results of', redis: options.redis, log: options.log });
  return {
    close: async () => {
      stopping.abort(new WorkerError('JOB_ABORTED', 'the worker stops; the job comes again'));
      await closeQueue(worker);
    },
  };
}

async function run(
  job: Job<unknown, string>,
  token: string | undefined,
  options: ResultWorkerOptions & { signal: AbortSignal },
): Promise<string> {
  const { log, signal } = options;
  lendRetries(job, options.retry);
  try {
    return await handle(job, options, signal);
  } catch (error) {
    const waited = waitedOf(job);
    if (await putOff(job, { token, waited, error })) {
      logWaiting(log.child({ jobId: job.id }), { waited, error, waiting: 'a result waits' });
      throw new DelayedError(messageOf(error));
    }
    const code = error instanceof WorkerError ? error.code : 'UNEXPECTED';
    log.warn({ jobId: job.id, code, err: messageOf(error) }, 'a result could not be written');
    throw toJobError(error, job.stacktrace ?? []);
  }
}

function handle(
  job: Job<unknown, string>,
  { onPhoto, onPeople }: ResultWorkerOptions,
  signal: AbortSignal,
): Promise<string> {
  const how = { signal, sinceMillis: job.timestamp, waitedFor: waitedOf(job).code };
  if (job.name === FACES_IDENTIFIED) return onPhoto(check(Photo, job), how);
  if (job.name === PEOPLE_CHANGED) return onPeople(check(People, job), how);
  throw new WorkerError(
    'PAYLOAD_INVALID',
    `expected jobs named '${FACES_IDENTIFIED}' or '${PEOPLE_CHANGED}' on this queue, got '${job.name.slice(0, 80)}'`,
  );
}

function check<T>(schema: z.ZodType<T>, job: Job): T {
  const parsed = schema.safeParse(job.data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WorkerError(
    'PAYLOAD_INVALID',
    `field '${issue?.path.join('.') ?? ''}' of a ${job.name} job: ${issue?.message ?? 'not as expected'}`,
  );
}
