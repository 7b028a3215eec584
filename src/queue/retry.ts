import { UnrecoverableError, type JobsOptions } from 'bullmq';

import {
  CHILD_ENDING_CODES,
  ENDLESS_CODES,
  messageOf,
  PATIENT_CODES,
  WorkerError,
  type ErrorCode,
} from '../errors.ts';

export interface RetryLimits {
  /** How often a job may run in all. */
  readonly attempts: number;
  /** Wait before the second run; doubled each time, up to half of it at random. */
  readonly backoffMillis: number;
}

/** Share of the wait that is random, so that jobs that failed together do not come back together. */
const JITTER = 0.5;

/** BullMQ's options for what may pass: exponential backoff with jitter. */
export function retryOptions(limits: RetryLimits): Pick<JobsOptions, 'attempts' | 'backoff'> {
  return {
    attempts: limits.attempts,
    backoff: { type: 'exponential', delay: limits.backoffMillis, jitter: JITTER },
  };
}

/** The first wait of a job that waits for what passes by itself: a preview is made in a second or so. */
const FIRST_PATIENCE_MILLIS = 500;
/** Immich may be busy with an import for hours, or be away for an upgrade. */
const LONGEST_PATIENCE_MILLIS = 5 * 60_000;
/** Some ten hours, nearly all of it in the longest waits. */
const MOST_PATIENT_WAITS = 150;
/** Waits of one length before those that double, up to so many, by the error's code. */
const STEADY_WAITS: Readonly<Partial<Record<ErrorCode, readonly SteadyWaits[]>>> = {
  // Immich's own detection follows an upload within seconds, or an import within hours.
  IMMICH_DETECTION_PENDING: [
    { upTo: 30, millis: 2000 },
    { upTo: 70, millis: 15_000 },
  ],
  // All photos of a person are looked at each time.
  IMMICH_FACES_PENDING: [{ upTo: 6, millis: 10_000 }],
};
/** What every photo may meet in Immich on a good day, and an Immich that is away, which is told once for all. */
const EXPECTED: readonly ErrorCode[] = [
  'IMMICH_UNAVAILABLE',
  'PREVIEW_NOT_READY',
  'IMMICH_DETECTION_PENDING',
  'IMMICH_FACES_PENDING',
];

interface SteadyWaits {
  readonly upTo: number;
  readonly millis: number;
}

/**
 * How long a job waits that failed for what passes by itself, without using up one of its runs;
 * null when it is no such error or has waited long enough. `waits` is how often it has waited.
 */
export function patienceMillis(error: unknown, waits: number): number | null {
  if (!(error instanceof WorkerError) || !PATIENT_CODES.includes(error.code)) return null;
  if (waits >= MOST_PATIENT_WAITS && !ENDLESS_CODES.includes(error.code)) return null;
  const steady = STEADY_WAITS[error.code]?.find(({ upTo }) => waits < upTo);
  const wait = steady?.millis ?? doublingMillis(waits);
  return Math.round(wait * (1 - JITTER * Math.random()));
}

/** Whether a job that waits for it is worth a line to who runs the worker. */
export function isTrouble(error: unknown): boolean {
  return !(error instanceof WorkerError && EXPECTED.includes(error.code));
}

function doublingMillis(waits: number): number {
  return Math.min(LONGEST_PATIENCE_MILLIS, FIRST_PATIENCE_MILLIS * 2 ** Math.min(waits, 20));
}

/**
 * The error that decides a job's fate: what cannot pass fails at once and for good, all else is
 * tried again, but a photo that ends its child a second time is not. The message is what Bull Board
 * shows as the reason. `earlierFailures` are the stack traces that BullMQ keeps of earlier runs.
 */
export function toJobError(error: unknown, earlierFailures: readonly string[]): Error {
  if (!(error instanceof WorkerError)) {
    return new Error(`[UNEXPECTED] ${messageOf(error)}`, { cause: error });
  }
  if (!error.retryable) return new UnrecoverableError(error.line);
  if (CHILD_ENDING_CODES.includes(error.code) && earlierFailures.some(endedChild)) {
    return new UnrecoverableError(
      `${error.line}; it was the second child process that this photo ended, so it is not tried again`,
    );
  }
  return new Error(error.line, { cause: error });
}

/** The run's own code alone counts: a message may tell of a child that ended before the photo came. */
function endedChild(stackTrace: string): boolean {
  const code = /^(?:\w+: )?\[(?<code>\w+)\]/.exec(stackTrace)?.groups?.['code'];
  return CHILD_ENDING_CODES.some((one) => one === code);
}
