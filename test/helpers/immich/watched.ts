import type { Job } from 'bullmq';

import { createAccounts } from '../../../src/immich/accounts.ts';
import { openImmich } from '../../../src/immich/client/open-immich.ts';
import { listenForNudges } from '../../../src/immich/source/nudges.ts';
import { watchImmich, type WatchOptions } from '../../../src/immich/source/watch-immich.ts';
import { createLog } from '../../../src/log.ts';
import { closeQueue, patientConnection } from '../../../src/queue/connection.ts';
import { createImmichJobs, standingOf } from '../../../src/queue/immich-jobs.ts';
import { createProducer, type Producer } from '../../../src/queue/producer.ts';
import type { Store } from '../../../src/store/store.ts';
import type { TestRedis } from '../redis.ts';
import type { StandInImmich } from './server.ts';

/** The source, watching a stand-in, in the test's own process. */
export interface Watched {
  readonly producer: Producer;
  /** `source assetId` of each photo's job and `gone assetId` of each removal, oldest first. */
  jobs(): Promise<string[]>;
  /** Resolves when the jobs satisfy it. */
  until(satisfies: (jobs: readonly string[]) => boolean): Promise<string[]>;
  close(): Promise<void>;
}

const POLL_MILLIS = 25;
const PATIENCE_MILLIS = 30_000;

export function watch(options: {
  readonly immich: StandInImmich;
  readonly keys: readonly string[];
  readonly redis: TestRedis;
  readonly prefix: string;
  readonly store: Store;
  readonly events?: boolean;
  /** How long an answer is waited for. */
  readonly answerMillis?: number;
  readonly changes?: Partial<WatchOptions>;
}): Watched {
  const { immich, redis, prefix, store } = options;
  const log = createLog({ level: 'silent' });
  const server = openImmich({
    url: immich.url,
    limits: { answerMillis: options.answerMillis ?? 500, downloadMillis: 2000 },
    retry: { attempts: 2, backoffMillis: 20 },
  });
  const keys = options.keys.map((key, i) => ({ key, label: `key ${i + 1}` }));
  const retry = { attempts: 1, backoffMillis: 1 };
  const producer = createProducer({ redis: redis.options, prefix, retry });
  const source = watchImmich({
    accounts: createAccounts(server, { keys, log }),
    ports: {
      store: store.immich,
      jobs: createImmichJobs(producer),
      hasPhoto: async (ownerId, assetId) => {
        const record = await store.findPhoto(ownerId, assetId);
        return record !== null && !record.removed;
      },
      standingOf: async (job) =>
        standingOf(await store.findPhoto(job.ownerId, job.assetId), job, () => true),
    },
    model: 'face-api.1',
    listen:
      options.events === false
        ? null
        : (onNudge) =>
            listenForNudges({
              redis: patientConnection(redis.options),
              prefix: 'immich_bull',
              store: store.immich,
              onNudge,
              onError: () => undefined,
              closeEvents: closeQueue,
              log,
            }),
    sweepMillis: 100,
    reconcileMillis: 1_000_000,
    maxWaiting: 500,
    backfillExisting: true,
    log,
    ...options.changes,
  });
  const jobs = async (): Promise<string[]> => {
    const all = await producer.queue.getJobs(['waiting', 'prioritized', 'delayed']);
    // A job may be taken away between the list and the reading.
    const there = (all as (Job | undefined)[]).filter((job) => job !== undefined);
    return there
      .sort((a, b) => a.timestamp - b.timestamp)
      .map(({ name, data }) => {
        const { source, assetId } = data as { source?: string; assetId: string };
        return `${name === 'image-removed' ? 'gone' : source} ${assetId}`;
      });
  };
  return {
    producer,
    jobs,
    until: async (satisfies) => {
      for (const startedAt = performance.now(); ;) {
        const found = await jobs();
        if (satisfies(found)) return found;
        if (performance.now() - startedAt > PATIENCE_MILLIS) {
          throw new Error(`these jobs are not what was waited for: ${found.join(', ')}`);
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
      }
    },
    close: async () => {
      await source.close();
      await producer.close();
      await server.close();
    },
  };
}
