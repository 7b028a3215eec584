import type { SqliteDatabase } from './database.ts';

/** Tells this store from others. */
export function readStoreId(database: SqliteDatabase): string {
  return database.all<{ id: string }>('SELECT id FROM store_id')[0]?.id ?? '';
}

/** Of those who would replace the former id one does. */
export function renewStoreId(database: SqliteDatabase, former: string): string {
  database.run('UPDATE store_id SET id = lower(hex(randomblob(16))) WHERE id = ?', former);
  return readStoreId(database);
}
