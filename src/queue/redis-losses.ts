import type { Queue } from 'bullmq';

import { redisOf, runIdIn } from './redis-run.ts';

/** What is known of the Redis that results last went to, kept in the store. Times are ISO 8601. */
export interface ResultRedis {
  /** The `run_id` of its process. */
  readonly run: string;
  /** How many jobs the result queue had ever taken. */
  readonly added: number;
  /** No result that waits in the queue was decided before. */
  readonly since: string;
  /** No result that was published after this was noted was decided before. */
  readonly recentSince: string;
}

/** What finding losses needs of the store. */
export interface ResultRedisNotes {
  readResultRedis(prefix: string): Promise<ResultRedis | null>;
  /** Writes the note when the stored one is of the run `replaces` (null: there is none). */
  writeResultRedis(prefix: string, note: ResultRedis, replaces: string | null): Promise<void>;
  /** When the oldest result was decided that is still to be published; null: none is. */
  oldestUnpublishedAt(): Promise<string | null>;
  markUnpublishedSince(at: string): Promise<number>;
}

export interface RedisLosses {
  /**
   * Looks whether the queue is in another Redis process than the one noted last. If so, puts back
   * into the outbox what may be missing there and answers how many and since when; else null. Notes
   * how things stand. To be called on each connection before anything is published over it, which
   * would be counted in place of what was lost.
   */
  check(): Promise<{ readonly count: number; readonly since: string } | null>;
}

/** From deciding to publishing where nothing is in the way; and how far clocks may be apart. */
const MARGIN_MILLIS = 10 * 60_000;

/**
 * Finds what a Redis lost that was restarted, replaced, or promoted by Sentinel, while workers ran or
 * while all were down. Redis brings back a beginning of what it had taken, whatever its persistence:
 * where the queue still counts the jobs that were noted, only what came after the note can be gone,
 * else all that nobody had taken out.
 */
export function createRedisLosses(options: {
  readonly queue: Queue;
  readonly prefix: string;
  readonly store: ResultRedisNotes;
}): RedisLosses {
  const { queue, prefix, store } = options;
  const window = new Window();

  const note = async (run: string, former: ResultRedis | null): Promise<void> => {
    const nowMillis = Date.now();
    const recentSince = earlier(await store.oldestUnpublishedAt(), nowMillis);
    const { run: runNow, added } = await redisStandingOf(queue);
    // Another by now, which the next check meets.
    if (runNow !== run) return;
    if (run === former?.run && added === former.added && recentSince >= former.recentSince) return;
    const bound = window.move({ nowMillis, recentSince, oldest: await oldestWaitingMillis(queue) });
    const since = [bound ?? former?.since ?? recentSince, recentSince].sort()[0] as string;
    await store.writeResultRedis(prefix, { run, added, since, recentSince }, former?.run ?? null);
  };

  return {
    check: async () => {
      const { run, added } = await redisStandingOf(queue);
      const former = await store.readResultRedis(prefix);
      let lost: { count: number; since: string } | null = null;
      if (former !== null && former.run !== run) {
        const isAllThere = added >= former.added;
        const since = isAllThere ? former.recentSince : former.since;
        lost = { since, count: await store.markUnpublishedSince(since) };
      }
      await note(run, former);
      return lost;
    },
  };
}

/** Tells from when on the results that wait were decided, which the queue itself does not know. */
class Window {
  #openedAtMillis = Infinity;
  /** What is published since then was not decided before. */
  #bound = '';

  /**
   * Takes in how things stand: `oldest` is when the oldest result was published that waits. Answers
   * with a bound for all that wait; null while there is none yet.
   */
  move(now: { nowMillis: number; recentSince: string; oldest: number | null }): string | null {
    const { nowMillis, recentSince, oldest } = now;
    const isNew = this.#openedAtMillis === Infinity;
    if (isNew || recentSince < this.#bound) this.#bound = recentSince;
    if (isNew) this.#openedAtMillis = nowMillis;
    const published = oldest ?? Infinity;
    if (published <= this.#openedAtMillis + MARGIN_MILLIS) return null;
    const bound = this.#bound;
    this.#openedAtMillis = nowMillis;
    this.#bound = recentSince;
    return bound;
  }
}

/** The earlier of a time and now, and some time before. */
function earlier(at: string | null, nowMillis: number): string {
  const millis = at === null ? nowMillis : Math.min(nowMillis, Date.parse(at));
  return new Date(millis - MARGIN_MILLIS).toISOString();
}

/** Where Redis does not say, one process cannot be told from another. */
export async function runOf(queue: Queue): Promise<string> {
  return (await redisStandingOf(queue)).run;
}

/**
 * The Redis process, and how many jobs the queue there has ever taken: BullMQ counts every one that it
 * is given, also those that are there already. Asked at once, so that both are of one process. Where
 * Redis does not say, one cannot be told from another.
 */
export async function redisStandingOf(queue: Queue): Promise<Pick<ResultRedis, 'run' | 'added'>> {
  const redis = await redisOf(queue);
  const answers = await redis.multi().info('server').get(queue.toKey('id')).exec();
  const [info, added] = (answers ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
  return { run: runIdIn(String(info)) ?? '', added: Number(added) || 0 };
}

/** When the oldest result was published that nobody has dealt with; null: there is none. */
async function oldestWaitingMillis(queue: Queue): Promise<number | null> {
  const states = ['waiting', 'active', 'delayed', 'prioritized', 'paused'] as const;
  const jobs = await queue.getJobs([...states], 0, 0, true);
  return jobs.length === 0 ? null : Math.min(...jobs.map(({ timestamp }) => timestamp));
}
