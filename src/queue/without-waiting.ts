import type { Queue } from 'bullmq';

/**
 * Drops the jobs that are in the queue still. BullMQ ignores an added job whose id it holds, also
 * when that job has long ended, so ended ones are removed first (not with `dryRun`).
 */
export async function withoutWaiting<T extends { readonly jobId: string }>(
  jobs: readonly T[],
  queue: Queue,
  { dryRun = false } = {},
): Promise<T[]> {
  const waits = await Promise.all(
    jobs.map(async ({ jobId }) => {
      const job = await queue.getJob(jobId);
      if (job === undefined) return false;
      if (job.finishedOn === undefined) return true;
      if (!dryRun) await queue.remove(jobId);
      return false;
    }),
  );
  return jobs.filter((_job, i) => waits[i] !== true);
}
