/** What the source knows of one of a user's assets. */
export interface KnownAsset {
  readonly assetId: string;
  /** The picture that a job was queued for last: the original's checksum (of an external file its time too), and its edit. */
  readonly picture: string;
  /** The descriptors that the job was to make: pack and revision. */
  readonly model: string;
  /** Jobs queued so far; the next one is named after it. */
  readonly jobs: number;
  /** The comparison of the whole library that met it last. */
  readonly seenPass: number;
  /** The asset is gone, and its removal was queued. */
  readonly gone: boolean;
}

/** What the source keeps, so that it goes on where it stopped. */
export interface ImmichStore {
  /** A text under a name: a cursor, a watermark. Null when it was never written. */
  readMark(ownerId: string, name: string): Promise<string | null>;
  writeMark(ownerId: string, name: string, value: string): Promise<void>;
  /** Those of the assets that are known, in any order. */
  findAssets(ownerId: string, assetIds: readonly string[]): Promise<KnownAsset[]>;
  /** Writes each whole. */
  writeAssets(ownerId: string, assets: readonly KnownAsset[]): Promise<void>;
  /** Those of the assets that are known have been met by the pass. */
  markSeen(ownerId: string, assetIds: readonly string[], pass: number): Promise<void>;
  /** Assets that the pass has not met, ascending by id from after `afterAssetId`. */
  findUnseen(
    ownerId: string,
    pass: number,
    page: { readonly afterAssetId: string; readonly limit: number },
  ): Promise<KnownAsset[]>;
  deleteAssets(ownerId: string, assetIds: readonly string[]): Promise<void>;
  /**
   * Takes a lease that nobody else holds, or holds on to it until `untilMillis` (since 1970);
   * answers whether it is the holder's. `nowMillis` tells whether another's has run out.
   */
  takeLease(
    name: string,
    holder: string,
    time: { readonly nowMillis: number; readonly untilMillis: number },
  ): Promise<boolean>;
}

/** Marks that are no user's. */
export const NO_OWNER = '';

/** A job of the source's; `number` counts the asset's, and names the job. */
export interface AssetJob {
  readonly assetId: string;
  readonly ownerId: string;
  readonly number: number;
}

/** A photo that is to be looked at. */
export interface PhotoJob extends AssetJob {
  readonly source: 'upload' | 'rerun' | 'backfill';
  /** Look again though the photo is up to date. */
  readonly force?: boolean;
}

/** Where the source's jobs go; its only effect. */
export interface PhotoJobs {
  /** Adds those that do not wait already. */
  add(jobs: readonly PhotoJob[]): Promise<void>;
  /** Says that assets are gone. */
  addRemovals(jobs: readonly AssetJob[]): Promise<void>;
  /** Jobs on the queue that were not taken yet. */
  countWaiting(): Promise<number>;
}

/** What tells that jobs were lost. */
export interface QueueSight {
  /** Which of the jobs the queue holds, ended or not. */
  areKept(jobs: readonly AssetJob[]): Promise<boolean[]>;
  /** In which Redis process the queue lies, and how many jobs it has ever taken. */
  readState(): Promise<{ readonly run: string; readonly added: number }>;
}

/** Whether faces of the asset's photo are in the store: its removal has something to remove. */
export type HasPhoto = (ownerId: string, assetId: string) => Promise<boolean>;

/**
 * What the store knows of an asset's job: it is done, only an earlier one of the asset is, or the
 * photo is still to be looked at by today's model.
 */
export type StandingOf = (job: AssetJob) => Promise<'done' | 'earlier' | 'none'>;
