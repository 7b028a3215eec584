import { Redis, type RedisOptions } from 'ioredis';
import { z } from 'zod';

import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ImmichAccounts } from '../accounts.ts';
import type { ImmichDetection } from './owner-context.ts';

const Features = z.object({ facialRecognition: z.boolean() });
/** An administrator switches it rarely. */
const ASK_AGAIN_MILLIS = 300_000;
const ANSWER_MILLIS = 2000;

/**
 * Looks at Immich's own face detection: whether it is switched on, and, where Immich's Redis can be
 * read, whether photos wait for it. Reads lengths only; nothing is written there.
 */
export function openDetection(options: {
  readonly accounts: ImmichAccounts;
  readonly events: { readonly redis: RedisOptions; readonly prefix: string } | null;
  readonly log: Log;
}): ImmichDetection & { close(): Promise<void> } {
  const { accounts, events, log } = options;
  let asked: { readonly at: number; readonly isOn: boolean } | null = null;
  const redis = events === null ? null : connect(events.redis);
  return {
    isOn: async () => {
      if (asked !== null && Date.now() - asked.at < ASK_AGAIN_MILLIS) return asked.isOn;
      const [account] = accounts.all();
      if (account === undefined) return true;
      const answer = await account.api.json({ path: '/server/features' }, Features);
      asked = { at: Date.now(), isOn: answer.facialRecognition };
      return asked.isOn;
    },
    isBusy: async () => {
      if (redis === null || events === null) return null;
      try {
        return (await countWaiting(redis, `${events.prefix}:faceDetection`)) > 0;
      } catch (error) {
        log.debug({ reason: messageOf(error) }, "Immich's face detection queue cannot be seen");
        return null;
      }
    },
    close: () => {
      redis?.disconnect();
      return Promise.resolve();
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

async function countWaiting(redis: Redis, queue: string): Promise<number> {
  const lists = ['wait', 'active', 'paused'].map((name) => redis.llen(`${queue}:${name}`));
  const sets = ['prioritized', 'delayed'].map((name) => redis.zcard(`${queue}:${name}`));
  const counts = await Promise.all([...lists, ...sets]);
  return counts.reduce((sum, count) => sum + count, 0);
}
