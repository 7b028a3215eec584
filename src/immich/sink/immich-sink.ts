import { messageOf, WorkerError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ImmichAccount, ImmichAccounts } from '../accounts.ts';
import { getAssetState, type AssetState } from '../client/asset-state.ts';
import { OwnerLinks, type ImmichLinks } from './links.ts';
import { Mutex } from './mutex.ts';
import type { OurSide } from './our-side.ts';
import {
  mayAll,
  unlessGone,
  type ImmichDetection,
  type OwnerContext,
  type WriteSettings,
} from './owner-context.ts';
import { readBack, type ReadBack } from './read-back.ts';
import { forgetWhatIsGone, type Repaired } from './repair.ts';
import { turnsOf, type TurnStore } from './turns.ts';
import { withdrawAll, type Withdrawn } from './withdraw.ts';
import { inheritAlbum } from './same-collection.ts';
import { renamePersonAlbum, writeCollectionsOfPhoto } from './write-collections.ts';
import { absorbMerged } from './merge-people.ts';
import { syncPerson, withdrawEmptyPerson } from './write-people.ts';
import { writePeopleOfPhoto } from './write-photo.ts';

/** What changed of an owner's people; of `PeopleChanged`. */
export interface ChangedPeople {
  readonly people: readonly {
    readonly personId: string;
    readonly before: PersonWords;
    readonly after: PersonWords;
  }[];
  readonly faces: readonly {
    readonly assetId: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
}

interface PersonWords {
  readonly name: string | null;
  readonly hidden: boolean;
  readonly mergedInto: string | null;
  readonly deleted: boolean;
}

/**
 * Writes what we know into Immich. Every call looks at both sides as they are now and writes the
 * difference: in whatever order calls come, and however often, the end is the same.
 */
export interface ImmichSink {
  /** 'not-ours': no user of Immich's that we have a key of. */
  writePhoto(ownerId: string, assetId: string): Promise<'written' | 'not-ours'>;
  writePeople(
    ownerId: string,
    changed: ChangedPeople,
    signal: AbortSignal,
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

/** Permissions without which no person is written. */
export const PEOPLE_PERMISSIONS = [
  'face.read',
  'face.create',
  'face.update',
  'face.delete',
  'person.read',
  'person.create',
  'person.update',
] as const;

export function createImmichSink(options: SinkOptions): ImmichSink {
  const mutex = new Mutex();
  const contextOf = (account: ImmichAccount): OwnerContext => ({
    ...options,
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
  ): Promise<T> => {
    try {
      return await work(contextOf(account));
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
    writePhoto: async (ownerId, assetId) => {
      const account = accountOf(ownerId);
      if (account === null) return 'not-ours';
      await asUser(account, (context) => writeOnePhoto(context, assetId));
      return 'written';
    },
    writePeople: async (ownerId, changed, signal) => {
      const account = accountOf(ownerId);
      if (account === null) return 'not-ours';
      await asUser(account, (context) => writeChangedPeople(context, changed, signal));
      return 'written';
    },
    repair: (account, how) => asUser(account, (context) => forgetWhatIsGone(context, how)),
    withdraw: (account, how) => asUser(account, (context) => withdrawAll(context, how)),
    readBack: (account, signal) =>
      asUser(account, (context) =>
        readBack(context, {
          signal,
          mostPeople: options.mostPeople ?? MOST_PEOPLE,
          writePhoto: (assetId) => writeOnePhoto(context, assetId),
        }),
      ),
  };
}

async function writeOnePhoto(context: OwnerContext, assetId: string): Promise<void> {
  const { mutex, ownerId, settings, ours, api } = context;
  await mutex.run(`asset ${ownerId} ${assetId}`, async () => {
    let state: Promise<AssetState> | undefined;
    const asset = (): Promise<AssetState> => (state ??= getAssetState(api, assetId));
    if (
      (await ours.photoOf(ownerId, assetId)) === null &&
      !(await isToBeCleared(context, assetId, asset))
    ) {
      return;
    }
    let waiting: WorkerError | null = null;
    if (settings.people && mayAll(context, ...PEOPLE_PERMISSIONS)) {
      waiting = await unlessFacesWait(writePeopleOfPhoto(context, assetId, asset));
    }
    const isThere = await unlessGone(
      writeCollectionsOfPhoto(context, assetId, asset).then(() => true),
    );
    if (isThere === null) await forgetMembers(context, assetId);
    if (waiting !== null) throw waiting;
  });
}

/** Why the faces cannot be written yet, which tags and albums need not wait for. */
async function unlessFacesWait(work: Promise<void>): Promise<WorkerError | null> {
  try {
    await work;
    return null;
  } catch (error) {
    const isWaiting = error instanceof WorkerError && FACES_WAIT.includes(error.code);
    if (isWaiting) return error;
    throw error;
  }
}

/**
 * Whether what was written for a photo that is not ours any more is to be taken back: not when
 * nothing was, nor from the trash, where it may come back from or go with the asset.
 */
async function isToBeCleared(
  context: OwnerContext,
  assetId: string,
  asset: () => Promise<AssetState>,
): Promise<boolean> {
  const { links } = context;
  const faces = await links.find('face', { group: assetId });
  const members = await links.find('member', { id: assetId });
  if (faces.length + members.length === 0) return false;
  const state = await unlessGone(asset());
  if (state !== null) return !state.isTrashed;
  await links.remove(...faces, ...members);
  return false;
}

async function forgetMembers({ links }: OwnerContext, assetId: string): Promise<void> {
  await links.remove(...(await links.find('member', { id: assetId })));
}

async function writeChangedPeople(
  context: OwnerContext,
  changed: ChangedPeople,
  signal: AbortSignal,
): Promise<void> {
  const { ownerId, log } = context;
  const assets = new Set(changed.faces.map(({ assetId }) => assetId));
  const lost = new Set<string>();
  for (const change of changed.people) {
    for (const assetId of await writeChangedPerson(context, change)) assets.add(assetId);
    lost.add(change.personId);
  }
  for (const assetId of assets) {
    signal.throwIfAborted();
    await writeOnePhoto(context, assetId).catch((error: unknown) => {
      // One photo that was edited or deleted meanwhile does not hold up the others.
      if (!(error instanceof WorkerError) || !PASSED_OVER.includes(error.code)) throw error;
      log.debug({ ownerId, assetId, reason: messageOf(error) }, 'a photo was passed over');
    });
  }
  for (const { before } of changed.faces) if (before !== null) lost.add(before);
  for (const personId of lost) {
    const link = await context.links.person(personId);
    if (link?.immichId != null) await withdrawEmptyPerson(context, link.immichId);
  }
}

/** Answers with the photos on which the change shows. */
async function writeChangedPerson(
  context: OwnerContext,
  { personId, before, after }: ChangedPeople['people'][number],
): Promise<readonly string[]> {
  const { ours, ownerId, settings } = context;
  const now = (await ours.peopleOf(ownerId)).resolve(personId);
  if (settings.people && mayAll(context, ...PEOPLE_PERMISSIONS)) {
    await absorbMerged(context, personId);
    await syncPerson(context, now);
  }
  if (settings.albums && now !== personId) await inheritAlbum(context, personId, now);
  if (settings.albums && after.name !== null) {
    await renamePersonAlbum(context, personId, after.name);
  }
  return changesPhotos(before, after, settings) ? ours.assetsOf(ownerId, personId) : [];
}

const FACES_WAIT: readonly string[] = ['PHOTO_CHANGED', 'IMMICH_DETECTION_PENDING'];
const PASSED_OVER: readonly string[] = [...FACES_WAIT, 'ASSET_GONE'];

/** Whether the change shows on the person's photos and not on the person alone. */
function changesPhotos(
  before: PersonWords,
  after: PersonWords,
  { tags, albums, unnamedPeople }: WriteSettings,
): boolean {
  const isNamed = (before.name === null) !== (after.name === null);
  return (
    before.mergedInto !== after.mergedInto ||
    before.deleted !== after.deleted ||
    (!unnamedPeople && isNamed) ||
    ((tags || albums) && (before.name !== after.name || before.hidden !== after.hidden))
  );
}
