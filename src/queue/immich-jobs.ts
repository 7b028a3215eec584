import { encodeId } from './encode-id.ts';
import type { Producer } from './producer.ts';
import { withoutWaiting } from './without-waiting.ts';

interface AssetJob {
  readonly assetId: string;
  readonly ownerId: string;
  readonly number: number;
}

interface PhotoJob extends AssetJob {
  readonly source: 'upload' | 'rerun' | 'backfill';
  readonly force?: boolean;
}

/** What the source of Immich's photos puts on the queue. */
export interface ImmichJobs {
  add(jobs: readonly PhotoJob[]): Promise<void>;
  addRemovals(jobs: readonly AssetJob[]): Promise<void>;
  countWaiting(): Promise<number>;
  /** Which of the jobs have not ended yet. */
  areUnderWay(jobs: readonly AssetJob[]): Promise<boolean[]>;
}

/**
 * Adds jobs under ids of their own, made of owner, asset and the asset's count of jobs: what a crash
 * makes come twice, the queue holds once.
 */
export function createImmichJobs(producer: Producer): ImmichJobs {
  const { queue } = producer;
  return {
    add: async (jobs) => {
      const named = jobs.map((job) => ({
        jobId: jobIdOf('immich', job),
        payload: {
          assetId: job.assetId,
          ownerId: job.ownerId,
          source: job.source,
          ...(job.force === undefined ? {} : { force: job.force }),
        },
      }));
      await producer.addBulk(await withoutWaiting(named, queue));
    },
    addRemovals: async (jobs) => {
      const named = jobs.map((job) => ({ ...job, jobId: jobIdOf('immich-gone', job) }));
      for (const { assetId, ownerId, jobId } of await withoutWaiting(named, queue)) {
        await producer.addRemoval({ assetId, ownerId }, { jobId });
      }
    },
    countWaiting: async () => {
      const counts = await queue.getJobCounts('waiting', 'prioritized', 'delayed', 'paused');
      return Object.values(counts).reduce((all, count) => all + count, 0);
    },
    areUnderWay: (jobs) =>
      Promise.all(
        jobs.map(async (job) => {
          const found = await queue.getJob(jobIdOf('immich', job));
          return found !== undefined && found.finishedOn === undefined;
        }),
      ),
  };
}

function jobIdOf(prefix: string, { ownerId, assetId, number }: AssetJob): string {
  return `${prefix}.${encodeId(ownerId)}.${encodeId(assetId)}.${number}`;
}
