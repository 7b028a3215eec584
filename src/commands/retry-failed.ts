import type { Job, Queue } from 'bullmq';

import { DEFAULT_OWNER_ID } from '../queue/image-added.ts';

const PAGE = 200;

/**
 * Lets failed jobs run again, with all their runs, those of one owner when it is given. Answers how
 * many there were; with `dryRun` nothing is changed.
 */
export async function retryFailed(
  queue: Queue,
  { ownerId, dryRun, signal }: { ownerId?: string; dryRun: boolean; signal: AbortSignal },
): Promise<number> {
  let retried = 0;
  let start = 0;
  while (!signal.aborted) {
    const jobs = (await queue.getFailed(start, start + PAGE - 1)) as Job<{ ownerId?: string }>[];
    if (jobs.length === 0) break;
    const wanted = jobs.filter(
      ({ data }) => ownerId === undefined || (data.ownerId ?? DEFAULT_OWNER_ID) === ownerId,
    );
    if (!dryRun) {
      for (const job of wanted) {
        // So that it may wait for Immich anew.
        await job.updateProgress({});
        await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      }
    }
    retried += wanted.length;
    // Those that were retried have left the list.
    start += dryRun ? jobs.length : jobs.length - wanted.length;
  }
  return retried;
}
