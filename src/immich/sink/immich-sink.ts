import { WorkerError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ImmichAccount, ImmichAccounts } from '../accounts.ts';
import { OwnerLinks, type ImmichLinks } from './links.ts';
import { Mutex } from './mutex.ts';
import type { OurSide } from './our-side.ts';
import type { ImmichDetection, Occasion, OwnerContext, WriteSettings } from './owner-context.ts';
import { readBack, type ReadBack } from './read-back.ts';
import { forgetWhatIsGone, type Repaired } from './repair.ts';
import { turnsOf, type TurnStore } from './turns.ts';
import { isSurelyPending, stillPending } from './wait-for-detection.ts';
import { withdrawAll, type Withdrawn } from './withdraw.ts';
import { writeChangedPeople, type ChangedPeople } from './write-changed-people.ts';
import { writeOnePhoto, writeUnlessPending } from './write-one-photo.ts';

/**
 * Writes what we know into Immich. Every call looks at both sides as they are now and writes the
 * difference: in whatever order calls come, and however often, the end is the same.
 */
export interface ImmichSink {
  /** 'not-ours': no user of Immich's that we have a key of. */
  writePhoto(
    ownerId: string,
    assetId: string,
    occasion?: Occasion,
  ): Promise<'written' | 'not-ours'>;
  /** Rejects with IMMICH_FACES_PENDING when some photos wait for Immich's own detection. */
  writePeople(
    ownerId: string,
    changed: ChangedPeople,
    options: { readonly signal: AbortSignal; readonly occasion?: Occasion },
  ): Promise<'written' | 'not-ours'>;
  /** Takes over what users have changed in Immich. */
  readBack(account: ImmichAccount, signal: AbortSignal): Promise<ReadBack>;
  /** Lets go of what is gone in Immich; the photos' results are to be published again then. */
  repair(account: ImmichAccount, options: { readonly dryRun: boolean }): Promise<Repaired>;
  /** Takes back everything that was written. */
  withdraw(
    account: ImmichAccount,
    options: { readonly dryRun: boolean; readonly signal: AbortSignal },
  ): Promise<Withdrawn>;
}

export interface SinkOptions {
  readonly accounts: ImmichAccounts;
  readonly links: ImmichLinks;
  readonly turns: TurnStore;
  readonly ours: OurSide;
  readonly settings: WriteSettings;
  readonly detection: ImmichDetection;
  /** People whose faces one read-back compares. */
  readonly mostPeople?: number;
  readonly log: Log;
}

/** A minute of requests or so, in each quarter of an hour. */
const MOST_PEOPLE = 300;

function now(): Occasion {
  return { sinceMillis: Date.now(), hasWaited: false };
}

export function createImmichSink(options: SinkOptions): ImmichSink {
  const mutex = new Mutex();
  const contextOf = (account: ImmichAccount, occasion = now()): OwnerContext => ({
    ...options,
    occasion,
    ownerId: account.userId,
    account,
    api: account.api,
    links: new OwnerLinks(options.links, account.userId),
    turns: turnsOf(options.turns, account.userId),
    mutex,
  });
  const asUser = async <T>(
    account: ImmichAccount,
    work: (context: OwnerContext) => Promise<T>,
    occasion?: Occasion,
  ): Promise<T> => {
    try {
      return await work(contextOf(account, occasion));
    } catch (error) {
      if (error instanceof WorkerError && error.code === 'IMMICH_KEY_REFUSED') {
        options.accounts.refused(account, error);
      }
      throw error;
    }
  };
  const accountOf = (ownerId: string): ImmichAccount | null => {
    try {
      return options.accounts.of(ownerId);
    } catch (error) {
      // Results of photos that are not Immich's, and of users who gave no key, are not for us.
      if (error instanceof WorkerError && error.code === 'IMMICH_KEY_MISSING') return null;
      throw error;
    }
  };
  return {
    writePhoto: async (ownerId, assetId, occasion) => {
      const account = accountOf(ownerId);
      if (account === null) return 'not-ours';
      await asUser(account, (context) => writeWhenItsTurn(context, assetId), occasion);
      return 'written';
    },
    writePeople: async (ownerId, changed, { signal, occasion }) => {
      const account = accountOf(ownerId);
      if (account === null) return 'not-ours';
      await asUser(account, (context) => writeChangedPeople(context, changed, signal), occasion);
      return 'written';
    },
    repair: (account, how) => asUser(account, (context) => forgetWhatIsGone(context, how)),
    withdraw: (account, how) => asUser(account, (context) => withdrawAll(context, how)),
    readBack: (account, signal) =>
      asUser(account, (context) =>
        readBack(context, {
          signal,
          mostPeople: options.mostPeople ?? MOST_PEOPLE,
          writePhoto: (assetId) => writeUnlessPending(context, assetId),
        }),
      ),
  };
}

async function writeWhenItsTurn(context: OwnerContext, assetId: string): Promise<void> {
  if (await isSurelyPending(context)) throw stillPending();
  await writeOnePhoto(context, assetId);
}
