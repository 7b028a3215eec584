import type { Job } from 'bullmq';

import { patienceMillis, retryOptions, type RetryLimits } from './retry.ts';

/** Delays a job whose time has not come; that is no failure, and uses up none of its runs. */
export async function putOff(
  job: Job,
  token: string | undefined,
  error: unknown,
): Promise<boolean> {
  const waits = Math.max(0, job.attemptsStarted - job.attemptsMade - 1);
  const millis = patienceMillis(error, waits);
  if (millis === null) return false;
  await job.moveToDelayed(Date.now() + millis, token);
  return true;
}

/** A job that its producer gave no retries gets ours; BullMQ reads them off the job in hand. */
export function lendRetries(job: Job, limits: RetryLimits): void {
  const ours = retryOptions(limits);
  if ((job.opts.attempts ?? 0) <= 1) Object.assign(job.opts, ours);
  else if (job.opts.backoff === undefined) Object.assign(job.opts, { backoff: ours.backoff });
}
