import type { ForgottenOwner } from '../store.ts';
import type { SqliteDatabase } from './database.ts';
import { deleteImmichOwner } from './immich-store.ts';

/** The owner's highest sequence ever given; 0 for an owner of whom nothing is known. */
export function headSequence(database: SqliteDatabase, ownerId: string): number {
  const sql = 'SELECT head_sequence AS head FROM owners WHERE owner_id = ?';
  return database.all<{ head: number }>(sql, ownerId)[0]?.head ?? 0;
}

export function listOwners(database: SqliteDatabase): string[] {
  const sql = 'SELECT owner_id AS id FROM owners ORDER BY owner_id';
  return database.all<{ id: string }>(sql).map(({ id }) => id);
}

export function raiseHead(database: SqliteDatabase, ownerId: string, sequence: number): void {
  database.run(
    `INSERT INTO owners VALUES (?, ?)
     ON CONFLICT DO UPDATE SET head_sequence = excluded.head_sequence`,
    ownerId,
    sequence,
  );
}

/** Deletes all rows of the owner and counts that it was done; inside a transaction. */
export function deleteOwner(database: SqliteDatabase, ownerId: string): ForgottenOwner {
  const count = (sql: string): number => database.all<{ n: number }>(sql, ownerId)[0]?.n ?? 0;
  const gone = {
    photos: count('SELECT count(*) AS n FROM photos WHERE owner_id = ?'),
    faces: count('SELECT count(*) AS n FROM photos JOIN faces USING (photo_id) WHERE owner_id = ?'),
    facts: count('SELECT count(*) AS n FROM facts WHERE owner_id = ?'),
  };
  deleteImmichOwner(database, ownerId);
  database.run('DELETE FROM facts WHERE owner_id = ?', ownerId);
  database.run('DELETE FROM photos WHERE owner_id = ?', ownerId);
  database.run('DELETE FROM owners WHERE owner_id = ?', ownerId);
  database.run('UPDATE forgotten SET times = times + 1');
  return gone;
}

export function countForgotten(database: SqliteDatabase): number {
  return database.all<{ times: number }>('SELECT times FROM forgotten')[0]?.times ?? 0;
}
