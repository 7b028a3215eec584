import { hostname } from 'node:os';

import type { Fact, FacePlace } from '../../identities/journal/fact.ts';
import type { KnownPhoto, OwnerEntry } from '../../identities/known-faces.ts';
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
import type { SqliteDatabase, SqlValue } from './database.ts';
import { createSqliteImmichStore } from './immich-store.ts';
import { factsAfter, insertFact, unpublishedFacts } from './facts.ts';
import { createSqliteImmichLinks } from './immich-links.ts';
import {
  markUnpublishedSince,
  oldestUnpublishedAt,
  readResultRedis,
  writeResultRedis,
} from './outbox.ts';
import { countForgotten, deleteOwner, headSequence, listOwners, raiseHead } from './owners.ts';
import {
  countFaces,
  currentSequence,
  knownPhotosAfter,
  selectPhotos,
  writePhoto,
  type PhotoQuery,
} from './photos.ts';
import { retryWhileBusy } from './retry-while-busy.ts';
import { toStoreError } from './sqlite-error.ts';
import { readStoreId, renewStoreId } from './store-id.ts';

/** Photos and faces in one SQLite file, which several processes may share. */
export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly place: string;
  readonly immichLinks: ImmichLinks;
  readonly immich: ImmichStore;
  readonly #database: SqliteDatabase;
  readonly #path: string;
  #closed = false;

  constructor(database: SqliteDatabase, path: string) {
    this.#database = database;
    this.#path = path;
    this.place = `the SQLite file ${path} on ${hostname()}`;
    this.immichLinks = createSqliteImmichLinks((work) => this.#do(work));
    this.immich = createSqliteImmichStore((work) => this.#do(work));
  }

  async findPhoto(ownerId: string, assetId: string): Promise<PhotoRecord | null> {
    const where = 'owner_id = ? AND asset_id = ?';
    const photos = await this.#readPhotos({ where, order: 'sequence' }, ownerId, assetId, 1);
    return photos[0] ?? null;
  }

  async findPhotosByChecksum(
    ownerId: string,
    checksum: string,
    { pack, isPack, limit }: ChecksumFilter,
  ): Promise<PhotoRecord[]> {
    const where = `owner_id = ? AND details ->> '$.checksum' = ?
      AND details ->> '$.model.pack' ${isPack ? '=' : '<>'} ?`;
    const which = { where, order: 'sequence', index: 'photos_checksum' };
    return this.#readPhotos(which, ownerId, checksum, pack, limit);
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

  async readEntriesAfter(ownerId: string, sequence: number, limit: number): Promise<OwnerEntry[]> {
    return this.#do((database) =>
      database.snapshot(() => {
        const photos = knownPhotosAfter(database, ownerId, { sequence, limit });
        const facts = factsAfter(database, ownerId, { sequence, limit });
        return inOneOrder(photos, facts).slice(0, limit);
      }),
    );
  }

  async listOwners(): Promise<string[]> {
    return this.#do(listOwners);
  }

  async headSequence(ownerId: string): Promise<number> {
    return this.#do((database) => headSequence(database, ownerId));
  }

  async commitFact(fact: Fact): Promise<'committed' | 'conflict'> {
    return this.#do((database) =>
      database.transaction(() => {
        if (fact.sequence !== headSequence(database, fact.ownerId) + 1) return 'conflict';
        raiseHead(database, fact.ownerId, fact.sequence);
        insertFact(database, fact);
        return 'committed';
      }),
    );
  }

  async readFacts(ownerId: string): Promise<Fact[]> {
    return this.#do((database) => factsAfter(database, ownerId, { sequence: 0, limit: -1 }));
  }

  async listFaces(ownerId: string, filter?: FaceFilter): Promise<FacePlace[]> {
    const rows = await this.#do((database) =>
      database.all<{ asset_id: string; face_id: string; person_id: string | null }>(
        `SELECT asset_id, face_id, person_id FROM photos JOIN faces USING (photo_id)
         WHERE owner_id = ? AND (? IS NULL OR face_id IN (SELECT value FROM json_each(?))
           OR person_id IN (SELECT value FROM json_each(?)))
         ORDER BY sequence, position`,
        ownerId,
        filter === undefined ? null : 1,
        JSON.stringify(filter?.faceIds ?? []),
        JSON.stringify(filter?.personIds ?? []),
      ),
    );
    return rows.map((row) => ({
      assetId: row.asset_id,
      faceId: row.face_id,
      personId: row.person_id,
    }));
  }

  async findUnpublishedFacts(limit: number, ownerId?: string): Promise<Fact[]> {
    return this.#do((database) => unpublishedFacts(database, limit, ownerId));
  }

  async markFactPublished(ownerId: string, factId: string): Promise<void> {
    await this.#do((database) => {
      const sql = 'UPDATE facts SET unpublished = 0 WHERE owner_id = ? AND fact_id = ?';
      database.run(sql, ownerId, factId);
    });
  }

  async markUnpublishedSince(at: string): Promise<number> {
    return this.#do((database) => database.transaction(() => markUnpublishedSince(database, at)));
  }

  async oldestUnpublishedAt(): Promise<string | null> {
    return this.#do(oldestUnpublishedAt);
  }

  async readResultRedis(prefix: string): Promise<ResultRedis | null> {
    return this.#do((database) => readResultRedis(database, prefix));
  }

  async writeResultRedis(
    prefix: string,
    note: ResultRedis,
    replaces: string | null,
  ): Promise<void> {
    await this.#do((database) => {
      writeResultRedis(database, prefix, { note, replaces });
    });
  }

  async forgetOwner(ownerId: string): Promise<ForgottenOwner> {
    const gone = await this.#do((database) =>
      database.transaction(() => deleteOwner(database, ownerId)),
    );
    // The log still holds the pages as they were.
    await this.#do((database) => {
      database.emptyLog();
    });
    return gone;
  }

  async countForgotten(): Promise<number> {
    return this.#do(countForgotten);
  }

  async countPhotos(ownerId?: string): Promise<number> {
    const sql = 'SELECT count(*) AS photos FROM photos WHERE removed = 0';
    const rows = await this.#do((database) =>
      ownerId === undefined
        ? database.all<{ photos: number }>(sql)
        : database.all<{ photos: number }>(`${sql} AND owner_id = ?`, ownerId),
    );
    return rows[0]?.photos ?? 0;
  }

  async countFaces(): Promise<StoredFaces> {
    return this.#do(countFaces);
  }

  async readId(): Promise<string> {
    return this.#do(readStoreId);
  }

  async renewId(former: string): Promise<string> {
    return this.#do((database) => renewStoreId(database, former));
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

  async #readPhotos(which: PhotoQuery, ...values: readonly SqlValue[]): Promise<PhotoRecord[]> {
    return this.#do((database) => selectPhotos(database, which, ...values));
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

function inOneOrder(photos: readonly KnownPhoto[], facts: readonly Fact[]): OwnerEntry[] {
  const entries: OwnerEntry[] = [
    ...photos.map((record) => ({ kind: 'photo' as const, sequence: record.sequence, record })),
    ...facts.map((fact) => ({ kind: 'fact' as const, sequence: fact.sequence, fact })),
  ];
  return entries.sort((a, b) => a.sequence - b.sequence);
}
