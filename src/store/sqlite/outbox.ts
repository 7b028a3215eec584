import type { ResultRedis } from '../store.ts';
import type { SqliteDatabase } from './database.ts';

/** Marks what was decided at or after a time as to be published; inside a transaction. */
export function markUnpublishedSince(database: SqliteDatabase, at: string): number {
  const photos = 'UPDATE photos SET unpublished = 1 WHERE decided_at >= ? RETURNING 1';
  const facts = 'UPDATE facts SET unpublished = 1 WHERE at >= ? RETURNING 1';
  return database.all(photos, at).length + database.all(facts, at).length;
}

export function oldestUnpublishedAt(database: SqliteDatabase): string | null {
  const sql = `SELECT min(at) AS at FROM (
      SELECT min(decided_at) AS at FROM photos WHERE unpublished = 1
      UNION ALL SELECT min(at) FROM facts WHERE unpublished = 1)`;
  return database.all<{ at: string | null }>(sql)[0]?.at ?? null;
}

export function readResultRedis(database: SqliteDatabase, prefix: string): ResultRedis | null {
  const sql = 'SELECT note FROM result_redis WHERE prefix = ?';
  const [row] = database.all<{ note: string }>(sql, prefix);
  return row === undefined ? null : (JSON.parse(row.note) as ResultRedis);
}

export function writeResultRedis(
  database: SqliteDatabase,
  prefix: string,
  { note, replaces }: { note: ResultRedis; replaces: string | null },
): void {
  const sql =
    replaces === null
      ? 'INSERT INTO result_redis (run, note, prefix) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'
      : 'UPDATE result_redis SET run = ?, note = ? WHERE prefix = ? AND run = ?';
  const values = [note.run, JSON.stringify(note), prefix];
  database.run(sql, ...values, ...(replaces === null ? [] : [replaces]));
}
