import type { Fact, FacePlace } from '../identities/journal/fact.ts';
import type { OwnerEntry } from '../identities/known-faces.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import type { ImmichLinks } from '../immich/sink/links.ts';
import type { ImmichStore } from '../immich/source/ports.ts';

/** What was known of an owner and is gone. */
export interface ForgottenOwner {
  readonly photos: number;
  readonly faces: number;
  readonly facts: number;
}

/** How many faces and people are stored, of all owners, as the machine decided. */
export interface StoredFaces {
  readonly faces: number;
  /** Faces that are nobody's. */
  readonly unknown: number;
  /** Those whose faces they are, before merges. Somebody moved to a second owner counts once. */
  readonly people: number;
}

/** The Redis that results last went to, as their publisher noted it. */
export interface ResultRedis {
  readonly run: string;
  readonly added: number;
  /** ISO 8601, as the next. */
  readonly since: string;
  readonly recentSince: string;
}

/** Of photos with the same bytes those whose model is of the pack, or (`isPack` false) of another. */
export interface ChecksumFilter {
  readonly pack: string;
  readonly isPack: boolean;
  readonly limit: number;
}

/** Which stored faces to list: those with one of the ids, or whom the machine took for one of the people. */
export interface FaceFilter {
  readonly faceIds: readonly string[];
  readonly personIds: readonly string[];
}

/** Where photos, faces and the journals of corrections are kept. Nothing is known across owners. */
export interface Store {
  readonly kind: 'sqlite' | 'mongodb';
  /** Where it is, in words, for messages: never a secret. */
  readonly place: string;
  /** What stands in Immich for people, faces, tags and albums of ours. */
  readonly immichLinks: ImmichLinks;
  /** What the source of Immich's photos keeps. */
  readonly immich: ImmichStore;
  findPhoto(ownerId: string, assetId: string): Promise<PhotoRecord | null>;
  /** Photos of the owner whose bytes have the checksum, ascending by sequence. */
  findPhotosByChecksum(
    ownerId: string,
    checksum: string,
    which: ChecksumFilter,
  ): Promise<PhotoRecord[]>;
  /** Photos of the owner with a greater sequence, ascending by it, at most `limit`. */
  readPhotosAfter(ownerId: string, sequence: number, limit: number): Promise<PhotoRecord[]>;
  /**
   * Photos and facts of the owner in their one order, of photos what makes their faces known; none
   * that was committed before is missed.
   */
  readEntriesAfter(ownerId: string, sequence: number, limit: number): Promise<OwnerEntry[]>;
  /** Owners of whom anything is known, in the order of their ids. */
  listOwners(): Promise<string[]>;
  /** The owner's highest sequence; 0 when nothing is known. */
  headSequence(ownerId: string): Promise<number>;
  /**
   * Writes the record whole, with its result marked as to be published, in one atomic write.
   * `record.sequence` must be one more than the owner's highest ever given; `replaces` is the
   * sequence of the record read before for this asset (null: none). 'conflict': another worker was
   * first. Refuses a zero, NaN or wrong-length descriptor by throwing.
   */
  commitPhoto(record: PhotoRecord, replaces: number | null): Promise<'committed' | 'conflict'>;
  /** Writes a fact under the same rule of sequences, marked as to be published. */
  commitFact(fact: Fact): Promise<'committed' | 'conflict'>;
  /** The owner's journal, oldest first. */
  readFacts(ownerId: string): Promise<Fact[]>;
  /** Faces of the owner's photos, all or those of the filter. */
  listFaces(ownerId: string, filter?: FaceFilter): Promise<FacePlace[]>;
  /** Records whose result job is still to be published, oldest first. */
  findUnpublished(limit: number): Promise<PhotoRecord[]>;
  /** Clears the mark when the stored revision is still this one. */
  markPublished(ownerId: string, assetId: string, revision: number): Promise<void>;
  /** Facts of the owner, or of all, that are still to be published, each owner's in their order. */
  findUnpublishedFacts(limit: number, ownerId?: string): Promise<Fact[]>;
  markFactPublished(ownerId: string, factId: string): Promise<void>;
  /**
   * Marks as to be published again what was decided at or after a time (ISO 8601), photos and facts;
   * answers how many.
   */
  markUnpublishedSince(at: string): Promise<number>;
  /** What the publisher of results noted of the Redis they go to, by queue prefix. */
  readResultRedis(prefix: string): Promise<ResultRedis | null>;
  /** Writes the note when the stored one is of the run `replaces` (null: there is none). */
  writeResultRedis(prefix: string, note: ResultRedis, replaces: string | null): Promise<void>;
  /** When the oldest photo or fact was decided that is still to be published; null: none is. */
  oldestUnpublishedAt(): Promise<string | null>;
  /** Photos that are there: none that was removed. */
  countPhotos(ownerId?: string): Promise<number>;
  countFaces(): Promise<StoredFaces>;
  /** Removes every trace of the owner. */
  forgetOwner(ownerId: string): Promise<ForgottenOwner>;
  /** Rises while an owner is being forgotten and when that is done; what was read of owners before such a time is void. */
  countForgotten(): Promise<number>;
  /** The same for all who share the store. */
  readId(): Promise<string>;
  /** Gives it another id if `former` is still its id; answers with its id, whoever gave it. */
  renewId(former: string): Promise<string>;
  /** Rejects with STORE_UNAVAILABLE when the store does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
