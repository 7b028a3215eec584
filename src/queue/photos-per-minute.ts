import type { Queue } from 'bullmq';

const WINDOW_MILLIS = 300_000;
/** Enough for a rate; as many completed jobs are kept. */
const MOST_READ = 1000;

/**
 * Photos that all workers together finished a minute, over the last five minutes, or since the
 * first one when it is not so long ago.
 */
export async function photosPerMinute(queue: Queue, now = Date.now()): Promise<number> {
  const redis = await queue.client;
  const pairs = await redis.zrange(queue.toKey('completed'), -MOST_READ, -1, { WITHSCORES: true });
  const finishedAt = pairs.filter((_, i) => i % 2 === 1).map(Number);
  const recent = finishedAt.filter((at) => at >= now - WINDOW_MILLIS);
  if (recent.length === 0) return 0;
  const isAll = recent.length === finishedAt.length;
  const since = isAll ? Math.min(...recent) : now - WINDOW_MILLIS;
  const minutes = Math.max(now - since, 1000) / 60_000;
  return Math.round((recent.length / minutes) * 10) / 10;
}
