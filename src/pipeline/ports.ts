import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import type { Fact, FacePlace } from '../identities/journal/fact.ts';
import type { OwnerEntry } from '../identities/known-faces.ts';
import type { PhotoRecord, PhotoView } from '../identities/photo-record.ts';

/** What a photo job asks for, after the door: path resolved and owner filled in. */
export interface PhotoTask {
  /** 'remove': the asset is gone. */
  readonly kind: 'look' | 'remove';
  readonly assetId: string;
  readonly ownerId: string;
  readonly path: string | null;
  /** Names this delivery of the job; the same delivery coming again is recognised by it. */
  readonly runId: string;
  /**
   * When the job was added, which its retries do not change: milliseconds since 1970 by the clock of
   * whoever added it. Tells a look that a removal has overtaken from one that brings the photo back.
   * Left out: nobody knows, and every look brings it back.
   */
  readonly askedAtMillis?: number;
  /** A backfill that was not forced: a photo with descriptors of today's revision is left as it is. */
  readonly skipWhenCurrent: boolean;
  /** Decides again by what is known now, from what was seen before where that still holds. */
  readonly reconsider?: boolean;
}

/** A photo file, to be discarded after it was looked at. */
export interface PhotoFile {
  readonly path: string;
  /** It stands upright, though its file may not say so; left out: only the file can tell. */
  readonly isUpright?: boolean;
  /** When it was taken, as `SeenPhoto` has it; left out: only the file can tell. */
  readonly takenAt?: string | undefined;
  discard(): Promise<void>;
  /** Fetches another file of the photo, for when this one is gone or cannot be read. */
  readonly fetchInstead?: (signal: AbortSignal) => Promise<PhotoFile>;
}

/** Fetches the photo of an asset that no path is known of. Rejects with a `WorkerError`. */
export type FetchPhoto = (
  asset: { readonly assetId: string; readonly ownerId: string },
  signal: AbortSignal,
) => Promise<PhotoFile>;

/** Looks at a photo file; in production in a child process. Rejects with a `WorkerError`. */
export type See = (
  path: string,
  signal: AbortSignal,
  known: { readonly isUpright: boolean; readonly takenAt?: string | undefined },
) => Promise<SeenPhoto>;

/** The part of the store that deciding needs. */
export interface PhotoStore {
  findPhoto(ownerId: string, assetId: string): Promise<PhotoRecord | null>;
  /** Photos of the owner whose bytes have the checksum, whose model is of the pack or of another. */
  findPhotosByChecksum(
    ownerId: string,
    checksum: string,
    which: { readonly pack: string; readonly isPack: boolean; readonly limit: number },
  ): Promise<PhotoRecord[]>;
  listFaces(
    ownerId: string,
    filter: { faceIds: readonly string[]; personIds: readonly string[] },
  ): Promise<FacePlace[]>;
  /** The owner's photos and facts with a greater sequence, ascending by it, at most `limit`. */
  readEntriesAfter(ownerId: string, sequence: number, limit: number): Promise<OwnerEntry[]>;
  /** Rises when an owner is forgotten: what was read of owners before is void. */
  countForgotten(): Promise<number>;
  readFacts(ownerId: string): Promise<Fact[]>;
  /**
   * Writes the record whole and marks its result as to be published. `replaces` is the sequence of
   * the record that was read before (null: there was none). 'conflict' means that another worker
   * wrote first: read what is new and decide again.
   */
  commitPhoto(record: PhotoRecord, replaces: number | null): Promise<'committed' | 'conflict'>;
}

/** The part of the store that correcting needs. */
export interface JournalStore {
  headSequence(ownerId: string): Promise<number>;
  readFacts(ownerId: string): Promise<Fact[]>;
  listFaces(
    ownerId: string,
    filter: { faceIds: readonly string[]; personIds: readonly string[] },
  ): Promise<FacePlace[]>;
  /** 'conflict': something of the owner was written first; read and plan again. */
  commitFact(fact: Fact): Promise<'committed' | 'conflict'>;
}

/** Publishes a committed record's result job; safe to call twice. */
export type PublishResult = (view: PhotoView) => Promise<void>;
