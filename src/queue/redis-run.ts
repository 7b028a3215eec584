import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** A queue's own connection; BullMQ names its type more narrowly. */
export async function redisOf(queue: Queue): Promise<Redis> {
  return (await queue.client) as unknown as Redis;
}

/** The `run_id` of the Redis process; undefined where INFO does not say. */
export async function runIdOf(redis: Redis): Promise<string | undefined> {
  return runIdIn(await redis.info('server'));
}

/** The same, of what `INFO server` answered. */
export function runIdIn(info: string): string | undefined {
  return /^run_id:(\w+)/m.exec(info)?.[1];
}

/** Calls `work` when a queue's connection is there, and each time it is back; `onEnd` when it ends. */
export function onEachConnection(
  queue: Queue,
  work: (redis: Redis) => void,
  onEnd?: () => void,
): void {
  redisOf(queue).then(
    (redis) => {
      work(redis);
      redis.on('ready', () => {
        work(redis);
      });
      if (onEnd !== undefined) redis.on('close', onEnd);
    },
    () => undefined,
  );
}

/**
 * Calls `onOther` each time a queue's connection comes back to another Redis process than it was
 * left with: restarted, or promoted by Sentinel. What the earlier one answered last may be missing there.
 */
export function watchRedisRun(queue: Queue, onOther: () => void): void {
  let last: string | undefined;
  const look = async (redis: Redis): Promise<void> => {
    const run = await runIdOf(redis);
    if (run === undefined) return;
    const isOther = last !== undefined && run !== last;
    last = run;
    if (isOther) onOther();
  };
  // A look that fails is made again at the next connection; outages are told of elsewhere.
  onEachConnection(queue, (redis) => void look(redis).catch(() => undefined));
}
