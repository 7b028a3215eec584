import type { Config } from '../config.ts';
import { createLog } from '../log.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';

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
