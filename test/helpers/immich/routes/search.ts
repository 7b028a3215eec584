import { z } from 'zod';

import type { Routes } from '../context.ts';
import { parse, Uuid } from '../errors.ts';
import type { StandInAsset, StandInState, StandInUser } from '../state.ts';
import { assetDto } from './assets.ts';

const Time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const Search = z.object({
  createdAfter: Time.optional(),
  createdBefore: Time.optional(),
  updatedAfter: Time.optional(),
  updatedBefore: Time.optional(),
  takenAfter: Time.optional(),
  takenBefore: Time.optional(),
  type: z.enum(['IMAGE', 'VIDEO', 'AUDIO', 'OTHER']).optional(),
  visibility: z.enum(['timeline', 'archive', 'hidden', 'locked']).optional(),
  isOffline: z.boolean().optional(),
  withDeleted: z.boolean().optional(),
  albumIds: z.array(Uuid).optional(),
  size: z.int().min(1).max(1000).default(250),
  page: z.int().min(1).default(1),
  order: z.enum(['asc', 'desc']).default('desc'),
});
type Search = z.infer<typeof Search>;

/** `POST /search/metadata` (facts, 2.3): capture order, offset pages, inclusive times. */
export const searchRoutes: Routes = (app, { state, login }) => {
  // Page after page of a great library would otherwise be sorted anew each time.
  let last: { readonly key: string; readonly found: StandInAsset[] } | undefined;
  const findOnce = (user: StandInUser, search: Search): StandInAsset[] => {
    const { page: _page, ...which } = search;
    const key = JSON.stringify([state.changes, user.id, [...user.partners], which]);
    if (last?.key !== key) last = { key, found: find(state, user, search) };
    return last.found;
  };
  app.post('/search/metadata', (request) => {
    const user = login(request, 'asset.read');
    const search = parse(Search, request.body);
    const found = findOnce(user, search);
    const start = (search.page - 1) * search.size;
    const items = found.slice(start, start + search.size);
    const nextPage = found.length > start + search.size ? String(search.page + 1) : null;
    const none = { total: 0, count: 0, items: [], facets: [] };
    return {
      albums: none,
      assets: {
        // In v3 the total is that of the page.
        total: items.length,
        count: items.length,
        items: items.map((asset) => assetDto(asset, state)),
        facets: [],
        nextPage,
      },
    };
  });
};

function find(state: StandInState, user: StandInUser, search: Search): StandInAsset[] {
  const sign = search.order === 'asc' ? 1 : -1;
  return [...state.assets.values()]
    .filter((asset) => asset.ownerId === user.id || user.partners.has(asset.ownerId))
    .filter((asset) => matches(asset, search) && inAlbums(asset, search, state))
    .sort(
      (a, b) =>
        sign * (a.fileCreatedAt.getTime() - b.fileCreatedAt.getTime() || (a.id < b.id ? -1 : 1)),
    );
}

function matches(asset: StandInAsset, search: Search): boolean {
  const between = (time: Date, after: Date | undefined, before: Date | undefined): boolean =>
    (after === undefined || time >= after) && (before === undefined || time <= before);
  return (
    between(asset.createdAt, search.createdAfter, search.createdBefore) &&
    between(asset.updatedAt, search.updatedAfter, search.updatedBefore) &&
    between(asset.fileCreatedAt, search.takenAfter, search.takenBefore) &&
    (search.type === undefined || asset.type === search.type) &&
    // Without a visibility all but the locked ones.
    (search.visibility === undefined
      ? asset.visibility !== 'locked'
      : asset.visibility === search.visibility) &&
    (search.isOffline === undefined || asset.isOffline === search.isOffline) &&
    (search.withDeleted === true || asset.deletedAt === null)
  );
}

function inAlbums(asset: StandInAsset, { albumIds }: Search, state: StandInState): boolean {
  return (
    albumIds === undefined ||
    albumIds.some((id) => state.albums.get(id)?.assetIds.has(asset.id) === true)
  );
}
