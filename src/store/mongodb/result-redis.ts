import type { Collection } from 'mongodb';
import type { ResultRedis } from '../store.ts';
import { isDuplicateKey } from './mongo-error.ts';

/** What the publisher of results noted of the Redis they go to. */
export interface ResultRedisDocument extends ResultRedis {
  /** `result-redis` and the queue prefix. */
  readonly _id: string;
}

export async function readResultRedis(
  meta: Collection<ResultRedisDocument>,
  prefix: string,
): Promise<ResultRedis | null> {
  return meta.findOne({ _id: idOf(prefix) }, { projection: { _id: 0 } });
}

/** Of those who would write the first note one does. */
export async function writeResultRedis(
  meta: Collection<ResultRedisDocument>,
  prefix: string,
  { note, replaces }: { note: ResultRedis; replaces: string | null },
): Promise<void> {
  const _id = idOf(prefix);
  if (replaces !== null) {
    await meta.updateOne({ _id, run: replaces }, { $set: note });
    return;
  }
  try {
    await meta.insertOne({ _id, ...note });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

function idOf(prefix: string): string {
  return `result-redis ${prefix}`;
}
