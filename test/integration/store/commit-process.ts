import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { commitNext } from './commit-next.ts';

/** Arguments: data folder, owner, prefix of asset IDs, number of photos. Prints each sequence. */
async function main(): Promise<void> {
  const [dataDir = '', ownerId = '', prefix = '', photos = ''] = process.argv.slice(2);
  const store = await openStore({ dataDir, log: createLog({ level: 'silent' }) });
  for (let i = 0; i < Number(photos); i++) {
    const { sequence } = await commitNext(store, { ownerId, assetId: `${prefix}-${i}` });
    process.stdout.write(`${sequence}\n`);
  }
  await store.close();
}

void main();
