import type { PhotoRecord } from '../identities/photo-record.ts';

/** A person as the photos tell it. */
export interface PersonSummary {
  readonly personId: string;
  readonly faces: number;
  readonly photos: number;
}

/** Where photos, faces and people are kept. Nothing is known across owners. */
export interface Store {
  readonly kind: 'sqlite' | 'mongodb';
  findPhoto(ownerId: string, assetId: string): Promise<PhotoRecord | null>;
  /** Photos of the owner with a greater sequence, ascending by it, at most `limit`. */
  readPhotosAfter(ownerId: string, sequence: number, limit: number): Promise<PhotoRecord[]>;
  /**
   * Writes the record whole, with its result marked as to be published, in one atomic write.
   * `record.sequence` must be one more than the owner's highest ever given; `replaces` is the
   * sequence of the record read before for this asset (null: none). 'conflict': another worker was
   * first. Refuses a zero, NaN or wrong-length descriptor by throwing.
   */
  commitPhoto(record: PhotoRecord, replaces: number | null): Promise<'committed' | 'conflict'>;
  /** Records whose result job is still to be published, oldest first. */
  findUnpublished(limit: number): Promise<PhotoRecord[]>;
  /** Clears the mark when the stored revision is still this one. */
  markPublished(ownerId: string, assetId: string, revision: number): Promise<void>;
  listPeople(ownerId: string): Promise<PersonSummary[]>;
  countPhotos(ownerId?: string): Promise<number>;
  /** Rejects with STORE_UNAVAILABLE when the store does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
