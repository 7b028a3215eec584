import { randomUUID } from 'node:crypto';

import type { Collection } from 'mongodb';

import { isDuplicateKey } from './mongo-error.ts';

/** Tells this store from others. */
export interface StoreIdDocument {
  readonly _id: 'store';
  readonly id: string;
}

/** Of those who would give the store its id one does. */
export async function readStoreId(meta: Collection<StoreIdDocument>): Promise<string> {
  const found = await meta.findOne({ _id: 'store' });
  if (found !== null) return found.id;
  await meta.insertOne({ _id: 'store', id: randomUUID() }).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
  });
  return readStoreId(meta);
}

/** Of those who would replace the former id one does. */
export async function renewStoreId(
  meta: Collection<StoreIdDocument>,
  former: string,
): Promise<string> {
  await meta.updateOne({ _id: 'store', id: former }, { $set: { id: randomUUID() } });
  return readStoreId(meta);
}
