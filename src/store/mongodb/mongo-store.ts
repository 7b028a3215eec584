import type { Collection, Filter, MongoClient, Sort } from 'mongodb';
import type { PhotoRecord } from '../../identities/photo-record.ts';
import { assertStorable } from '../check-record.ts';
import { closedStoreError } from '../closed-store.ts';
import type { PersonSummary, Store } from '../store.ts';
import type { PhotoDocument, StoredPhoto } from './documents.ts';
import { STORED_PHOTO, toPhotoRecord, toStoredPhoto } from './documents.ts';
import { isDuplicateKey, toStoreError } from './mongo-error.ts';

const PING_TIMEOUT_MILLIS = 5_000;

/** Photos in a MongoDB collection, each with its faces in one document that is written whole. */
export class MongoStore implements Store {
  readonly kind = 'mongodb';
  readonly #client: MongoClient;
  readonly #photos: Collection<PhotoDocument>;
  readonly #hosts: string;
  #closed = false;

  constructor(options: {
    readonly client: MongoClient;
    readonly photos: Collection<PhotoDocument>;
    readonly hosts: string;
  }) {
    this.#client = options.client;
    this.#photos = options.photos;
    this.#hosts = options.hosts;
  }

  async findPhoto(ownerId: string, assetId: string): Promise<PhotoRecord | null> {
    const photos = await this.#readPhotos({ ownerId, assetId }, {}, 1);
    return photos[0] ?? null;
  }

  async readPhotosAfter(ownerId: string, sequence: number, limit: number): Promise<PhotoRecord[]> {
    return this.#readPhotos({ ownerId, sequence: { $gt: sequence } }, { sequence: 1 }, limit);
  }

  async commitPhoto(
    record: PhotoRecord,
    replaces: number | null,
  ): Promise<'committed' | 'conflict'> {
    assertStorable(record);
    return this.#do(async () => {
      if (!(await this.#isNext(record))) return 'conflict';
      try {
        const written = await this.#write(record, replaces);
        return written ? 'committed' : 'conflict';
      } catch (error) {
        if (isDuplicateKey(error)) return 'conflict';
        throw error;
      }
    });
  }

  async findUnpublished(limit: number): Promise<PhotoRecord[]> {
    const oldestFirst = { decidedAt: 1, ownerId: 1, sequence: 1 } as const;
    return this.#readPhotos({ unpublished: true }, oldestFirst, limit);
  }

  async markPublished(ownerId: string, assetId: string, revision: number): Promise<void> {
    await this.#do(() =>
      this.#photos.updateOne({ ownerId, assetId, revision }, { $set: { unpublished: false } }),
    );
  }

  async listPeople(ownerId: string): Promise<PersonSummary[]> {
    return this.#do(() =>
      this.#photos
        .aggregate<PersonSummary>([
          { $match: { ownerId } },
          { $project: { assetId: 1, 'faces.personId': 1 } },
          { $unwind: '$faces' },
          { $match: { 'faces.personId': { $ne: null } } },
          {
            $group: { _id: { person: '$faces.personId', photo: '$assetId' }, faces: { $sum: 1 } },
          },
          { $group: { _id: '$_id.person', faces: { $sum: '$faces' }, photos: { $sum: 1 } } },
          { $sort: { photos: -1, _id: 1 } },
          { $project: { _id: 0, personId: '$_id', faces: 1, photos: 1 } },
        ])
        .toArray(),
    );
  }

  async countPhotos(ownerId?: string): Promise<number> {
    return this.#do(() => this.#photos.countDocuments(ownerId === undefined ? {} : { ownerId }));
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
  async #isNext({ ownerId, sequence }: PhotoRecord): Promise<boolean> {
    if (sequence === 1) return true;
    const filter = { ownerId, sequences: sequence - 1 };
    return (await this.#photos.findOne(filter, { projection: { _id: 1 } })) !== null;
  }

  async #write(record: PhotoRecord, replaces: number | null): Promise<boolean> {
    const { ownerId, assetId, sequence } = record;
    const photo = { ...toStoredPhoto(record), unpublished: true };
    if (replaces === null) {
      await this.#photos.insertOne({ ...photo, sequences: [sequence] });
      return true;
    }
    // A unique index does not refuse a value that the same document holds twice.
    if (sequence <= replaces) return false;
    const update = { $set: photo, $push: { sequences: sequence } };
    const result = await this.#photos.updateOne({ ownerId, assetId, sequence: replaces }, update);
    return result.matchedCount === 1;
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
