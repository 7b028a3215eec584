import { DelayedError, UnrecoverableError, Worker, type Job } from 'bullmq';
import type { RedisOptions } from 'ioredis';

import { messageOf, WorkerError } from '../errors.ts';
import type { PhotoRecord, PhotoView } from '../identities/photo-record.ts';
import type { Log } from '../log.ts';
import type { PhotoTask } from '../pipeline/ports.ts';
import { toFacesIdentified, type FacesIdentified } from './faces-identified.ts';
import { DEFAULT_OWNER_ID, IMAGE_ADDED, IMAGE_REMOVED, parseImageAdded } from './image-added.ts';
import { lendRetries, logWaiting, putOff, waitedOf, type Waited } from './job-fate.ts';
import { closeWithin, lockedOptions, reportOutages, signalOf } from './job-worker.ts';
import { isTrouble, toJobError, type RetryLimits } from './retry.ts';

/** What became of a photo, for the metrics. */
export type PhotoOutcome =
  | {
      readonly kind: 'done';
      readonly record: PhotoRecord;
      readonly millis: number;
      /** From being added, or from the failure before, to being taken. */
      readonly waitMillis: number;
    }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly millis: number;
      readonly waitMillis: number;
      /** It is not tried again by itself. */
      readonly isFinal: boolean;
    };

/** What befell jobs through no fault of theirs. */
export type JobMishap = 'stalled' | 'lock-lost';

export interface PhotoWorkerOptions {
  readonly redis: RedisOptions;
  readonly prefix: string;
  /** Photos in hand at once. */
  readonly concurrency: number;
  readonly retry: RetryLimits;
  readonly log: Log;
  readonly processPhoto: (
    task: PhotoTask,
    context: { signal: AbortSignal; report: (stage: string) => void },
  ) => Promise<PhotoView>;
  readonly onOutcome?: (outcome: PhotoOutcome) => void;
  readonly onMishap?: (mishap: JobMishap, jobs: number) => void;
  /** A job's lock; a job whose worker has died is given to another after it. */
  readonly lockMillis: number;
}

export interface PhotoWorker {
  /**
   * Takes no further job and waits for those in hand; after `graceMillis` they are given up and go
   * back to the queue.
   */
  close(graceMillis: number): Promise<void>;
}

/**
 * Workers that a photo may lose before it is left failed. It is hardly ever the photo's fault, which
 * is only opened in vision children, whose ends are counted apart: machines are switched off and
 * containers replaced. Finite all the same, for a job that would take down every worker.
 */
const MOST_STALLS = 10;
/** What stays to be seen in Bull Board. */
const KEEP_COMPLETED = 1000;
const KEEP_FAILED = 10_000;

/** Starts taking `image-added` jobs. */
export function startPhotoWorker(options: PhotoWorkerOptions): PhotoWorker {
  const { log } = options;
  const stopping = new AbortController();
  const worker = new Worker<unknown, FacesIdentified>(
    IMAGE_ADDED,
    (job, token, lockLost) =>
      runJob({ job, token, lockLost, signal: signalOf(stopping.signal, lockLost) }, options),
    {
      ...lockedOptions(options),
      concurrency: options.concurrency,
      maxStalledCount: MOST_STALLS,
      removeOnComplete: { count: KEEP_COMPLETED },
      removeOnFail: { count: KEEP_FAILED },
    },
  );
  reportOutages(worker, { jobs: 'jobs of', redis: options.redis, log });
  worker.on('stalled', (jobId) => {
    options.onMishap?.('stalled', 1);
    log.warn({ jobId }, 'a job lost its worker and is taken up again');
  });
  worker.on('lockRenewalFailed', (jobIds) => {
    options.onMishap?.('lock-lost', jobIds.length);
    log.warn({ jobIds }, 'locks were lost; these photos are given up here');
    for (const jobId of jobIds) worker.cancelJob(jobId, 'lock lost');
  });
  return { close: (graceMillis) => closeWithin(graceMillis, worker, stopping) };
}

interface Run {
  readonly job: Job<unknown, FacesIdentified>;
  readonly token: string | undefined;
  /** Fires when the job is another worker's. */
  readonly lockLost: AbortSignal | undefined;
  /** Fires when the run is to end. */
  readonly signal: AbortSignal;
}

async function runJob(run: Run, options: PhotoWorkerOptions): Promise<FacesIdentified> {
  const { job, signal } = run;
  const start = performance.now();
  const millis = (): number => Math.round(performance.now() - start);
  const waitMillis = Math.max(0, (job.processedOn ?? Date.now()) - (job.timestamp + job.delay));
  const log = options.log.child({ jobId: job.id });
  lendRetries(job, options.retry);
  const stages: string[] = [];
  const waited = waitedOf(job);
  // One line a run: each is a way to Redis and back.
  const tell = (end: string): void => {
    note(log, job.log([...stages, `${end} (${millis()} ms)`].join(' → ')));
  };
  try {
    const task = toTask(job);
    const report = (stage: string): void => {
      stages.push(`${stage} (${millis()} ms)`);
      // The stages after the first are over in milliseconds; the log line tells them all.
      if (stages.length === 1) note(log, job.updateProgress({ stage, ...waited }));
    };
    const record = await options.processPhoto(task, { signal, report });
    const summary = summarise(record);
    tell(summary);
    log.info(
      { assetId: record.assetId, revision: record.revision, millis: millis(), ...record.timings },
      summary,
    );
    options.onOutcome?.({ kind: 'done', record, millis: millis(), waitMillis });
    return toFacesIdentified(record);
  } catch (error) {
    const code = error instanceof WorkerError ? error.code : 'UNEXPECTED';
    const tellFailure = (isFinal: boolean): void => {
      options.onOutcome?.({ kind: 'failed', code, millis: millis(), waitMillis, isFinal });
    };
    // Of what is waited for time and again the first line says enough.
    if (waited.code !== code) tell(messageOf(error));
    if (await putOffUnlessLost(run, waited, error)) {
      logWaiting(log, { waited, error, waiting: 'the photo waits' });
      if (isTrouble(error)) tellFailure(false);
      throw new DelayedError(messageOf(error));
    }
    log.warn({ code, err: messageOf(error), attempt: job.attemptsMade + 1 }, 'the photo failed');
    const jobError = toJobError(error, job.stacktrace ?? []);
    tellFailure(isLastRun(job, jobError));
    throw jobError;
  }
}

/** A job whose lock was lost is another worker's to put off. */
async function putOffUnlessLost(run: Run, waited: Waited, error: unknown): Promise<boolean> {
  if (run.lockLost?.aborted === true) return false;
  return putOff(run.job, { token: run.token, waited, error });
}

function isLastRun(job: Job, error: Error): boolean {
  return error instanceof UnrecoverableError || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
}

function toTask(job: Job<unknown, FacesIdentified>): PhotoTask {
  if (job.name !== IMAGE_ADDED && job.name !== IMAGE_REMOVED) {
    throw new WorkerError(
      'PAYLOAD_INVALID',
      `expected jobs named '${IMAGE_ADDED}' or '${IMAGE_REMOVED}' on this queue, got '${job.name.slice(0, 80)}'`,
    );
  }
  const { assetId, ownerId, path, source, force, reconsider } = parseImageAdded(job.data);
  return {
    kind: job.name === IMAGE_REMOVED ? 'remove' : 'look',
    assetId,
    ownerId: ownerId ?? DEFAULT_OWNER_ID,
    path: path ?? null,
    // A stalled job comes again with as many attempts made; a retried or re-run one with more.
    runId: `${job.id ?? ''}.${job.timestamp}.${job.attemptsMade}`,
    askedAtMillis: job.timestamp,
    reconsider: reconsider === true,
    skipWhenCurrent: source === 'backfill' && force !== true && job.attemptsMade === 0,
  };
}

function summarise({ faces, removed }: PhotoRecord): string {
  if (removed) return 'removed';
  const fresh = faces.filter(({ isNewPerson }) => isNewPerson).length;
  const nameless = faces.filter(({ personId }) => personId === null).length;
  const known = faces.length - fresh - nameless;
  const unclear = nameless === 0 ? '' : `, ${nameless} unclear`;
  return `${faces.length} ${faces.length === 1 ? 'face' : 'faces'}: ${known} known, ${fresh} new${unclear}`;
}

/** Progress and log lines are for those who watch; a photo does not fail for want of them. */
function note(log: Log, writing: Promise<unknown>): void {
  writing.catch((error: unknown) => {
    log.debug({ reason: messageOf(error) }, 'a progress line was not written');
  });
}
