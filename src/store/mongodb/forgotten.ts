import type { Collection } from 'mongodb';

/** Rises while an owner is being forgotten and when that is done. */
export interface ForgottenDocument {
  readonly _id: 'forgotten';
  readonly times: number;
}

export async function countForgotten(meta: Collection<ForgottenDocument>): Promise<number> {
  return (await meta.findOne({ _id: 'forgotten' }))?.times ?? 0;
}

export async function raiseForgotten(meta: Collection<ForgottenDocument>): Promise<void> {
  await meta.updateOne({ _id: 'forgotten' }, { $inc: { times: 1 } }, { upsert: true });
}
