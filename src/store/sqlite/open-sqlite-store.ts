import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../log.ts';
import type { Store } from '../store.ts';
import { SqliteDatabase } from './database.ts';
import { retryWhileBusy } from './retry-while-busy.ts';
import { migrate, readSchemaVersion } from './schema.ts';
import { notWritable, sqliteCodeOf, toStoreError } from './sqlite-error.ts';
import { SqliteStore } from './sqlite-store.ts';

/** Opens `<dataDir>/faces.db`, makes it when missing and brings it to the current schema. */
export async function openSqliteStore(options: {
  readonly dataDir: string;
  readonly log: Log;
}): Promise<Store> {
  const path = join(options.dataDir, 'faces.db');
  makePlace(options.dataDir, path);
  try {
    const database = await retryWhileBusy(() => openSqliteDatabase(path));
    options.log.info({ path }, 'SQLite store opened');
    return new SqliteStore(database, path);
  } catch (error) {
    throw toStoreError(error, path);
  }
}

/**
 * A connection to a file of the current schema. WAL lets readers go on while another process
 * writes. FULL syncs each commit: after a commit the job is reported done, so a photo lost at a
 * power cut would never come again, and its sequence would be given twice.
 */
export function openSqliteDatabase(path: string): SqliteDatabase {
  const database = connect(path);
  try {
    readSchemaVersion(database, path);
    database.all('PRAGMA journal_mode = WAL');
    database.all('PRAGMA synchronous = FULL');
    database.all('PRAGMA foreign_keys = ON');
    // What is deleted is overwritten: of a forgotten owner no byte is to stay.
    database.all('PRAGMA secure_delete = ON');
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function connect(path: string): SqliteDatabase {
  try {
    return new SqliteDatabase(path);
  } catch (error) {
    throw sqliteCodeOf(error) === '' ? notWritable(path, error) : error;
  }
}

/**
 * Looks without opening the file: closing it here would drop the locks that another connection of
 * this process holds on it (POSIX locks belong to the process).
 */
function makePlace(dataDir: string, path: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) throw new Error('a folder is in its place');
  } catch (error) {
    throw notWritable(path, error);
  }
}
