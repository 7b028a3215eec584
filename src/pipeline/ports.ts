import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';

/** What a photo job asks for, after the door: path resolved and owner filled in. */
export interface PhotoTask {
  readonly assetId: string;
  readonly ownerId: string;
  readonly path: string | null;
  /** Names this delivery of the job; the same delivery coming again is recognised by it. */
  readonly runId: string;
  /** A backfill that was not forced: a photo with descriptors of today's revision is left as it is. */
  readonly skipWhenCurrent: boolean;
}

/** Looks at a photo file; in production in a child process. Rejects with a `WorkerError`. */
export type See = (path: string, signal: AbortSignal) => Promise<SeenPhoto>;

/** The part of the store that deciding needs. */
export interface PhotoStore {
  findPhoto(ownerId: string, assetId: string): Promise<PhotoRecord | null>;
  /** Photos of the owner with a greater sequence, ascending by it, at most `limit`. */
  readPhotosAfter(ownerId: string, sequence: number, limit: number): Promise<PhotoRecord[]>;
  /**
   * Writes the record whole and marks its result as to be published. `replaces` is the sequence of
   * the record that was read before (null: there was none). 'conflict' means that another worker
   * wrote first: read what is new and decide again.
   */
  commitPhoto(record: PhotoRecord, replaces: number | null): Promise<'committed' | 'conflict'>;
}

/** Publishes a committed record's result job; safe to call twice. */
export type PublishResult = (record: PhotoRecord) => Promise<void>;
