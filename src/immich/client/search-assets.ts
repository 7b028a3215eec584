import { z } from 'zod';

import { ImmichAsset } from './assets.ts';
import type { ImmichApi } from './immich-api.ts';

/** Filters of `POST /search/metadata` that the worker uses. */
export interface AssetSearch {
  /** Inclusive, ISO 8601: assets whose row changed since. */
  readonly updatedAfter?: string;
  readonly createdAfter?: string;
  readonly takenAfter?: string;
  readonly takenBefore?: string;
  readonly albumIds?: readonly string[];
  /** Also those in the trash. */
  readonly withDeleted?: boolean;
  readonly order: 'asc' | 'desc';
  /** At most 1,000. */
  readonly size: number;
  /** From 1. */
  readonly page: number;
}

const Answer = z.object({
  assets: z.object({
    items: z.array(ImmichAsset),
    nextPage: z.union([z.string(), z.number()]).nullish(),
  }),
});

export interface AssetPage {
  readonly assets: readonly ImmichAsset[];
  /** Number of the next page; null after the last. */
  readonly nextPage: number | null;
}

/**
 * A page of the user's assets and of partners' who share into the timeline, ordered by capture time
 * (asset.read). Pages are offsets: what comes or goes between two pages shifts them.
 */
export async function searchAssets(
  api: ImmichApi,
  search: AssetSearch,
  signal?: AbortSignal,
): Promise<AssetPage> {
  const { assets } = await api.json(
    { method: 'POST', path: '/search/metadata', body: search, repeatable: true, signal },
    Answer,
  );
  const next = assets.nextPage ?? null;
  return { assets: assets.items, nextPage: next === null ? null : Number(next) };
}
