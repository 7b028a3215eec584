import type { Job } from 'bullmq';
import { z } from 'zod';

import { messageOf, WorkerError } from '../errors.ts';
import type { Log } from '../log.ts';
import { isTrouble, patienceMillis, retryOptions, type RetryLimits } from './retry.ts';

const Progress = z
  .object({ waits: z.number().catch(0), code: z.string().nullable().catch(null) })
  .catch({ waits: 0, code: null });

/** What a job was put off for last, and how often in a row for that. */
export interface Waited {
  /** Null: it was not put off. */
  readonly code: string | null;
  readonly waits: number;
}

/** Delays a job whose time has not come; that is no failure, and uses up none of its runs. */
export async function putOff(
  job: Job,
  { token, waited, error }: { token: string | undefined; waited: Waited; error: unknown },
): Promise<boolean> {
  const code = error instanceof WorkerError ? error.code : null;
  const waits = waitsFor(code, waited);
  const millis = patienceMillis(error, waits);
  if (millis === null) return false;
  await job.updateProgress({ stage: 'waiting', waits: waits + 1, code });
  await job.moveToDelayed(Date.now() + millis, token);
  return true;
}

/** One line a job for what should not be; none but for debugging for what is to be expected. */
export function logWaiting(
  log: Log,
  { waited, error, waiting }: { waited: Waited; error: unknown; waiting: string },
): void {
  const code = error instanceof WorkerError ? error.code : null;
  const isFirst = waitsFor(code, waited) === 0;
  log[isTrouble(error) && isFirst ? 'warn' : 'debug']({ code, err: messageOf(error) }, waiting);
}

/** Patience for one thing is not used up by having waited for another. */
function waitsFor(code: string | null, waited: Waited): number {
  return waited.code === code ? waited.waits : 0;
}

/** As the job's progress has it; BullMQ's count of starts has those of lost workers in it too. */
export function waitedOf({ progress }: Job): Waited {
  return Progress.parse(progress);
}

/** A job that its producer gave no retries gets ours; BullMQ reads them off the job in hand. */
export function lendRetries(job: Job, limits: RetryLimits): void {
  const ours = retryOptions(limits);
  if ((job.opts.attempts ?? 0) <= 1) Object.assign(job.opts, ours);
  else if (job.opts.backoff === undefined) Object.assign(job.opts, { backoff: ours.backoff });
}
