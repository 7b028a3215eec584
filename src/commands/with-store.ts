import path from 'node:path';

import type { Config } from '../config.ts';
import { createLog } from '../log.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';

/** Where the settings' store is, for messages: never a secret. */
export function storePlace({
  dataDir,
  mongodbUri,
}: Pick<Config, 'dataDir' | 'mongodbUri'>): string {
  if (mongodbUri !== undefined) return 'the MongoDB of MONGODB_URI';
  return `the store in ${path.resolve(dataDir)} (DATA_DIR)`;
}

/** Opens the store that the settings name, for the time of `work`. */
export async function withStore<Result>(
  { dataDir, mongodbUri }: Config,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const log = createLog({ level: 'warn', destination: 'stderr' });
  const store = await openStore({ dataDir, log, mongodbUri });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
