import { Queue } from 'bullmq';

import { WorkerError } from '../errors.ts';
import { People } from '../identities/journal/people.ts';
import type { ImmichAccount, ImmichAccounts } from '../immich/accounts.ts';
import type { ImmichSink } from '../immich/sink/immich-sink.ts';
import { createLease, RENEW_MILLIS } from '../immich/source/lease.ts';
import { closeQueue, promptConnection } from '../queue/connection.ts';
import { FACES_IDENTIFIED, resultJobId, toFacesIdentified } from '../queue/faces-identified.ts';
import { createRedisLosses } from '../queue/redis-losses.ts';
import type { Store } from '../store/store.ts';
import type { ImmichWriteArguments } from './immich-command.ts';
import { redisOrError, type CommandContext } from './run-backfill.ts';
import { counted } from './counted.ts';

export interface ImmichWriteContext extends CommandContext {
  readonly accounts: ImmichAccounts;
  readonly sink: ImmichSink;
  readonly store: Store;
}

const PAGE = 100;

/**
 * `immich repair`: forgets what is gone in Immich and publishes the results of all photos with faces
 * again, for the worker to write what is missing. Can be done while the worker runs.
 */
export async function runImmichRepair(
  options: ImmichWriteArguments,
  context: ImmichWriteContext,
): Promise<void> {
  const { sink, output, config, signal, store } = context;
  await redisOrError(context);
  const queue = new Queue(FACES_IDENTIFIED, {
    connection: promptConnection(config.redis),
    prefix: config.queuePrefix,
  });
  queue.on('error', () => undefined);
  try {
    // What is published here would be counted in place of what this Redis has lost.
    const losses = createRedisLosses({ queue, prefix: config.queuePrefix, store });
    if (!options.dryRun) await losses.check();
    for (const account of await accountsOf(options, context)) {
      signal.throwIfAborted();
      const { people, faces, collections, members } = await sink.repair(account, options);
      const photos = await publishAgain(queue, account.userId, { ...context, ...options });
      output.write(
        `${account.name}: ${counted(people, 'person', 'people')}, ${counted(faces, 'face')}, ` +
          `${collections} tags and albums and ` +
          `${counted(members, 'place')} in them are or were gone in Immich; ${counted(photos, 'photo')} ` +
          (options.dryRun
            ? 'would be compared\n'
            : `${photos === 1 ? 'is' : 'are'} compared, and what is missing is written\n`),
      );
    }
  } finally {
    await closeQueue(queue);
  }
}

/** Under ids of this repair: a queue that still holds a result does not take it a second time. */
async function publishAgain(
  queue: Queue,
  ownerId: string,
  { store, dryRun, signal }: { store: Store; dryRun: boolean; signal: AbortSignal },
): Promise<number> {
  const people = People.of(await store.readFacts(ownerId));
  const repair = Date.now();
  let photos = 0;
  for (let after = 0; ;) {
    signal.throwIfAborted();
    const page = await store.readPhotosAfter(ownerId, after, PAGE);
    const withFaces = page.filter(({ faces, removed }) => faces.length > 0 && !removed);
    photos += withFaces.length;
    if (!dryRun) {
      await queue.addBulk(
        withFaces.map((record) => ({
          name: FACES_IDENTIFIED,
          data: toFacesIdentified(people.viewOf(record)),
          opts: { jobId: `${resultJobId(record)}.repair-${repair}` },
        })),
      );
    }
    const last = page.at(-1);
    if (last === undefined) return photos;
    after = last.sequence;
  }
}

/** `immich withdraw`: takes back everything, while no worker writes. */
export async function runImmichWithdraw(
  options: ImmichWriteArguments,
  context: ImmichWriteContext,
): Promise<void> {
  const { sink, output, signal } = context;
  if (!options.dryRun && !options.yes) {
    throw new WorkerError(
      'CONFIG_INVALID',
      'expected --yes, since all that was written into Immich is taken back; --dry-run says how much that is',
    );
  }
  const accounts = await accountsOf(options, context);
  await whileNobodyWrites(context, options.dryRun, async () => {
    for (const account of accounts) {
      const found = await sink.withdraw(account, { dryRun: options.dryRun, signal });
      output.write(
        `${account.name}: ${counted(found.faces, 'face')}, ${counted(found.people, 'person', 'people')}, ` +
          `${counted(found.tagged, 'tagged photo')} and ` +
          `${counted(found.inAlbums, 'photo')} in albums ${options.dryRun ? 'would be taken back' : 'were taken back'}, ` +
          `${counted(found.unassigned, 'face')} of Immich's ${options.dryRun ? 'would be' : 'are'} nobody's again` +
          (options.dryRun
            ? '\n'
            : `; ${found.kept} people, tags and albums stay, since a user has touched them\n`),
      );
      if (found.left > 0) {
        output.write(
          `${account.name}: ${counted(found.left, 'photo')} stay tagged or in albums, since the key lacks ` +
            'tag.asset or albumAsset.delete; allow it and run this again\n',
        );
      }
      if (found.leftFaces + found.leftPeople > 0) {
        output.write(
          `${account.name}: ${counted(found.leftFaces, 'face')} of Immich's stay assigned and ` +
            `${counted(found.leftPeople, 'person', 'people')} stay, since the key lacks ` +
            'person.delete; allow it and run this again\n',
        );
      }
    }
  });
}

async function whileNobodyWrites(
  { store, log }: ImmichWriteContext,
  dryRun: boolean,
  work: () => Promise<void>,
): Promise<void> {
  if (dryRun) return work();
  const lease = createLease(store.immich, log, 'immich-sink');
  await lease.renew();
  if (!lease.isHeld) {
    throw new WorkerError(
      'CONFIG_INVALID',
      'expected nobody to write into Immich meanwhile, but a worker does: set IMMICH_WRITE=none and restart it, or stop it, then try again',
    );
  }
  const timer = setInterval(() => void lease.renew(), RENEW_MILLIS);
  try {
    await work();
  } finally {
    clearInterval(timer);
    await lease.release();
  }
}

async function accountsOf(
  { user }: ImmichWriteArguments,
  { accounts }: ImmichWriteContext,
): Promise<readonly ImmichAccount[]> {
  await accounts.refresh();
  if (accounts.isPending()) {
    throw new WorkerError(
      'IMMICH_UNAVAILABLE',
      'expected Immich to answer, but it does not; try again',
    );
  }
  const all = accounts.all();
  const chosen = all.filter(
    ({ userId, name }) => user === undefined || user === userId || user === name,
  );
  if (chosen.length > 0) return chosen;
  throw new WorkerError(
    'IMMICH_KEY_MISSING',
    user === undefined
      ? 'expected an API key that Immich accepts in IMMICH_API_KEYS, got none'
      : `expected the name or id of a user whose API key there is (${all.map(({ name }) => name).join(', ')}), got ${JSON.stringify(user)}`,
  );
}
