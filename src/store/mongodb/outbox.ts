import type { Collection } from 'mongodb';

import { IS_FACT, IS_PHOTO, type FactDocument, type PhotoDocument } from './documents.ts';

/** When the oldest photo or fact was decided that is still to be published; null: none is. */
export async function oldestUnpublishedAt(
  photos: Collection<PhotoDocument>,
  facts: Collection<FactDocument>,
): Promise<string | null> {
  const unpublished = { unpublished: true };
  const [photo, fact] = await Promise.all([
    photos.findOne(
      { ...unpublished, ...IS_PHOTO },
      { sort: { decidedAt: 1 }, projection: { decidedAt: 1 } },
    ),
    facts.findOne({ ...unpublished, ...IS_FACT }, { sort: { at: 1 }, projection: { at: 1 } }),
  ]);
  const times = [photo?.decidedAt, fact?.at].filter((at) => at !== undefined);
  return times.sort()[0] ?? null;
}

/** Photos and facts that were decided since then; both lie in one collection. Answers how many. */
export async function markUnpublishedSince(
  photos: Collection<PhotoDocument>,
  at: string,
): Promise<number> {
  const since = { $or: [{ decidedAt: { $gte: at } }, { at: { $gte: at } }] };
  return (await photos.updateMany(since, { $set: { unpublished: true } })).matchedCount;
}
