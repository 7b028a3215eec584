import { QueueEvents } from 'bullmq';
import type { RedisOptions } from 'ioredis';

import { patientConnection } from '../../src/queue/connection.ts';
import { IMAGE_ADDED } from '../../src/queue/image-added.ts';
import { median } from '../bench/median.ts';
import { sourceOf } from './jobs.ts';

/** How long an upload waited, counted in photos of the backlog that were done meanwhile. */
interface Wait {
  readonly passedBy: number;
  /** What it would have waited for, had it queued up behind. */
  readonly backlog: number;
}

export interface Overtaking {
  readonly uploads: number;
  readonly medianPassedBy: number;
  readonly mostPassedBy: number;
  readonly medianBacklog: number;
  readonly overtook: boolean;
}

/** Photos in the hands of all workers, and as many again for those that a kill sends round twice. */
const IN_HAND = 32;
const SHARE = 0.01;

/** What the queue's own events tell, in the order in which Redis wrote them. */
export class Progress {
  readonly #events: QueueEvents;
  readonly #addedAt = new Map<string, Wait>();
  readonly #waits: Wait[] = [];
  readonly #reasons = new Map<string, number>();
  readonly #backlog: number;
  #backlogDone = 0;
  #uploadsDone = 0;
  #lastDoneMillis = 0;

  constructor(queue: { redis: RedisOptions; prefix: string }, backlog: number) {
    this.#backlog = backlog;
    const connection = patientConnection(queue.redis);
    // From the stream's beginning: what happens before the first reading is not missed.
    this.#events = new QueueEvents(IMAGE_ADDED, {
      connection,
      prefix: queue.prefix,
      lastEventId: '0',
    });
    this.#events.on('error', () => undefined);
    this.#events.on('added', ({ jobId }) => {
      this.#added(jobId);
    });
    this.#events.on('completed', ({ jobId }, eventId) => {
      this.#done(jobId, eventId);
    });
    this.#events.on('failed', ({ failedReason }) => {
      this.#reasons.set(failedReason, (this.#reasons.get(failedReason) ?? 0) + 1);
    });
  }

  get backlogDone(): number {
    return this.#backlogDone;
  }

  get done(): number {
    return this.#backlogDone + this.#uploadsDone;
  }

  /** By Redis's clock, which is this machine's. */
  get lastDoneMillis(): number {
    return this.#lastDoneMillis;
  }

  /** Why jobs failed for good, and how many for each reason. */
  get reasons(): ReadonlyMap<string, number> {
    return this.#reasons;
  }

  overtaking(): Overtaking {
    const passedBy = this.#waits.map((wait) => wait.passedBy);
    const medianPassedBy = median(passedBy);
    const medianBacklog = median(this.#waits.map(({ backlog }) => backlog));
    return {
      uploads: passedBy.length,
      medianPassedBy,
      mostPassedBy: Math.max(...passedBy),
      medianBacklog,
      overtook: medianPassedBy <= IN_HAND + SHARE * medianBacklog,
    };
  }

  async close(): Promise<void> {
    await this.#events.close();
  }

  #added(jobId: string): void {
    if (sourceOf(jobId) !== 'upload') return;
    this.#addedAt.set(jobId, {
      passedBy: this.#backlogDone,
      backlog: this.#backlog - this.#backlogDone,
    });
  }

  #done(jobId: string, eventId: string): void {
    this.#lastDoneMillis = Number(eventId.split('-')[0]);
    if (sourceOf(jobId) === 'backfill') {
      this.#backlogDone += 1;
      return;
    }
    this.#uploadsDone += 1;
    const added = this.#addedAt.get(jobId);
    if (added === undefined) return;
    this.#waits.push({
      passedBy: this.#backlogDone - added.passedBy,
      backlog: added.backlog,
    });
  }
}
