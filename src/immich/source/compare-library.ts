import { setTimeout } from 'node:timers/promises';

import { z } from 'zod';

import { WorkerError } from '../../errors.ts';
import type { ImmichAccount } from '../accounts.ts';
import { getAsset } from '../client/assets.ts';
import { searchAssets, type AssetPage } from '../client/search-assets.ts';
import type { JudgeRules } from './judge-asset.ts';
import type { KnownAsset } from './ports.ts';
import { queueAssets, removeAssets, type Admit, type QueuePorts } from './queue-assets.ts';
import { PAGE_SIZE } from './sweep-changes.ts';

/** Name of the mark that holds where the comparison stands. */
export const COMPARISON = 'library-comparison';

const Position = z.object({
  /** Counts the comparisons, from 1. */
  pass: z.number(),
  /** The page to be read next; null: the assets that no page held are looked up. */
  page: z.number().nullable(),
  /** When the last complete one ended, in milliseconds since 1970; null: none has. */
  endedAtMillis: z.number().nullable(),
});
export type Position = z.infer<typeof Position>;

export interface CompareContext {
  readonly account: ImmichAccount;
  readonly rules: JudgeRules;
  readonly ports: QueuePorts & { readonly admit: Admit };
  /** Rest between two pages, so that Immich has time for others. */
  readonly pauseMillis: number;
  readonly signal: AbortSignal;
}

const UNSEEN_PAGE = 200;

/** Where the user's comparison stands. */
export async function readPosition(ownerId: string, store: QueuePorts['store']): Promise<Position> {
  const text = await store.readMark(ownerId, COMPARISON);
  if (text === null) return { pass: 1, page: 1, endedAtMillis: null };
  return Position.parse(JSON.parse(text));
}

/**
 * Compares the user's whole library, a page at a time, with what is known: queues what was missed,
 * and what was there before the worker came; then asks about each known asset that no page held, and
 * queues the removal of those that are gone. A stopped comparison goes on at its page. Pages are
 * offsets, so one that shifted meanwhile may hide an asset; that is why the absent ones are asked
 * about, and the next comparison finds what this one missed. Answers with the requests that it took.
 */
export async function compareLibrary(context: CompareContext): Promise<{ requests: number }> {
  const { account, ports, signal } = context;
  const ownerId = account.userId;
  let position = await readPosition(ownerId, ports.store);
  let requests = 0;
  const moveTo = async (changes: Partial<Position>): Promise<void> => {
    position = { ...position, ...changes };
    await ports.store.writeMark(ownerId, COMPARISON, JSON.stringify(position));
  };
  while (position.page !== null) {
    signal.throwIfAborted();
    const page = await comparePage(position.pass, position.page, context);
    requests += page.requests;
    await moveTo({ page: page.nextPage });
    if (page.nextPage !== null) await setTimeout(context.pauseMillis, undefined, { signal });
  }
  requests += await lookUpUnseen(position.pass, context);
  await moveTo({ pass: position.pass + 1, page: 1, endedAtMillis: Date.now() });
  return { requests };
}

async function comparePage(
  pass: number,
  page: number,
  { account, rules, ports, signal }: CompareContext,
): Promise<AssetPage> {
  const ownerId = account.userId;
  const search = { withDeleted: true, order: 'asc', size: PAGE_SIZE, page } as const;
  const found = await searchAssets(account.api, search, signal);
  await queueAssets({ ownerId, assets: found.assets }, rules, ports);
  const own = found.assets.filter((asset) => asset.ownerId === ownerId).map(({ id }) => id);
  await ports.store.markSeen(ownerId, own, pass);
  return found;
}

/** Asks about each known asset that no page held; answers how many requests it took. */
async function lookUpUnseen(pass: number, context: CompareContext): Promise<number> {
  const { account, ports, signal } = context;
  const ownerId = account.userId;
  let requests = 0;
  for (let afterAssetId = ''; ;) {
    const page = { afterAssetId, limit: UNSEEN_PAGE };
    const unseen = await ports.store.findUnseen(ownerId, pass, page);
    for (const asset of unseen) {
      signal.throwIfAborted();
      const isThere = await isStillThere(asset, context);
      requests += 1;
      if (!isThere) await forgetAsset(asset, context);
    }
    const last = unseen.at(-1);
    if (last === undefined || unseen.length < UNSEEN_PAGE) return requests;
    afterAssetId = last.assetId;
  }
}

async function isStillThere(
  asset: KnownAsset,
  { account, signal }: CompareContext,
): Promise<boolean> {
  try {
    const { ownerId, visibility } = await getAsset(account.api, asset.assetId, signal);
    return ownerId === account.userId && visibility !== 'locked';
  } catch (error) {
    if (error instanceof WorkerError && error.code === 'ASSET_GONE') return false;
    throw error;
  }
}

/** Queues the removal; once nothing is left of the photo, the asset is no longer known either. */
async function forgetAsset(asset: KnownAsset, { account, ports }: CompareContext): Promise<void> {
  const ownerId = account.userId;
  const removed = await removeAssets(ownerId, [asset], ports);
  if (removed === 0) await ports.store.deleteAssets(ownerId, [asset.assetId]);
}
