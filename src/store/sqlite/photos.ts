import type { KnownPhoto } from '../../identities/known-faces.ts';
import type { PhotoRecord } from '../../identities/photo-record.ts';
import type { SqliteDatabase, SqlValue } from './database.ts';
import type { StoredFaces } from '../store.ts';
import { raiseHead } from './owners.ts';
import type { KnownFaceRow, PhotoFaceRow } from './rows.ts';
import { faceValues, knownPhotosFromRows, photoDetails, photosFromRows } from './rows.ts';

export interface PhotoQuery {
  readonly where: string;
  readonly order: string;
  /** Where SQLite would rather take the one of the order, and go through all of an owner's photos. */
  readonly index?: string;
}

/**
 * Photos with their faces by one statement, so that both are of the same moment. `values` are those
 * of `where` and the most photos to read.
 */
export function selectPhotos(
  database: SqliteDatabase,
  { where, order, index }: PhotoQuery,
  ...values: readonly SqlValue[]
): PhotoRecord[] {
  const rows = database.all<PhotoFaceRow>(
    `SELECT owner_id, asset_id, sequence, revision, decided_at, removed,
       photo.details AS photo_details,
       face_id, person_id, descriptor, landmarks, face.details AS face_details
     FROM (SELECT * FROM photos ${index === undefined ? '' : `INDEXED BY ${index}`}
         WHERE ${where} ORDER BY ${order} LIMIT ?) AS photo
       LEFT JOIN faces AS face USING (photo_id)
     ORDER BY ${order}, position`,
    ...values,
  );
  return photosFromRows(rows);
}

/** Of photos after a sequence what makes their faces known: a tenth of what is stored. */
export function knownPhotosAfter(
  database: SqliteDatabase,
  ownerId: string,
  { sequence, limit }: { sequence: number; limit: number },
): KnownPhoto[] {
  const rows = database.all<KnownFaceRow>(
    `SELECT asset_id, sequence, photo.details -> '$.model' AS model,
       face_id, person_id, descriptor, face.details -> '$.quality' AS quality
     FROM (SELECT * FROM photos WHERE owner_id = ? AND sequence > ? ORDER BY sequence LIMIT ?)
       AS photo LEFT JOIN faces AS face USING (photo_id)
     ORDER BY sequence, position`,
    ownerId,
    sequence,
    limit,
  );
  return knownPhotosFromRows(rows);
}

/** Read off the index of people alone. */
export function countFaces(database: SqliteDatabase): StoredFaces {
  const [faces] = database.all<{ stored: number; known: number }>(
    'SELECT count(*) AS stored, count(person_id) AS known FROM faces INDEXED BY faces_of_person',
  );
  const [people] = database.all<{ people: number }>(
    'SELECT count(*) AS people FROM (SELECT DISTINCT person_id FROM faces WHERE person_id IS NOT NULL)',
  );
  const { stored = 0, known = 0 } = faces ?? {};
  return { faces: stored, unknown: stored - known, people: people?.people ?? 0 };
}

/** The sequence of what is stored of the photo's asset; null when nothing is. */
export function currentSequence(database: SqliteDatabase, photo: PhotoRecord): number | null {
  const sql = 'SELECT sequence FROM photos WHERE owner_id = ? AND asset_id = ?';
  return database.all<{ sequence: number }>(sql, photo.ownerId, photo.assetId)[0]?.sequence ?? null;
}

/** Puts the photo in the place of what was stored of its asset; inside a transaction. */
export function writePhoto(database: SqliteDatabase, record: PhotoRecord): void {
  const { ownerId, assetId, sequence, revision, decidedAt } = record;
  raiseHead(database, ownerId, sequence);
  database.run('DELETE FROM photos WHERE owner_id = ? AND asset_id = ?', ownerId, assetId);
  const [written] = database.all<{ photo_id: number }>(
    `INSERT INTO photos
       (owner_id, asset_id, sequence, revision, decided_at, removed, unpublished, details)
     VALUES (?, ?, ?, ?, ?, ?, 1, ?) RETURNING photo_id`,
    ...[ownerId, assetId, sequence, revision, decidedAt, Number(record.removed)],
    photoDetails(record),
  );
  if (written === undefined) throw new Error(`SQLite gave photo ${assetId} no row`);
  for (const [position, face] of record.faces.entries()) {
    database.run(
      `INSERT INTO faces (photo_id, position, face_id, person_id, descriptor, landmarks, details)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[written.photo_id, position, ...faceValues(face)],
    );
  }
}
