import { hostname } from 'node:os';

import type { Collection, Filter, MongoClient, Sort } from 'mongodb';
import type { Fact, FacePlace } from '../../identities/journal/fact.ts';
import type { OwnerEntry } from '../../identities/known-faces.ts';
import type { PhotoRecord } from '../../identities/photo-record.ts';
import type { ImmichLinks } from '../../immich/sink/links.ts';
import type { ImmichStore } from '../../immich/source/ports.ts';
import { assertStorable } from '../check-record.ts';
import { closedStoreError } from '../closed-store.ts';
import type {
  ChecksumFilter,
  FaceFilter,
  ForgottenOwner,
  ResultRedis,
  Store,
  StoredFaces,
} from '../store.ts';
import type { FactDocument, KnownDocument, PhotoDocument, StoredPhoto } from './documents.ts';
import {
  COUNT_FACES,
  IS_FACT,
  IS_PHOTO,
  KNOWN_ENTRY,
  STORED_FACT,
  STORED_PHOTO,
  toFact,
  toFactDocument,
  toOwnerEntry,
  toPhotoRecord,
  toPhotoUpdate,
  toStoredPhoto,
} from './documents.ts';
import { countForgotten, raiseForgotten, type ForgottenDocument } from './forgotten.ts';
import { createMongoImmichLinks, type LinkCollection } from './immich-links.ts';
import {
  createMongoImmichStore,
  deleteImmichOwner,
  type ImmichCollections,
} from './immich-store.ts';
import { isDuplicateKey, toStoreError } from './mongo-error.ts';
import { markUnpublishedSince, oldestUnpublishedAt } from './outbox.ts';
import { readResultRedis, writeResultRedis, type ResultRedisDocument } from './result-redis.ts';
import { readStoreId, renewStoreId, type StoreIdDocument } from './store-id.ts';

const PING_TIMEOUT_MILLIS = 5_000;

/** Photos in a MongoDB collection, each with its faces in one document that is written whole. */
export class MongoStore implements Store {
  readonly kind = 'mongodb';
  readonly place: string;
  readonly immichLinks: ImmichLinks;
  readonly immich: ImmichStore;
  readonly #client: MongoClient;
  readonly #photos: Collection<PhotoDocument>;
  /** The same collection, seen for its facts. */
  readonly #facts: Collection<FactDocument>;
  readonly #meta: Collection<ForgottenDocument>;
  /** The same collection, seen for its notes. */
  readonly #notes: Collection<ResultRedisDocument>;
  /** The same collection, seen for the store's id. */
  readonly #ids: Collection<StoreIdDocument>;
  readonly #links: LinkCollection;
  readonly #immich: ImmichCollections;
  readonly #hosts: string;
  #closed = false;

  constructor(options: {
    readonly client: MongoClient;
    readonly photos: Collection<PhotoDocument>;
    readonly meta: Collection<ForgottenDocument>;
    readonly links: LinkCollection;
    readonly immich: ImmichCollections;
    readonly hosts: string;
  }) {
    this.#client = options.client;
    this.#photos = options.photos;
    this.#facts = options.photos as unknown as Collection<FactDocument>;
    this.#meta = options.meta;
    this.#notes = options.meta as unknown as Collection<ResultRedisDocument>;
    this.#ids = options.meta as unknown as Collection<StoreIdDocument>;
    this.#links = options.links;
    this.#hosts = options.hosts;
    this.place = `the database ${options.meta.dbName} of MongoDB at ${options.hosts}, as ${hostname()} calls it`;
    this.immichLinks = createMongoImmichLinks(options.links, (work) => this.#do(work));
    this.#immich = options.immich;
    this.immich = createMongoImmichStore(options.immich, (work) => this.#do(work));
  }

  async findPhoto(ownerId: string, assetId: string): Promise<PhotoRecord | null> {
    const photos = await this.#readPhotos({ ownerId, assetId }, {}, 1);
    return photos[0] ?? null;
  }

  async findPhotosByChecksum(
    ownerId: string,
    checksum: string,
    { pack, isPack, limit }: ChecksumFilter,
  ): Promise<PhotoRecord[]> {
    const filter = { ownerId, checksum, 'model.pack': isPack ? pack : { $ne: pack } };
    return this.#readPhotos(filter, { sequence: 1 }, limit);
  }

  async readPhotosAfter(ownerId: string, sequence: number, limit: number): Promise<PhotoRecord[]> {
    const filter = { ownerId, sequence: { $gt: sequence }, ...IS_PHOTO };
    return this.#readPhotos(filter, { sequence: 1 }, limit);
  }

  async commitPhoto(
    record: PhotoRecord,
    replaces: number | null,
  ): Promise<'committed' | 'conflict'> {
    assertStorable(record);
    return this.#do(async () => {
      if (!(await this.#isNext(record))) return 'conflict';
      return this.#unlessTaken(() => this.#write(record, replaces));
    });
  }

  async findUnpublished(limit: number): Promise<PhotoRecord[]> {
    const oldestFirst = { decidedAt: 1, ownerId: 1, sequence: 1 } as const;
    return this.#readPhotos({ unpublished: true, ...IS_PHOTO }, oldestFirst, limit);
  }

  async markPublished(ownerId: string, assetId: string, revision: number): Promise<void> {
    // Found by an index's fields alone, with the revision in the change: MongoDB's test server would
    // go through all of the owner's documents for a third field.
    const isOther = { $and: ['$unpublished', { $ne: ['$revision', revision] }] };
    await this.#do(() =>
      this.#photos.updateOne({ ownerId, assetId }, [{ $set: { unpublished: isOther } }]),
    );
  }

  async readEntriesAfter(ownerId: string, sequence: number, limit: number): Promise<OwnerEntry[]> {
    const filter = { ownerId, sequence: { $gt: sequence } };
    const entries = await this.#do(() =>
      this.#photos
        .find(filter, { sort: { sequence: 1 }, limit, batchSize: limit })
        .project<KnownDocument>(KNOWN_ENTRY)
        .toArray(),
    );
    return entries.map(toOwnerEntry);
  }

  async listOwners(): Promise<string[]> {
    const owners = await this.#do(() => this.#photos.distinct('ownerId'));
    return owners.sort();
  }

  async headSequence(ownerId: string): Promise<number> {
    const last = await this.#do(() =>
      this.#photos.findOne({ ownerId }, { sort: { sequence: -1 }, projection: { sequence: 1 } }),
    );
    return last?.sequence ?? 0;
  }

  async commitFact(fact: Fact): Promise<'committed' | 'conflict'> {
    return this.#do(async () => {
      if (!(await this.#isNext(fact))) return 'conflict';
      return this.#unlessTaken(() => this.#facts.insertOne(toFactDocument(fact)));
    });
  }

  async readFacts(ownerId: string): Promise<Fact[]> {
    return this.#readFacts({ ownerId, ...IS_FACT }, { sequence: 1 });
  }

  async listFaces(ownerId: string, filter?: FaceFilter): Promise<FacePlace[]> {
    const which = filter === undefined ? {} : facesOf(filter);
    return this.#do(() =>
      this.#photos
        .aggregate<FacePlace>([
          { $match: { ownerId, ...which } },
          { $sort: { sequence: 1 } },
          { $project: { assetId: 1, 'faces.faceId': 1, 'faces.personId': 1 } },
          { $unwind: '$faces' },
          { $match: which },
          {
            $project: {
              _id: 0,
              assetId: 1,
              faceId: '$faces.faceId',
              personId: '$faces.personId',
            },
          },
        ])
        .toArray(),
    );
  }

  async findUnpublishedFacts(limit: number, ownerId?: string): Promise<Fact[]> {
    const filter = { unpublished: true, ...IS_FACT, ...(ownerId === undefined ? {} : { ownerId }) };
    return this.#readFacts(filter, { ownerId: 1, sequence: 1 }, limit);
  }

  async markFactPublished(ownerId: string, factId: string): Promise<void> {
    const filter = { ownerId, assetId: { factId } };
    await this.#do(() => this.#facts.updateOne(filter, { $set: { unpublished: false } }));
  }

  async markUnpublishedSince(at: string): Promise<number> {
    return this.#do(() => markUnpublishedSince(this.#photos, at));
  }

  async oldestUnpublishedAt(): Promise<string | null> {
    return this.#do(() => oldestUnpublishedAt(this.#photos, this.#facts));
  }

  async readResultRedis(prefix: string): Promise<ResultRedis | null> {
    return this.#do(() => readResultRedis(this.#notes, prefix));
  }

  async writeResultRedis(
    prefix: string,
    note: ResultRedis,
    replaces: string | null,
  ): Promise<void> {
    await this.#do(() => writeResultRedis(this.#notes, prefix, { note, replaces }));
  }

  /**
   * Counted first: a worker that still reads the old count meets a missing number at its commit. And
   * again at the end: what one read meanwhile, by the new count, is void too.
   */
  async forgetOwner(ownerId: string): Promise<ForgottenOwner> {
    return this.#do(async () => {
      await raiseForgotten(this.#meta);
      const [faces] = await this.#photos
        .aggregate<{ faces: number }>([
          { $match: { ownerId, ...IS_PHOTO } },
          { $group: { _id: null, faces: { $sum: { $size: '$faces' } } } },
        ])
        .toArray();
      const facts = await this.#facts.deleteMany({ ownerId, ...IS_FACT });
      const photos = await this.#photos.deleteMany({ ownerId });
      await this.#links.deleteMany({ ownerId });
      await deleteImmichOwner(this.#immich, ownerId);
      await raiseForgotten(this.#meta);
      return {
        photos: photos.deletedCount,
        faces: faces?.faces ?? 0,
        facts: facts.deletedCount,
      };
    });
  }

  async readId(): Promise<string> {
    return this.#do(() => readStoreId(this.#ids));
  }

  async renewId(former: string): Promise<string> {
    return this.#do(() => renewStoreId(this.#ids, former));
  }

  async countForgotten(): Promise<number> {
    return this.#do(() => countForgotten(this.#meta));
  }

  async countPhotos(ownerId?: string): Promise<number> {
    const there = { ...IS_PHOTO, removed: { $ne: true } };
    return this.#do(() =>
      this.#photos.countDocuments(ownerId === undefined ? there : { ownerId, ...there }),
    );
  }

  async countFaces(): Promise<StoredFaces> {
    const counts = await this.#do(() =>
      this.#photos
        .aggregate<{ _id: boolean; faces: number; people: number }>(COUNT_FACES)
        .toArray(),
    );
    const [known, unknown] = [true, false].map((is) => counts.find(({ _id }) => _id === is));
    const [some = 0, none = 0] = [known?.faces, unknown?.faces];
    return { faces: some + none, unknown: none, people: known?.people ?? 0 };
  }

  async ping(): Promise<void> {
    await this.#do(() =>
      this.#client.db().command({ ping: 1 }, { timeoutMS: PING_TIMEOUT_MILLIS }),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.close();
  }

  /**
   * Whether the number before the record's was given, so that no gap can come. No race: what was
   * given once stays given, and the unique index sees to it that the record's own is still free.
   */
  async #isNext({ ownerId, sequence }: { ownerId: string; sequence: number }): Promise<boolean> {
    if (sequence === 1) return true;
    const filter = { ownerId, sequences: sequence - 1 };
    return (await this.#photos.findOne(filter, { projection: { _id: 1 } })) !== null;
  }

  async #write(record: PhotoRecord, replaces: number | null): Promise<boolean> {
    const { ownerId, assetId, sequence } = record;
    if (replaces === null) {
      const photo = { ...toStoredPhoto(record), unpublished: true };
      await this.#photos.insertOne({ ...photo, sequences: [sequence] });
      return true;
    }
    // A unique index does not refuse a value that the same document holds twice.
    if (sequence <= replaces) return false;
    const filter = { ownerId, assetId, sequence: replaces };
    const result = await this.#photos.updateOne(filter, toPhotoUpdate(record));
    return result.matchedCount === 1;
  }

  /** 'conflict' when a unique index refuses the write, or the write itself found its place taken. */
  async #unlessTaken(write: () => Promise<unknown>): Promise<'committed' | 'conflict'> {
    try {
      return (await write()) === false ? 'conflict' : 'committed';
    } catch (error) {
      if (isDuplicateKey(error)) return 'conflict';
      throw error;
    }
  }

  async #readFacts(filter: Filter<FactDocument>, sort: Sort, limit = 0): Promise<Fact[]> {
    return this.#do(() =>
      this.#facts.find(filter, { sort, limit }).project<Fact>(STORED_FACT).map(toFact).toArray(),
    );
  }

  async #readPhotos(
    filter: Filter<PhotoDocument>,
    sort: Sort,
    limit: number,
  ): Promise<PhotoRecord[]> {
    const photos = await this.#do(() =>
      this.#photos.find(filter, { sort, limit }).project<StoredPhoto>(STORED_PHOTO).toArray(),
    );
    return photos.map(toPhotoRecord);
  }

  async #do<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw closedStoreError();
    try {
      return await work();
    } catch (error) {
      throw toStoreError(error, this.#hosts);
    }
  }
}

function facesOf({ faceIds, personIds }: FaceFilter): Filter<PhotoDocument> {
  return {
    $or: [{ 'faces.faceId': { $in: faceIds } }, { 'faces.personId': { $in: personIds } }],
  };
}
