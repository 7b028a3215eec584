import path from 'node:path';

import type { Config } from './config.ts';
import { DESCRIPTOR_REVISION } from './descriptors/descriptor.ts';
import { createAccounts, type ImmichAccounts } from './immich/accounts.ts';
import { openImmich } from './immich/client/open-immich.ts';
import { createPhotoFetcher } from './immich/fetch-photo.ts';
import { listenForNudges } from './immich/source/nudges.ts';
import { watchImmich, type ImmichSource } from './immich/source/watch-immich.ts';
import type { Log } from './log.ts';
import { FACE_API_PACK } from './nets/net.ts';
import type { FetchPhoto } from './pipeline/ports.ts';
import { outageReporter, patientConnection, redisAddress } from './queue/connection.ts';
import { createImmichJobs } from './queue/immich-jobs.ts';
import { createProducer } from './queue/producer.ts';
import type { Store } from './store/store.ts';

/** Immich's users that the worker has keys of; nothing is asked before `accounts.refresh`. */
export interface OpenedImmich {
  readonly accounts: ImmichAccounts;
  close(): Promise<void>;
}

/** Names the descriptors of today: pack and revision. */
export const MODEL_NAME = `${FACE_API_PACK}.${DESCRIPTOR_REVISION}`;

/** Null without IMMICH_URL. */
export function openImmichAccounts({ immich }: Config, log: Log): OpenedImmich | null {
  if (immich === undefined) return null;
  const { url, concurrency, timeoutMillis, keys } = immich;
  const limits = { answerMillis: timeoutMillis, downloadMillis: 4 * timeoutMillis };
  const server = openImmich({ url, concurrency, limits });
  return { accounts: createAccounts(server, { keys, log }), close: () => server.close() };
}

/** What fetches the photos of jobs without a path. */
export function openImmichFetcher(
  { dataDir, limits, immich }: Config,
  { accounts }: OpenedImmich,
  locate: (path: string) => Promise<string>,
): Promise<FetchPhoto> {
  return createPhotoFetcher({
    accounts,
    folder: path.join(dataDir, 'fetched'),
    maxBytes: limits.maxPhotoBytes,
    pathMap: immich?.pathMap ?? [],
    locate,
  });
}

/** Starts to watch Immich for photos, with a connection to the queue of its own. */
export function startImmichSource(
  config: Config,
  { immich, store, log }: { immich: OpenedImmich; store: Store; log: Log },
): ImmichSource {
  const { redis, queuePrefix: prefix, immich: settings } = config;
  if (settings === undefined) throw new Error('there is no IMMICH_URL to watch');
  const reporter = outageReporter(log, `photos from Immich to ${redisAddress(redis)}`);
  const producer = createProducer({ redis, prefix, retry: config.jobs, onError: reporter.failed });
  const source = watchImmich({
    ...settings,
    accounts: immich.accounts,
    ports: {
      store: store.immich,
      jobs: createImmichJobs(producer),
      hasPhoto: async (ownerId, assetId) => {
        const record = await store.findPhoto(ownerId, assetId);
        return record !== null && !record.removed;
      },
    },
    model: MODEL_NAME,
    listen: settings.events === null ? null : (onNudge) => listen(config, { store, log, onNudge }),
    log,
  });
  return {
    close: async () => {
      await source.close();
      await producer.close();
    },
  };
}

function listen(
  { immich }: Config,
  { store, log, onNudge }: { store: Store; log: Log; onNudge: () => void },
): ReturnType<typeof listenForNudges> {
  const events = immich?.events;
  if (events == null) throw new Error('there are no events of Immich to hear');
  const { redis, prefix } = events;
  const reporter = outageReporter(log, `events of Immich at ${redisAddress(redis)}`);
  return listenForNudges({
    redis: patientConnection(redis),
    prefix,
    store: store.immich,
    onNudge,
    onError: reporter.failed,
    log,
  });
}
