import { WorkerError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ImmichAccount } from '../accounts.ts';
import type { ImmichApi } from '../client/immich-api.ts';
import { mayDo } from '../client/scopes.ts';
import type { AlbumRules } from './album-rules.ts';
import type { OwnerLinks } from './links.ts';
import type { Mutex } from './mutex.ts';
import type { OurSide } from './our-side.ts';
import type { Turns } from './turns.ts';

/** What is written into Immich. */
export interface WriteSettings {
  readonly people: boolean;
  readonly tags: boolean;
  readonly albums: boolean;
  /** Whether people without a name are made in Immich too. */
  readonly unnamedPeople: boolean;
  readonly albumRules: AlbumRules;
  /** How long Immich's own face detection may keep a photo of ours waiting. */
  readonly detectionWaitMillis: number;
}

/** Immich's own face detection, as far as it can be seen from outside. */
export interface ImmichDetection {
  isOn(): Promise<boolean>;
  /**
   * Until when, in ms since 1970, photos that were queued for it have had their turn; null when not
   * yet one, undefined when nobody can tell.
   */
  servedUntil(): Promise<number | null | undefined>;
}

/** Why and since when a photo is to be written. */
export interface Occasion {
  /** When that was first tried, in ms since 1970. */
  readonly sinceMillis: number;
  /** It was put off before, until Immich's own detection has had its turn. */
  readonly hasWaited: boolean;
}

/** All that writing for one of Immich's users works with. */
export interface OwnerContext {
  readonly ownerId: string;
  readonly account: ImmichAccount;
  readonly api: ImmichApi;
  readonly links: OwnerLinks;
  readonly ours: OurSide;
  readonly settings: WriteSettings;
  readonly detection: ImmichDetection;
  /** Of the whole process: assets by id, people and collections by owner. */
  readonly mutex: Mutex;
  readonly turns: Turns;
  readonly occasion: Occasion;
  readonly log: Log;
}

/** Whether the user's key may do all of this. */
export function mayAll(context: OwnerContext, ...permissions: readonly string[]): boolean {
  return permissions.every((permission) => mayDo(context.account.key, permission));
}

/** Null for what is not there any more, or never was this user's. */
export async function unlessGone<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof WorkerError && error.code === 'ASSET_GONE') return null;
    throw error;
  }
}
