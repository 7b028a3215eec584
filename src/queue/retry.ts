import { UnrecoverableError, type JobsOptions } from 'bullmq';

import { messageOf, WorkerError } from '../errors.ts';

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

/**
 * The error that decides a job's fate: what cannot pass fails at once and for good, all else is
 * tried again. The message is what Bull Board shows as the reason.
 */
export function toJobError(error: unknown): Error {
  if (error instanceof WorkerError && !error.retryable) return new UnrecoverableError(error.line);
  return error instanceof WorkerError
    ? new Error(error.line, { cause: error })
    : new Error(`[UNEXPECTED] ${messageOf(error)}`, { cause: error });
}
