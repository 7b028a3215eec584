import { setTimeout as wait } from 'node:timers/promises';

import type { Producer } from '../../src/queue/producer.ts';
import { makeJobs, type SoakPlan } from './jobs.ts';
import type { Progress } from './progress.ts';

const BULK = 1000;
const MOST_IN_BURST = 50;
const LEAST_BURSTS = 3;
/** The last burst comes while this much of the backlog is done, so that each has one to overtake. */
const LAST_BURST_AT = 0.6;
const POLL_MILLIS = 50;
/** Nothing done for so long: what is left is counted as lost. Longer than all locks and retries. */
const STUCK_MILLIS = 120_000;

export async function addPhotos(
  producer: Producer,
  range: { from: number; to: number },
  { plan, signal }: { plan: SoakPlan; signal: AbortSignal },
): Promise<void> {
  for (let from = range.from; from < range.to; from += BULK) {
    signal.throwIfAborted();
    const to = Math.min(from + BULK, range.to);
    await producer.addBulk(await makeJobs({ from, to }, plan));
  }
}

export interface LoadOptions {
  readonly plan: SoakPlan;
  readonly producer: Producer;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Asked whether going on makes sense: throws when not. */
  readonly workers: { throwIfOneFailed(): void };
}

/** Adds uploads in bursts while the backlog drains, until the queue is empty. */
export async function drain(options: LoadOptions): Promise<void> {
  const { plan, progress } = options;
  const uploads = plan.jobs - plan.backlog;
  const bursts = Math.min(uploads, Math.max(LEAST_BURSTS, Math.ceil(uploads / MOST_IN_BURST)));
  const edge = (burst: number): number => plan.backlog + Math.floor((uploads * burst) / bursts);
  let sent = 0;
  const watch = new Watch(options);
  for (;;) {
    const next = (plan.backlog * LAST_BURST_AT * (sent + 1)) / bursts;
    if (sent < bursts && progress.backlogDone >= next) {
      await addPhotos(options.producer, { from: edge(sent), to: edge(sent + 1) }, options);
      sent += 1;
      continue;
    }
    if (sent === bursts && (await isEmpty(options.producer))) return;
    if (watch.isStuck()) return;
    await wait(POLL_MILLIS, undefined, { signal: options.signal });
    options.workers.throwIfOneFailed();
  }
}

async function isEmpty({ queue }: Producer): Promise<boolean> {
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'paused');
  return Object.values(counts).every((count) => count === 0);
}

/** Tells how far it is, and whether it goes on at all. */
class Watch {
  readonly #options: LoadOptions;
  #done = 0;
  #movedAt = performance.now();
  #saidAt = performance.now();

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  isStuck(): boolean {
    const { progress, plan, say } = this.#options;
    const now = performance.now();
    if (progress.done > this.#done) this.#movedAt = now;
    this.#done = progress.done;
    if (now - this.#saidAt > SAY_EVERY_MILLIS) {
      say(`${this.#done} of ${plan.jobs} done`);
      this.#saidAt = now;
    }
    const stuck = now - this.#movedAt > STUCK_MILLIS;
    if (stuck) say(`nothing was done for ${STUCK_MILLIS / 1000} s; the rest is counted as lost`);
    return stuck;
  }
}

const SAY_EVERY_MILLIS = 10_000;
