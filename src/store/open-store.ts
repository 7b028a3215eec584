import type { Log } from '../log.ts';
import { openMongoStore, openMongoStoreWhenThere } from './mongodb/open-mongo-store.ts';
import { openSqliteStore } from './sqlite/open-sqlite-store.ts';
import type { Store } from './store.ts';

/**
 * Opens MongoDB when `mongodbUri` is given, else the SQLite file `faces.db` in `dataDir`, which is
 * made when it is missing. Rejects with STORE_UNAVAILABLE, STORE_UNSUPPORTED, STORE_NOT_WRITABLE,
 * STORE_DAMAGED, STORE_NEWER_VERSION, or CONFIG_INVALID for a malformed URI. With `waitUntil` a
 * MongoDB that does not answer is awaited until that fires.
 */
export async function openStore(options: {
  readonly mongodbUri?: string | undefined;
  readonly dataDir: string;
  readonly log: Log;
  readonly waitUntil?: AbortSignal;
}): Promise<Store> {
  const { mongodbUri: uri, dataDir, log, waitUntil: signal } = options;
  if (uri === undefined) return openSqliteStore({ dataDir, log });
  return signal === undefined
    ? openMongoStore({ uri, log })
    : openMongoStoreWhenThere({ uri, log, signal });
}
