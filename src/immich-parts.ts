import type { Config } from './config.ts';
import { DESCRIPTOR_REVISION, sameModel } from './descriptors/descriptor.ts';
import type { PhotoRecord } from './identities/photo-record.ts';
import { createAccounts, type ImmichAccounts } from './immich/accounts.ts';
import { openImmich } from './immich/client/open-immich.ts';
import type { Scope } from './immich/client/scopes.ts';
import { createPhotoFetcher, fetchedFolder } from './immich/fetch-photo.ts';
import { reportRequest, type ImmichReports, type RequestReport } from './immich/reports.ts';
import { listenForNudges } from './immich/source/nudges.ts';
import { watchImmich, type ImmichSource } from './immich/source/watch-immich.ts';
import type { Log } from './log.ts';
import { FACE_API_PACK } from './nets/net.ts';
import type { FetchPhoto } from './pipeline/ports.ts';
import { closeQueue, outageReporter, patientConnection, redisAddress } from './queue/connection.ts';
import { createImmichJobs, standingOf, type ImmichJobs } from './queue/immich-jobs.ts';
import { createProducer } from './queue/producer.ts';
import type { Store } from './store/store.ts';

/** Immich's users that the worker has keys of; nothing is asked before `accounts.refresh`. */
export interface OpenedImmich {
  readonly accounts: ImmichAccounts;
  close(): Promise<void>;
}

/** Names the descriptors of today: pack and revision. */
export const MODEL_NAME = `${FACE_API_PACK}.${DESCRIPTOR_REVISION}`;

function isCurrent({ model }: PhotoRecord): boolean {
  return sameModel(model, { pack: FACE_API_PACK, descriptorRevision: DESCRIPTOR_REVISION });
}

/** Null without IMMICH_URL. */
export function openImmichAccounts(
  { immich }: Config,
  log: Log,
  {
    scopes,
    reports,
  }: { readonly scopes?: readonly Scope[]; readonly reports?: ImmichReports | undefined } = {},
): OpenedImmich | null {
  if (immich === undefined) return null;
  const { url, concurrency, timeoutMillis, keys } = immich;
  const limits = { answerMillis: timeoutMillis, downloadMillis: 4 * timeoutMillis };
  const onRequest = (request: RequestReport): void => {
    if (reports !== undefined) reportRequest(request, reports);
  };
  const server = openImmich({ url, concurrency, limits, onRequest });
  return {
    accounts: createAccounts(server, { keys, log, ...(scopes !== undefined && { scopes }) }),
    close: () => server.close(),
  };
}

/**
 * How each user's key does. Immich may be away without the worker being unready: photos with paths
 * are looked at all the same.
 */
export function immichHealth(immich: OpenedImmich | null): Record<string, unknown> {
  return immich === null ? {} : { immich: { users: immich.accounts.states() } };
}

/** What Immich calls the users whose keys it has accepted, by their IDs. */
export function immichUserNames(immich: OpenedImmich | null): Record<string, string> {
  return Object.fromEntries(immich?.accounts.all().map(({ userId, name }) => [userId, name]) ?? []);
}

/** What fetches the photos of jobs without a path. */
export function openImmichFetcher(
  { dataDir, limits, immich }: Config,
  { accounts }: OpenedImmich,
  locate: (path: string) => Promise<string>,
): Promise<FetchPhoto> {
  return createPhotoFetcher({
    accounts,
    folder: fetchedFolder(dataDir),
    maxBytes: limits.maxPhotoBytes,
    pathMap: immich?.pathMap ?? [],
    locate,
  });
}

/** Starts to watch Immich for photos, with a connection to the queue of its own. */
export function startImmichSource(
  config: Config,
  {
    immich,
    store,
    log,
    reports,
  }: { immich: OpenedImmich; store: Store; log: Log; reports: ImmichReports },
): ImmichSource {
  const { redis, queuePrefix: prefix, immich: settings } = config;
  if (settings === undefined) throw new Error('there is no IMMICH_URL to watch');
  const reporter = outageReporter(log, `photos from Immich to ${redisAddress(redis)}`);
  const producer = createProducer({ redis, prefix, retry: config.jobs, onError: reporter.failed });
  const heard = { store, log, reports };
  const source = watchImmich({
    ...settings,
    accounts: immich.accounts,
    ports: {
      store: store.immich,
      jobs: counted(createImmichJobs(producer), reports),
      hasPhoto: async (ownerId, assetId) => {
        const record = await store.findPhoto(ownerId, assetId);
        return record !== null && !record.removed;
      },
      standingOf: async (job) =>
        standingOf(await store.findPhoto(job.ownerId, job.assetId), job, isCurrent),
    },
    model: MODEL_NAME,
    onSwept: reports.swept,
    listen: settings.events === null ? null : (onNudge) => listen(config, { ...heard, onNudge }),
    log,
  });
  return {
    close: async () => {
      await source.close();
      await producer.close();
    },
  };
}

/** The same, and tells how many jobs were added. */
function counted(jobs: ImmichJobs, { queued }: ImmichReports): ImmichJobs {
  return {
    ...jobs,
    add: async (added) => {
      await jobs.add(added);
      for (const { source } of added) queued(source, 1);
    },
    addRemovals: async (added) => {
      await jobs.addRemovals(added);
      queued('removal', added.length);
    },
  };
}

function listen(
  { immich }: Config,
  {
    store,
    log,
    reports,
    onNudge,
  }: { store: Store; log: Log; reports: ImmichReports; onNudge: () => void },
): ReturnType<typeof listenForNudges> {
  const events = immich?.events;
  if (events == null) throw new Error('there are no events of Immich to hear');
  const { redis, prefix } = events;
  const reporter = outageReporter(log, `events of Immich at ${redisAddress(redis)}`);
  return listenForNudges({
    redis: patientConnection(redis),
    prefix,
    store: store.immich,
    onNudge: () => {
      reports.nudged();
      onNudge();
    },
    onError: reporter.failed,
    closeEvents: closeQueue,
    log,
  });
}
