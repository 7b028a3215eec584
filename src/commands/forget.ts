import { readdir, rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

import type { Queue, JobType } from 'bullmq';

import { DEFAULT_OWNER_ID } from '../queue/image-added.ts';
import type { ForgottenOwner, Store } from '../store/store.ts';

export interface ForgetPorts {
  readonly store: Store;
  /** `image-added` and `faces-identified`. */
  readonly queues: readonly Queue[];
  /** The owner's. */
  readonly uploadFolders: readonly string[];
  readonly signal: AbortSignal;
}

export interface ForgetSummary extends ForgottenOwner {
  readonly jobs: number;
  readonly uploads: number;
}

const ENDED_OR_WAITING: JobType[] = [
  'waiting',
  'prioritized',
  'delayed',
  'paused',
  'waiting-children',
  'failed',
  'completed',
];
const PAGE = 500;
const POLL_MILLIS = 200;

/** So often is looked whether a job in hand has left anything; more mean that its source goes on. */
const MOST_ROUNDS = 10;

/**
 * Removes every trace of an owner: jobs that wait or have ended, then, once none of theirs is in hand
 * any more, what the store knows, again until those last jobs have left nothing. New jobs of the
 * owner make it known anew, so their source must be switched off first.
 */
export async function forgetOwner(ownerId: string, ports: ForgetPorts): Promise<ForgetSummary> {
  const { store, queues, signal } = ports;
  const gone = { photos: 0, faces: 0, facts: 0, jobs: 0 };
  for (let round = 0; round < MOST_ROUNDS; round++) {
    gone.jobs += await removeUntilNoneInHand(ownerId, ports);
    const forgotten = await store.forgetOwner(ownerId);
    gone.photos += forgotten.photos;
    gone.faces += forgotten.faces;
    gone.facts += forgotten.facts;
    // A job that went back to the queue may have been taken up again meanwhile.
    const left = await removeAllJobs(queues, ownerId);
    gone.jobs += left;
    if (left === 0 && !(await anyInHand(queues, ownerId))) break;
    signal.throwIfAborted();
  }
  // A worker that was just publishing a result of the owner's is done by then.
  await setTimeout(POLL_MILLIS, undefined, { signal });
  gone.jobs += await removeAllJobs(queues, ownerId);
  let uploads = 0;
  for (const folder of ports.uploadFolders) uploads += await removeFolder(folder);
  // Its entries carry results; they only serve those who wait for a job right now.
  for (const queue of queues) await queue.trimEvents(0);
  return { ...gone, uploads };
}

/** Answers how many jobs went. */
async function removeUntilNoneInHand(
  ownerId: string,
  { queues, signal }: ForgetPorts,
): Promise<number> {
  let jobs = await removeAllJobs(queues, ownerId);
  while (!signal.aborted && (await anyInHand(queues, ownerId))) {
    await setTimeout(POLL_MILLIS, undefined, { signal }).catch(() => undefined);
    jobs += await removeAllJobs(queues, ownerId);
  }
  signal.throwIfAborted();
  return jobs;
}

async function removeAllJobs(queues: readonly Queue[], ownerId: string): Promise<number> {
  let jobs = 0;
  for (const queue of queues) jobs += await removeJobs(queue, ownerId);
  return jobs;
}

function isOf(job: { data: unknown }, ownerId: string): boolean {
  const data = job.data as { ownerId?: unknown } | null;
  return (data?.ownerId ?? DEFAULT_OWNER_ID) === ownerId;
}

async function anyInHand(queues: readonly Queue[], ownerId: string): Promise<boolean> {
  for (const queue of queues) {
    const active = await queue.getJobs(['active']);
    if (active.some((job) => isOf(job, ownerId))) return true;
  }
  return false;
}

/** From the last page to the first, so that what is removed moves no job over a page's border. */
async function removeJobs(queue: Queue, ownerId: string): Promise<number> {
  let removed = 0;
  for (const state of ENDED_OR_WAITING) {
    const total = await queue.getJobCountByTypes(state);
    for (let start = Math.floor(total / PAGE) * PAGE; start >= 0; start -= PAGE) {
      for (const job of await queue.getJobs([state], start, start + PAGE - 1)) {
        if (!isOf(job, ownerId)) continue;
        // 0 when a worker has taken it meanwhile: then it is in hand, and is waited for.
        removed += await queue.remove(String(job.id));
      }
    }
  }
  return removed;
}

/** Answers how many files went. */
async function removeFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  await rm(folder, { recursive: true, force: true });
  return entries.filter((entry) => entry.isFile()).length;
}
