import type { KnownFaceRecord, KnownPhoto } from '../../identities/known-faces.ts';
import type { FaceRecord, PhotoRecord } from '../../identities/photo-record.ts';
import type { SqlValue } from './database.ts';

/** One face of a photo beside the photo's own columns; the face columns are null without faces. */
export interface PhotoFaceRow {
  readonly owner_id: string;
  readonly asset_id: string;
  readonly sequence: number;
  readonly revision: number;
  readonly decided_at: string;
  readonly removed: number;
  readonly photo_details: string;
  readonly face_id: string | null;
  readonly person_id: string | null;
  readonly descriptor: ArrayBuffer | null;
  readonly landmarks: ArrayBuffer | null;
  readonly face_details: string | null;
}

/** As much of a face and its photo as makes it known; `model` and `quality` are JSON. */
export interface KnownFaceRow {
  readonly asset_id: string;
  readonly sequence: number;
  readonly model: string;
  readonly face_id: string | null;
  readonly person_id: string | null;
  readonly descriptor: ArrayBuffer | null;
  readonly quality: string | null;
}

type PhotoColumn =
  'ownerId' | 'assetId' | 'sequence' | 'revision' | 'decidedAt' | 'removed' | 'faces';
type FaceColumn = 'faceId' | 'personId' | 'descriptor' | 'landmarks';

/** JSON of what has no column of its own. */
export function photoDetails(record: PhotoRecord): string {
  const { runId, pastRunIds, path, checksum, image, model, takenAt, timings } = record;
  const { removalAskedAtMillis, lookAskedAtMillis } = record;
  const runs = pastRunIds === undefined ? { runId } : { runId, pastRunIds };
  const dated = takenAt === undefined ? {} : { takenAt };
  const asked = {
    ...(removalAskedAtMillis === undefined ? {} : { removalAskedAtMillis }),
    ...(lookAskedAtMillis === undefined ? {} : { lookAskedAtMillis }),
  };
  const details = { ...runs, path, checksum, image, model, ...dated, timings, ...asked };
  return JSON.stringify(details satisfies Omit<PhotoRecord, PhotoColumn>);
}

/** Values for face_id, person_id, descriptor, landmarks and details. */
export function faceValues(face: FaceRecord): SqlValue[] {
  const { faceId, personId, descriptor, landmarks, ...details } = face;
  return [
    faceId,
    personId,
    descriptor === null ? null : bytesOf(descriptor),
    bytesOf(Float64Array.from(landmarks)),
    JSON.stringify(details satisfies Omit<FaceRecord, FaceColumn>),
  ];
}

/** The photos of rows in which each photo's faces follow each other in their order. */
export function photosFromRows(rows: readonly PhotoFaceRow[]): PhotoRecord[] {
  const photos: PhotoRecord[] = [];
  let faces: FaceRecord[] = [];
  let previous: PhotoFaceRow | undefined;
  for (const row of rows) {
    if (row.owner_id !== previous?.owner_id || row.asset_id !== previous.asset_id) {
      faces = [];
      photos.push(photoFromRow(row, faces));
    }
    const face = faceFromRow(row);
    if (face !== null) faces.push(face);
    previous = row;
  }
  return photos;
}

/** The same of rows for the index. */
export function knownPhotosFromRows(rows: readonly KnownFaceRow[]): KnownPhoto[] {
  const photos: KnownPhoto[] = [];
  let faces: KnownFaceRecord[] = [];
  let previous: KnownFaceRow | undefined;
  for (const row of rows) {
    if (row.sequence !== previous?.sequence) {
      faces = [];
      const model = JSON.parse(row.model) as KnownPhoto['model'];
      photos.push({ assetId: row.asset_id, sequence: row.sequence, model, faces });
    }
    if (row.face_id !== null && row.quality !== null) {
      faces.push({
        faceId: row.face_id,
        personId: row.person_id,
        quality: JSON.parse(row.quality) as KnownFaceRecord['quality'],
        descriptor: row.descriptor === null ? null : new Float32Array(row.descriptor),
      });
    }
    previous = row;
  }
  return photos;
}

function photoFromRow(row: PhotoFaceRow, faces: FaceRecord[]): PhotoRecord {
  return {
    ownerId: row.owner_id,
    assetId: row.asset_id,
    sequence: row.sequence,
    revision: row.revision,
    decidedAt: row.decided_at,
    removed: row.removed === 1,
    faces,
    ...(JSON.parse(row.photo_details) as Omit<PhotoRecord, PhotoColumn>),
  };
}

function faceFromRow(row: PhotoFaceRow): FaceRecord | null {
  if (row.face_id === null || row.landmarks === null || row.face_details === null) return null;
  return {
    faceId: row.face_id,
    personId: row.person_id,
    descriptor: row.descriptor === null ? null : new Float32Array(row.descriptor),
    landmarks: Array.from(new Float64Array(row.landmarks)),
    ...(JSON.parse(row.face_details) as Omit<FaceRecord, FaceColumn>),
  };
}

function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
