import type { Log } from '../log.ts';
import { openMongoStore } from './mongodb/open-mongo-store.ts';
import { openSqliteStore } from './sqlite/open-sqlite-store.ts';
import type { Store } from './store.ts';

/**
 * Opens MongoDB when `mongodbUri` is given, else the SQLite file `faces.db` in `dataDir`, which is
 * made when it is missing. Rejects with STORE_UNAVAILABLE, STORE_UNSUPPORTED, STORE_NOT_WRITABLE,
 * STORE_DAMAGED, STORE_NEWER_VERSION, or CONFIG_INVALID for a malformed URI.
 */
export async function openStore(options: {
  readonly mongodbUri?: string | undefined;
  readonly dataDir: string;
  readonly log: Log;
}): Promise<Store> {
  const { mongodbUri, dataDir, log } = options;
  return mongodbUri === undefined
    ? openSqliteStore({ dataDir, log })
    : openMongoStore({ uri: mongodbUri, log });
}
