import { Queue, type JobsOptions } from 'bullmq';
import type { RedisOptions } from 'ioredis';

import { closeQueue, promptConnection } from './connection.ts';
import { IMAGE_ADDED, IMAGE_REMOVED, type ImageAdded } from './image-added.ts';
import { retryOptions, type RetryLimits } from './retry.ts';

/** BullMQ takes jobs without priority first, then the lowest number. */
const PRIORITY: Readonly<Record<NonNullable<ImageAdded['source']>, number>> = {
  upload: 0,
  rerun: 5,
  backfill: 10,
};

/** Puts `image-added` jobs on the queue. */
export interface Producer {
  readonly queue: Queue<ImageAdded>;
  /** Answers with the job's id. `askedAtMillis`: when it was asked for, if not now. */
  add(
    payload: ImageAdded,
    options?: { jobId?: string; askedAtMillis?: number | undefined },
  ): Promise<string>;
  /** Says that an asset is gone; answers with the job's id. */
  addRemoval(
    asset: { assetId: string; ownerId: string },
    options?: { jobId?: string },
  ): Promise<string>;
  addBulk(jobs: readonly { payload: ImageAdded; jobId?: string }[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens the `image-added` queue for adding; errors of the connection go to `onError`. */
export function createProducer(options: {
  redis: RedisOptions;
  prefix: string;
  retry: RetryLimits;
  onError?: (error: Error) => void;
}): Producer {
  const queue = new Queue<ImageAdded>(IMAGE_ADDED, {
    connection: promptConnection(options.redis),
    prefix: options.prefix,
  });
  queue.on('error', options.onError ?? (() => undefined));
  // Each upload that waits for its result listens for the queue's end, however many there are.
  queue.setMaxListeners(0);
  const jobOptions = (payload: ImageAdded, jobId: string | undefined): JobsOptions => ({
    ...retryOptions(options.retry),
    priority: PRIORITY[payload.source ?? 'upload'],
    ...(jobId === undefined ? {} : { jobId }),
  });
  return {
    queue,
    add: async (payload, { jobId, askedAtMillis } = {}) => {
      const job = await queue.add(IMAGE_ADDED, payload, {
        ...jobOptions(payload, jobId),
        ...(askedAtMillis === undefined ? {} : { timestamp: askedAtMillis }),
      });
      return String(job.id);
    },
    addRemoval: async (asset, { jobId } = {}) => {
      const job = await queue.add(IMAGE_REMOVED, asset, {
        ...retryOptions(options.retry),
        ...(jobId === undefined ? {} : { jobId }),
      });
      return String(job.id);
    },
    addBulk: async (jobs) => {
      await queue.addBulk(
        jobs.map(({ payload, jobId }) => ({
          name: IMAGE_ADDED,
          data: payload,
          opts: jobOptions(payload, jobId),
        })),
      );
    },
    close: () => closeQueue(queue),
  };
}
