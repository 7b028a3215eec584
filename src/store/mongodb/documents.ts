import { Binary } from 'mongodb';
import type { CreateIndexesOptions, IndexSpecification, UpdateFilter } from 'mongodb';
import { currentBody, type StoredBody } from '../../identities/journal/current-body.ts';
import type { Fact } from '../../identities/journal/fact.ts';
import type { KnownFaceRecord, KnownPhoto, OwnerEntry } from '../../identities/known-faces.ts';
import type { FaceRecord, PhotoRecord } from '../../identities/photo-record.ts';

/** A photo as its document holds it, apart from what only the store needs. */
export interface StoredPhoto extends Omit<PhotoRecord, 'faces'> {
  readonly faces: readonly StoredFace[];
}

interface StoredFace extends Omit<FaceRecord, 'descriptor'> {
  /** Subtype 9 (vector), float32. */
  readonly descriptor: Binary | null;
}

export interface PhotoDocument extends StoredPhoto {
  /**
   * Every sequence that the photo ever held, `sequence` last. Under the unique index a number stays
   * taken after a re-run: else a slow worker could still commit with it, behind readers that have
   * passed it.
   */
  readonly sequences: readonly number[];
  /** The outbox: whether the result job of this revision is still to be published. */
  readonly unpublished: boolean;
}

/**
 * A fact of an owner's journal. It lies among the photos, since one unique index gives out the
 * sequences of both. `assetId` only fills its place in the index of assets: an object, which no
 * photo's id can be.
 */
export interface FactDocument extends Fact {
  readonly assetId: { readonly factId: string };
  readonly sequences: readonly number[];
  readonly unpublished: boolean;
}

/** A fact that this or an earlier version wrote. */
export interface StoredFact extends Omit<Fact, 'body'> {
  readonly body: StoredBody;
}

/** A document read with the projection KNOWN_ENTRY: of a photo what makes its faces known, or a fact. */
export type KnownDocument =
  | Fact
  | (Omit<KnownPhoto, 'faces'> & {
      readonly faces: readonly (Omit<KnownFaceRecord, 'descriptor'> &
        Pick<StoredFace, 'descriptor'>)[];
    });

export interface SchemaDocument {
  readonly _id: 'schema';
  readonly version: number;
}

/** The version that this program writes and the highest that it reads. */
export const SCHEMA_VERSION = 2;

/** Leaves of a PhotoDocument what makes a StoredPhoto. */
export const STORED_PHOTO = { _id: 0, sequences: 0, unpublished: 0 } as const;

/** Leaves of a FactDocument the Fact. */
export const STORED_FACT = { ...STORED_PHOTO, assetId: 0 } as const;

/** Leaves of a photo what makes its faces known, and of a fact all of it. */
export const KNOWN_ENTRY = {
  _id: 0,
  ownerId: 1,
  assetId: 1,
  sequence: 1,
  model: 1,
  'faces.faceId': 1,
  'faces.personId': 1,
  'faces.quality': 1,
  'faces.descriptor': 1,
  factId: 1,
  at: 1,
  by: 1,
  body: 1,
  changes: 1,
} as const;

/** Tells photos from facts. */
export const IS_PHOTO = { assetId: { $type: 'string' } } as const;
export const IS_FACT = { assetId: { $type: 'object' } } as const;

/** Faces and people by whether the faces are somebody's (`_id`). */
export const COUNT_FACES = [
  { $match: IS_PHOTO },
  { $project: { _id: 0, 'faces.personId': 1 } },
  { $unwind: '$faces' },
  { $group: { _id: '$faces.personId', faces: { $sum: 1 } } },
  { $group: { _id: { $ne: ['$_id', null] }, faces: { $sum: '$faces' }, people: { $sum: 1 } } },
];

export const PHOTO_INDEXES: readonly (CreateIndexesOptions & {
  key: IndexSpecification & Record<string, 1>;
  name: string;
})[] = [
  { name: 'asset', key: { ownerId: 1, assetId: 1 }, unique: true },
  { name: 'sequences-ever', key: { ownerId: 1, sequences: 1 }, unique: true },
  { name: 'sequence', key: { ownerId: 1, sequence: 1 } },
  { name: 'checksum', key: { ownerId: 1, checksum: 1, 'model.pack': 1 } },
  { name: 'face', key: { ownerId: 1, 'faces.faceId': 1 } },
  { name: 'person', key: { ownerId: 1, 'faces.personId': 1 } },
  {
    name: 'outbox',
    key: { decidedAt: 1, ownerId: 1, sequence: 1 },
    partialFilterExpression: { unpublished: true },
  },
];

/** The fact as its document holds it. */
export function toFactDocument(fact: Fact): FactDocument {
  const { factId, sequence } = fact;
  return { ...fact, assetId: { factId }, sequences: [sequence], unpublished: true };
}

/** The record as it goes into its document. */
export function toStoredPhoto(record: PhotoRecord): StoredPhoto {
  return {
    ...record,
    faces: record.faces.map((face) => ({
      ...face,
      descriptor: face.descriptor === null ? null : Binary.fromFloat32Array(face.descriptor),
    })),
  };
}

/** Fields that only some records have. */
const OPTIONAL = ['pastRunIds', 'takenAt', 'removalAskedAtMillis', 'lookAskedAtMillis'] as const;

/** Puts the record in the place of what its document held: nothing that it lacks is kept. */
export function toPhotoUpdate(record: PhotoRecord): UpdateFilter<PhotoDocument> {
  const lacking = OPTIONAL.filter((field) => record[field] === undefined);
  return {
    $set: { ...toStoredPhoto(record), unpublished: true },
    $push: { sequences: record.sequence },
    // MongoDB 4.4 refuses an empty one.
    ...(lacking.length > 0 && { $unset: Object.fromEntries(lacking.map((field) => [field, ''])) }),
  };
}

/** The record of a document read with the projection STORED_PHOTO. */
export function toPhotoRecord(photo: StoredPhoto): PhotoRecord {
  return {
    ...photo,
    // Documents of schema version 1 have none.
    removed: (photo as Partial<StoredPhoto>).removed ?? false,
    faces: photo.faces.map((face) => ({
      ...face,
      descriptor: face.descriptor === null ? null : face.descriptor.toFloat32Array(),
    })),
  };
}

/** The fact as it would be written today. */
export function toFact(stored: StoredFact): Fact {
  return { ...stored, body: currentBody(stored.body) };
}

/** The entry of a document read with the projection KNOWN_ENTRY. */
export function toOwnerEntry(document: KnownDocument): OwnerEntry {
  const { sequence } = document;
  if ('factId' in document) {
    const { ownerId, factId, at, by, body, changes } = document;
    const fact = toFact({ ownerId, sequence, factId, at, by, body, changes });
    return { kind: 'fact', sequence, fact };
  }
  const { assetId, model } = document;
  const faces = document.faces.map(({ faceId, personId, quality, descriptor }) => ({
    faceId,
    personId,
    quality,
    descriptor: descriptor === null ? null : descriptor.toFloat32Array(),
  }));
  return { kind: 'photo', sequence, record: { assetId, sequence, model, faces } };
}
