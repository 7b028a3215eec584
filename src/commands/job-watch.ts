import { QueueEvents, type Queue } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';

import { patientConnection, promptConnection } from '../queue/connection.ts';
import { IMAGE_ADDED } from '../queue/image-added.ts';

/** How long the stream of events may be silent before the jobs themselves are looked at. */
const QUIET_MILLIS = 10_000;
const PAGE = 200;

export interface JobFailure {
  readonly path: string;
  readonly reason: string;
}

/** Follows jobs to their end. */
export interface JobWatch {
  readonly expected: number;
  readonly ended: number;
  readonly failures: readonly JobFailure[];
  /** To be called before the job is added, so that its end cannot be missed. */
  expect(jobId: string, path: string): void;
  /** Resolves when all jobs that are expected have ended, or `signal` fires. */
  settled(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Starts to follow the `image-added` queue; `onEnded` is called after each job that was expected. */
export async function watchJobs(options: {
  readonly queue: Queue;
  readonly redis: RedisOptions;
  readonly prefix: string;
  readonly onEnded: () => void;
}): Promise<JobWatch> {
  const watch = new QueueJobWatch(options.queue, options.onEnded);
  const events = new QueueEvents(IMAGE_ADDED, {
    connection: patientConnection(options.redis),
    prefix: options.prefix,
    lastEventId: await lastEventId(options.queue, options.redis),
  });
  await watch.follow(events);
  return watch;
}

/** The reading begins behind this event, so that none falls between asking and listening. */
async function lastEventId(queue: Queue, redis: RedisOptions): Promise<string> {
  const client = new Redis(promptConnection(redis));
  try {
    const [last] = await client.xrevrange(queue.toKey('events'), '+', '-', 'COUNT', 1);
    return last?.[0] ?? '0-0';
  } finally {
    client.disconnect();
  }
}

class QueueJobWatch implements JobWatch {
  readonly failures: JobFailure[] = [];
  expected = 0;
  ended = 0;
  readonly #queue: Queue;
  readonly #onEnded: () => void;
  readonly #waiting = new Map<string, string>();
  #events: QueueEvents | undefined;
  #wake: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #heard = false;

  constructor(queue: Queue, onEnded: () => void) {
    this.#queue = queue;
    this.#onEnded = onEnded;
  }

  async follow(events: QueueEvents): Promise<void> {
    this.#events = events;
    events.on('error', () => undefined);
    events.on('completed', ({ jobId }) => {
      this.#end(jobId);
    });
    events.on('failed', ({ jobId, failedReason }) => {
      this.#end(jobId, failedReason);
    });
    await events.waitUntilReady();
    this.#timer = setInterval(() => {
      if (!this.#heard) void this.#lookAtJobs().catch(() => undefined);
      this.#heard = false;
    }, QUIET_MILLIS);
  }

  expect(jobId: string, path: string): void {
    if (this.#waiting.has(jobId)) return;
    this.#waiting.set(jobId, path);
    this.expected += 1;
  }

  async settled(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = () => {
        if (this.#waiting.size === 0 || signal.aborted) resolve();
      };
      signal.addEventListener('abort', this.#wake);
      this.#wake();
    });
    signal.removeEventListener('abort', this.#wake);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#events?.close();
  }

  #end(jobId: string, failedReason?: string): void {
    this.#heard = true;
    const path = this.#waiting.get(jobId);
    if (path === undefined) return;
    this.#waiting.delete(jobId);
    this.ended += 1;
    if (failedReason !== undefined) this.failures.push({ path, reason: failedReason });
    this.#onEnded();
    this.#wake();
  }

  /** For events that were lost, in a restart of Redis say, and jobs that were deleted by hand. */
  async #lookAtJobs(): Promise<void> {
    const ids = [...this.#waiting.keys()];
    for (let start = 0; start < ids.length; start += PAGE) {
      const page = ids.slice(start, start + PAGE);
      const jobs = await Promise.all(page.map((id) => this.#queue.getJob(id)));
      jobs.forEach((job, i) => {
        const id = page[i] ?? '';
        if (job === undefined) this.#end(id, 'the job is no longer in the queue');
        else if (job.finishedOn !== undefined) this.#end(id, job.failedReason);
      });
    }
  }
}
