import type { Job } from 'bullmq';

import { messageOf, WorkerError } from '../errors.ts';
import type { Log } from '../log.ts';
import { isTrouble, patienceMillis, retryOptions, type RetryLimits } from './retry.ts';

/** Delays a job whose time has not come; that is no failure, and uses up none of its runs. */
export async function putOff(
  job: Job,
  { token, waits, error }: { token: string | undefined; waits: number; error: unknown },
): Promise<boolean> {
  const millis = patienceMillis(error, waits);
  if (millis === null) return false;
  const code = error instanceof WorkerError ? error.code : null;
  await job.updateProgress({ stage: 'waiting', waits: waits + 1, code });
  await job.moveToDelayed(Date.now() + millis, token);
  return true;
}

/** One line a job for what should not be; none but for debugging for what is to be expected. */
export function logWaiting(
  log: Log,
  { waits, error, waiting }: { waits: number; error: unknown; waiting: string },
): void {
  const code = error instanceof WorkerError ? error.code : null;
  log[isTrouble(error) && waits === 0 ? 'warn' : 'debug']({ code, err: messageOf(error) }, waiting);
}

/** How often the job was put off; BullMQ's count of starts has those of lost workers in it too. */
export function waitsOf({ progress }: Job): number {
  const waits = typeof progress === 'object' && 'waits' in progress ? progress.waits : 0;
  return typeof waits === 'number' ? waits : 0;
}

/** The error's code for which the job was put off last; null when it was not. */
export function waitedFor({ progress }: Job): string | null {
  const code = typeof progress === 'object' && 'code' in progress ? progress.code : null;
  return typeof code === 'string' ? code : null;
}

/** A job that its producer gave no retries gets ours; BullMQ reads them off the job in hand. */
export function lendRetries(job: Job, limits: RetryLimits): void {
  const ours = retryOptions(limits);
  if ((job.opts.attempts ?? 0) <= 1) Object.assign(job.opts, ours);
  else if (job.opts.backoff === undefined) Object.assign(job.opts, { backoff: ours.backoff });
}
