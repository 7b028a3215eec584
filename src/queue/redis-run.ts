import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/**
 * Calls `onOther` each time a queue's connection comes back to another Redis process than it was
 * left with: restarted, or promoted by Sentinel. What the earlier one answered last may be missing there.
 */
export function watchRedisRun(queue: Queue, onOther: () => void): void {
  let last: string | undefined;
  const look = async (client: Redis): Promise<void> => {
    const run = /^run_id:(\w+)/m.exec(await client.info('server'))?.[1];
    if (run === undefined) return;
    const isOther = last !== undefined && run !== last;
    last = run;
    if (isOther) onOther();
  };
  // A look that fails is made again at the next connection; outages are told of elsewhere.
  const lookOrWait = (client: Redis): void => void look(client).catch(() => undefined);
  queue.client.then(
    (client) => {
      const redis = client as unknown as Redis;
      lookOrWait(redis);
      redis.on('ready', () => {
        lookOrWait(redis);
      });
    },
    () => undefined,
  );
}
