import { Redis, type RedisOptions } from 'ioredis';
import { z } from 'zod';

import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ImmichAccounts } from '../accounts.ts';
import type { ImmichDetection } from './owner-context.ts';
import { ServedUntil, type QueueSight } from './served-until.ts';

const Features = z.object({ facialRecognition: z.boolean() });
/** An administrator switches it rarely. */
const ASK_AGAIN_MILLIS = 300_000;
const ANSWER_MILLIS = 2000;

/**
 * Looks at Immich's own face detection: whether it is switched on, and, where Immich's Redis can be
 * read, until when it has served photos. One small read each time, however long the queue; nothing is
 * written there.
 */
export function openDetection(options: {
  readonly accounts: ImmichAccounts;
  readonly events: { readonly redis: RedisOptions; readonly prefix: string } | null;
  readonly log: Log;
}): ImmichDetection & { close(): Promise<void> } {
  const { accounts, events, log } = options;
  let asked: { readonly at: number; readonly isOn: boolean } | null = null;
  const redis = events === null ? null : connect(events.redis);
  const served = new ServedUntil();
  return {
    isOn: async () => {
      if (asked !== null && Date.now() - asked.at < ASK_AGAIN_MILLIS) return asked.isOn;
      const [account] = accounts.all();
      if (account === undefined) return true;
      const answer = await account.api.json({ path: '/server/features' }, Features);
      asked = { at: Date.now(), isOn: answer.facialRecognition };
      return asked.isOn;
    },
    servedUntil: async () => {
      if (redis === null || events === null) return undefined;
      try {
        return served.see(await lookAtQueue(redis, `${events.prefix}:faceDetection`));
      } catch (error) {
        log.debug({ reason: messageOf(error) }, "Immich's face detection queue cannot be seen");
        return undefined;
      }
    },
    close: async () => {
      // Asked to, the server ends the connection; disconnecting leaves a timer behind.
      if (redis?.status === 'ready') await redis.quit().catch(() => undefined);
      redis?.disconnect();
    },
  };
}

function connect(redis: RedisOptions): Redis {
  const client = new Redis({
    ...redis,
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    commandTimeout: ANSWER_MILLIS,
  });
  client.on('error', () => undefined);
  return client;
}

/** All at one moment, so that no job is missed on its way from waiting to running. */
async function lookAtQueue(redis: Redis, queue: string): Promise<QueueSight> {
  const atMillis = Date.now();
  const answers = await redis
    .multi()
    .get(`${queue}:id`)
    .lrange(`${queue}:active`, 0, -1)
    // Jobs are taken from the end.
    .lindex(`${queue}:wait`, -1)
    .lindex(`${queue}:paused`, -1)
    .zrange(`${queue}:prioritized`, 0, 0)
    .zrange(`${queue}:delayed`, 0, 0)
    .exec();
  const [last, ...ids] = (answers ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
  const outstanding = ids.flat().filter((id) => typeof id === 'string');
  return {
    atMillis,
    lastId: Number(last ?? 0),
    // A job with a name of its own tells nothing of the order; it is waited for.
    oldestId: outstanding.length === 0 ? null : Math.min(...outstanding.map((id) => +id || 0)),
  };
}
