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
  readonly tagIds?: readonly string[];
  /** All of these people. */
  readonly personIds?: readonly string[];
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
  /** That it took. */
  readonly requests: number;
}

/** All but the locked ones, which no API key sees. */
const VISIBILITIES = ['timeline', 'archive', 'hidden'] as const;

/**
 * A page of the user's assets and of partners' who share into the timeline, ordered by capture time
 * (asset.read), archived and hidden ones too. Pages are offsets: what comes or goes between two
 * pages shifts them. ASSET_GONE for an album that is not there. An Immich before 3.1 gives those of
 * the timeline alone unless it is asked for the others, so that a page there is up to three.
 */
export async function searchAssets(
  api: ImmichApi,
  search: AssetSearch,
  signal?: AbortSignal,
): Promise<AssetPage> {
  const { major, minor } = await api.version();
  const givesAll = major > 3 || (major === 3 && minor >= 1);
  const kinds = givesAll ? [{}] : VISIBILITIES.map((visibility) => ({ visibility }));
  const found: ImmichAsset[] = [];
  let hasNext = false;
  for (const kind of kinds) {
    const body = { ...search, ...kind };
    const request = { method: 'POST', path: '/search/metadata', body, repeatable: true } as const;
    const { assets } = await api.json({ ...request, signal }, Answer);
    found.push(...assets.items);
    hasNext ||= (assets.nextPage ?? null) !== null;
  }
  return {
    assets: found,
    nextPage: hasNext ? search.page + 1 : null,
    requests: kinds.length,
  };
}
