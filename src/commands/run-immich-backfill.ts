import type { DescriptorModel } from '../descriptors/descriptor.ts';
import { WorkerError } from '../errors.ts';
import type { ImmichAccount, ImmichAccounts } from '../immich/accounts.ts';
import { admitWhenRoom } from '../immich/source/admission.ts';
import { createImmichJobs } from '../queue/immich-jobs.ts';
import { createProducer, type Producer } from '../queue/producer.ts';
import { openStore } from '../store/open-store.ts';
import { findAlbum } from './find-album.ts';
import { backfillFromImmich } from './immich-backfill.ts';
import { createProgress } from './progress.ts';
import { retryFailed } from './retry-failed.ts';
import { queueingLabel, redisOrError, summaryLine, type CommandContext } from './run-backfill.ts';
import { counted } from './counted.ts';

export interface ImmichBackfillArguments {
  /** Name or id of one of Immich's users. */
  readonly user?: string | undefined;
  /** Name or id of an album. */
  readonly album?: string | undefined;
  readonly takenAfter?: string | undefined;
  readonly takenBefore?: string | undefined;
  readonly belowRevision: boolean;
  readonly failed: boolean;
  readonly force: boolean;
  readonly dryRun: boolean;
}

export interface ImmichCommandContext extends CommandContext {
  readonly accounts: ImmichAccounts;
  readonly isCurrent: (model: DescriptorModel) => boolean;
  /** Names the descriptors of today. */
  readonly model: string;
}

/** `backfill` without a folder: queues photos that Immich has, and prints a summary. */
export async function runImmichBackfill(
  options: ImmichBackfillArguments,
  context: ImmichCommandContext,
): Promise<number> {
  const { config, signal, output } = context;
  const dates = readDates(options);
  await redisOrError(context);
  const users = await accountsOf(options.user, context.accounts);
  const { accounts, search } = await inAlbum(options.album, { accounts: users, search: dates });
  const producer = createProducer({
    redis: config.redis,
    prefix: config.queuePrefix,
    retry: config.jobs,
  });
  try {
    if (options.failed) return await retry(options, { accounts, producer, context });
    const summary = await queueMissing({ ...options, search, signal }, accounts, {
      producer,
      context,
    });
    output.write(summaryLine(summary, options.dryRun, 'hidden assets and other files'));
    return signal.aborted ? 130 : 0;
  } finally {
    await producer.close();
  }
}

async function queueMissing(
  options: Parameters<typeof backfillFromImmich>[0],
  accounts: readonly ImmichAccount[],
  { producer, context }: { producer: Producer; context: ImmichCommandContext },
): ReturnType<typeof backfillFromImmich> {
  const { config, log, output, isCurrent, model } = context;
  const { dataDir, mongodbUri, immich } = config;
  const store = await openStore({ dataDir, log, mongodbUri });
  const jobs = createImmichJobs(producer);
  try {
    return await backfillFromImmich(options, {
      accounts,
      store: store.immich,
      jobs,
      admit: admitWhenRoom(jobs, immich?.maxWaiting ?? 1, options.signal),
      findPhoto: (ownerId, assetId) => store.findPhoto(ownerId, assetId),
      isCurrent: (record) => isCurrent(record.model),
      model,
      startProgress: (total) =>
        createProgress({ label: queueingLabel(options), total, stream: output }),
    });
  } finally {
    await store.close();
  }
}

async function retry(
  { user, dryRun }: ImmichBackfillArguments,
  parts: {
    readonly accounts: readonly ImmichAccount[];
    readonly producer: Producer;
    readonly context: ImmichCommandContext;
  },
): Promise<number> {
  const { signal, output } = parts.context;
  const ownerId = user === undefined ? undefined : parts.accounts[0]?.userId;
  const which = { dryRun, signal, ...(ownerId === undefined ? {} : { ownerId }) };
  const count = await retryFailed(parts.producer.queue, which);
  output.write(
    `${counted(count, 'failed photo')} ${dryRun ? 'would be tried' : count === 1 ? 'is tried' : 'are tried'} again\n`,
  );
  return signal.aborted ? 130 : 0;
}

/** All users, or the one of that name or id. */
async function accountsOf(
  user: string | undefined,
  accounts: ImmichAccounts,
): Promise<readonly ImmichAccount[]> {
  await accounts.refresh();
  if (accounts.isPending()) {
    throw new WorkerError(
      'IMMICH_UNAVAILABLE',
      'Immich did not say whose the API keys are; check that it runs and that IMMICH_URL is right',
    );
  }
  const all = accounts.all();
  const found = all.filter(
    ({ userId, name }) => user === undefined || [userId, name].includes(user),
  );
  if (found.length === 1 || (user === undefined && found.length > 0)) return found;
  const known = all.map(({ name, userId }) => `${name} (${userId})`).join(', ');
  throw new WorkerError(
    'IMMICH_KEY_MISSING',
    `expected ${user === undefined ? 'an accepted API key in IMMICH_API_KEYS' : `one user ${JSON.stringify(user)} among those with API keys`}, ` +
      `got ${known === '' ? 'none' : known}`,
  );
}

interface Which {
  readonly accounts: readonly ImmichAccount[];
  readonly search: Search;
}
type Search = Parameters<typeof backfillFromImmich>[0]['search'];

/** Only what is in the album, where one is named, and only of those users who see it. */
async function inAlbum(album: string | undefined, { accounts, search }: Which): Promise<Which> {
  if (album === undefined) return { accounts, search };
  const found = await findAlbum(album, accounts);
  return { accounts: found.accounts, search: { ...search, albumIds: [found.albumId] } };
}

function readDates({ takenAfter, takenBefore }: ImmichBackfillArguments): Search {
  return {
    ...(takenAfter === undefined ? {} : { takenAfter: readDate(takenAfter, 'T00:00:00.000Z') }),
    ...(takenBefore === undefined ? {} : { takenBefore: readDate(takenBefore, 'T23:59:59.999Z') }),
  };
}

/** `timeOfDay` is taken for a day alone. */
function readDate(text: string, timeOfDay: string): string {
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? text + timeOfDay : text);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new WorkerError(
    'ARGUMENT_INVALID',
    `expected a date such as 2024-05-31, got ${JSON.stringify(text.slice(0, 80))}`,
  );
}
