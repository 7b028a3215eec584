import type { PhotoRecord } from '../../identities/photo-record.ts';
import { assertStorable } from '../check-record.ts';
import { closedStoreError } from '../closed-store.ts';
import type { PersonSummary, Store } from '../store.ts';
import type { SqliteDatabase, SqlValue } from './database.ts';
import { retryWhileBusy } from './retry-while-busy.ts';
import type { PhotoFaceRow } from './rows.ts';
import { faceValues, photoDetails, photosFromRows } from './rows.ts';
import { toStoreError } from './sqlite-error.ts';

/** Photos and faces in one SQLite file, which several processes may share. */
export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly #database: SqliteDatabase;
  readonly #path: string;
  #closed = false;

  constructor(database: SqliteDatabase, path: string) {
    this.#database = database;
    this.#path = path;
  }

  async findPhoto(ownerId: string, assetId: string): Promise<PhotoRecord | null> {
    const where = 'owner_id = ? AND asset_id = ?';
    const photos = await this.#readPhotos({ where, order: 'sequence' }, ownerId, assetId, 1);
    return photos[0] ?? null;
  }

  async readPhotosAfter(ownerId: string, sequence: number, limit: number): Promise<PhotoRecord[]> {
    const where = 'owner_id = ? AND sequence > ?';
    return this.#readPhotos({ where, order: 'sequence' }, ownerId, sequence, limit);
  }

  async commitPhoto(
    record: PhotoRecord,
    replaces: number | null,
  ): Promise<'committed' | 'conflict'> {
    assertStorable(record);
    return this.#do((database) =>
      database.transaction(() => {
        if (record.sequence !== headSequence(database, record.ownerId) + 1) return 'conflict';
        if (currentSequence(database, record) !== replaces) return 'conflict';
        writePhoto(database, record);
        return 'committed';
      }),
    );
  }

  async findUnpublished(limit: number): Promise<PhotoRecord[]> {
    const order = 'decided_at, owner_id, sequence';
    return this.#readPhotos({ where: 'unpublished = 1', order }, limit);
  }

  async markPublished(ownerId: string, assetId: string, revision: number): Promise<void> {
    await this.#do((database) => {
      database.run(
        'UPDATE photos SET unpublished = 0 WHERE owner_id = ? AND asset_id = ? AND revision = ?',
        ownerId,
        assetId,
        revision,
      );
    });
  }

  async listPeople(ownerId: string): Promise<PersonSummary[]> {
    const rows = await this.#do((database) =>
      database.all<{ person_id: string; faces: number; photos: number }>(
        `SELECT person_id, count(*) AS faces, count(DISTINCT photo_id) AS photos
         FROM photos JOIN faces USING (photo_id)
         WHERE owner_id = ? AND person_id IS NOT NULL
         GROUP BY person_id ORDER BY photos DESC, person_id`,
        ownerId,
      ),
    );
    return rows.map(({ person_id: personId, faces, photos }) => ({ personId, faces, photos }));
  }

  async countPhotos(ownerId?: string): Promise<number> {
    const sql = 'SELECT count(*) AS photos FROM photos';
    const rows = await this.#do((database) =>
      ownerId === undefined
        ? database.all<{ photos: number }>(sql)
        : database.all<{ photos: number }>(`${sql} WHERE owner_id = ?`, ownerId),
    );
    return rows[0]?.photos ?? 0;
  }

  async ping(): Promise<void> {
    await this.#do((database) => database.all('SELECT count(*) FROM sqlite_schema'));
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#database.close();
    }
    return Promise.resolve();
  }

  /**
   * Photos with their faces by one statement, so that both are of the same moment. `values` are
   * those of `where` and the most photos to read.
   */
  async #readPhotos(
    which: { readonly where: string; readonly order: string },
    ...values: readonly SqlValue[]
  ): Promise<PhotoRecord[]> {
    const { where, order } = which;
    const rows = await this.#do((database) =>
      database.all<PhotoFaceRow>(
        `SELECT owner_id, asset_id, sequence, revision, decided_at, photo.details AS photo_details,
           face_id, person_id, descriptor, landmarks, face.details AS face_details
         FROM (SELECT * FROM photos WHERE ${where} ORDER BY ${order} LIMIT ?) AS photo
           LEFT JOIN faces AS face USING (photo_id)
         ORDER BY ${order}, position`,
        ...values,
      ),
    );
    return photosFromRows(rows);
  }

  async #do<Result>(work: (database: SqliteDatabase) => Result): Promise<Result> {
    try {
      return await retryWhileBusy(() => {
        if (this.#closed) throw closedStoreError();
        return work(this.#database);
      });
    } catch (error) {
      throw toStoreError(error, this.#path);
    }
  }
}

function headSequence(database: SqliteDatabase, ownerId: string): number {
  const sql = 'SELECT head_sequence AS head FROM owners WHERE owner_id = ?';
  return database.all<{ head: number }>(sql, ownerId)[0]?.head ?? 0;
}

function currentSequence(database: SqliteDatabase, photo: PhotoRecord): number | null {
  const sql = 'SELECT sequence FROM photos WHERE owner_id = ? AND asset_id = ?';
  return database.all<{ sequence: number }>(sql, photo.ownerId, photo.assetId)[0]?.sequence ?? null;
}

function writePhoto(database: SqliteDatabase, record: PhotoRecord): void {
  const { ownerId, assetId, sequence, revision, decidedAt } = record;
  database.run(
    `INSERT INTO owners VALUES (?, ?)
     ON CONFLICT DO UPDATE SET head_sequence = excluded.head_sequence`,
    ownerId,
    sequence,
  );
  database.run('DELETE FROM photos WHERE owner_id = ? AND asset_id = ?', ownerId, assetId);
  const [written] = database.all<{ photo_id: number }>(
    `INSERT INTO photos (owner_id, asset_id, sequence, revision, decided_at, unpublished, details)
     VALUES (?, ?, ?, ?, ?, 1, ?) RETURNING photo_id`,
    ...[ownerId, assetId, sequence, revision, decidedAt, photoDetails(record)],
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
