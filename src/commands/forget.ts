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
  readonly uploadFolder: string;
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

/**
 * Removes every trace of an owner: jobs that wait or have ended, then, once none of theirs is in hand
 * any more, what the store knows, and what those last jobs left. New jobs of the owner make it known
 * anew, so their source must be switched off first.
 */
export async function forgetOwner(ownerId: string, ports: ForgetPorts): Promise<ForgetSummary> {
  const { store, queues, signal } = ports;
  let jobs = 0;
  const sweep = async (): Promise<void> => {
    for (const queue of queues) jobs += await removeJobs(queue, ownerId);
  };
  await sweep();
  while (!signal.aborted && (await anyInHand(queues, ownerId))) {
    await setTimeout(POLL_MILLIS, undefined, { signal }).catch(() => undefined);
  }
  signal.throwIfAborted();
  const forgotten = await store.forgetOwner(ownerId);
  await sweep();
  const uploads = await removeFolder(ports.uploadFolder);
  // Its entries carry results; they only serve those who wait for a job right now.
  for (const queue of queues) await queue.trimEvents(0);
  return { ...forgotten, jobs, uploads };
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
        await job.remove();
        removed += 1;
      }
    }
  }
  return removed;
}

/** Answers how many files went. */
async function removeFolder(folder: string): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  await rm(folder, { recursive: true, force: true });
  return files.length;
}
