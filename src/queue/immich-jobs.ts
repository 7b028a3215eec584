import { encodeId } from './encode-id.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import type { Producer } from './producer.ts';
import { redisStandingOf } from './redis-losses.ts';
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
  /** Which of the jobs the queue holds, ended or not. */
  areKept(jobs: readonly AssetJob[]): Promise<boolean[]>;
  /** In which Redis process the queue lies (empty where it does not say), and how many jobs it has ever taken. */
  readState(): Promise<{ readonly run: string; readonly added: number }>;
}

const LOOK = 'immich';
const REMOVAL = 'immich-gone';

/**
 * Adds jobs under ids of their own, made of owner, asset and the asset's count of jobs: what a crash
 * makes come twice, the queue holds once.
 */
export function createImmichJobs(producer: Producer): ImmichJobs {
  const { queue } = producer;
  return {
    add: async (jobs) => {
      const named = jobs.map((job) => ({
        jobId: jobIdOf(LOOK, job),
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
      const named = jobs.map((job) => ({ ...job, jobId: jobIdOf(REMOVAL, job) }));
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
          const found = await queue.getJob(jobIdOf(LOOK, job));
          return found !== undefined && found.finishedOn === undefined;
        }),
      ),
    areKept: (jobs) =>
      Promise.all(jobs.map(async (job) => (await queue.getJob(jobIdOf(LOOK, job))) !== undefined)),
    readState: () => redisStandingOf(queue),
  };
}

/**
 * What a stored photo says of a job that its queue no longer knows: 'done', 'earlier' when another job
 * of the asset's wrote it before, 'none' when it is still to be looked at. What was written or removed
 * by other jobs than these counts as done.
 */
export function standingOf(
  record: PhotoRecord | null,
  job: AssetJob,
  isCurrent: (record: PhotoRecord) => boolean,
): 'done' | 'earlier' | 'none' {
  if (record === null) return 'none';
  const last = lastJobOf([record.runId, ...(record.pastRunIds ?? [])], job);
  if (last !== null && last < job.number) return record.removed ? 'none' : 'earlier';
  return record.removed || isCurrent(record) ? 'done' : 'none';
}

/** The greatest number of the asset's jobs that a delivery names; null: none does. */
function lastJobOf(runIds: readonly string[], job: AssetJob): number | null {
  const prefixes = [LOOK, REMOVAL].map((kind) => jobIdOf(kind, { ...job, number: '' }));
  const numbers = runIds.flatMap((runId) => {
    const prefix = prefixes.find((one) => runId.startsWith(one));
    return prefix === undefined ? [] : [Number.parseInt(runId.slice(prefix.length), 10)];
  });
  return numbers.length === 0 ? null : Math.max(...numbers);
}

function jobIdOf(
  kind: string,
  { ownerId, assetId, number }: Omit<AssetJob, 'number'> & { readonly number: number | '' },
): string {
  return `${kind}.${encodeId(ownerId)}.${encodeId(assetId)}.${number}`;
}
