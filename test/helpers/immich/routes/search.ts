import { z } from 'zod';

import type { Routes } from '../context.ts';
import { parse, Uuid } from '../errors.ts';
import type { StandInAsset, StandInState, StandInUser } from '../state.ts';
import { albumOf } from './albums.ts';
import { assetDto } from './assets.ts';
import { facesOf } from './faces.ts';

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
  tagIds: z.array(Uuid).optional(),
  personIds: z.array(Uuid).optional(),
  size: z.int().min(1).max(1000).default(250),
  page: z.int().min(1).default(1),
  order: z.enum(['asc', 'desc']).default('desc'),
});
type Search = z.infer<typeof Search>;

/** `POST /search/metadata` (facts, 2.3): capture order, offset pages, inclusive times. */
export const searchRoutes: Routes = (app, { state, login }) => {
  // Page after page of a great library would otherwise be sorted anew each time. A first page is
  // always found anew: whose faces are whose is not counted among the changes.
  let last: { readonly key: string; readonly found: StandInAsset[] } | undefined;
  const findOnce = (user: StandInUser, search: Search): StandInAsset[] => {
    const which = { ...search, page: 0 };
    const key = JSON.stringify([state.changes, user.id, [...user.partners], which]);
    if (search.page === 1 || last?.key !== key) last = { key, found: find(state, user, search) };
    return last.found;
  };
  app.post('/search/metadata', (request) => {
    const user = login(request, 'asset.read');
    const search = parse(Search, request.body);
    checkAlbums(search, user, state);
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
        items: items.map((asset) => assetDto(asset)),
        facets: [],
        nextPage,
      },
    };
  });
};

function find(state: StandInState, user: StandInUser, search: Search): StandInAsset[] {
  const sign = search.order === 'asc' ? 1 : -1;
  return [...state.assets.values()]
    .filter((asset) => isSearched(asset, user, search, state))
    .filter((asset) => isSeen(asset, search, state) && matches(asset, search))
    .filter((asset) => hasTagsAndPeople(asset, search, state))
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
    (search.isOffline === undefined || asset.isOffline === search.isOffline) &&
    (search.withDeleted === true || asset.deletedAt === null)
  );
}

/** Without a visibility all but the locked ones; before 3.0 those of the timeline alone. */
function isSeen(asset: StandInAsset, { visibility }: Search, { isOld }: StandInState): boolean {
  if (visibility !== undefined) return asset.visibility === visibility;
  return isOld ? asset.visibility === 'timeline' : asset.visibility !== 'locked';
}

/** The user's and their partners'; since 3.0 all that is in an album which the user sees. */
function isSearched(
  asset: StandInAsset,
  user: StandInUser,
  { albumIds = [] }: Search,
  state: StandInState,
): boolean {
  const mine = asset.ownerId === user.id || user.partners.has(asset.ownerId);
  if (albumIds.length === 0) return mine;
  const inAll = albumIds.every((id) => state.albums.get(id)?.assetIds.has(asset.id) === true);
  return inAll && (mine || !state.isOld);
}

/** Since 3.0 albums have to be the user's, or shared with them. */
function checkAlbums({ albumIds = [] }: Search, user: StandInUser, state: StandInState): void {
  if (!state.isOld) for (const id of albumIds) albumOf(state, user, id, 'album.read');
}

/** All of the people, and one of the tags. */
function hasTagsAndPeople(
  asset: StandInAsset,
  { tagIds, personIds = [] }: Search,
  state: StandInState,
): boolean {
  const people = new Set(facesOf(state, asset.id).map(({ personId }) => personId));
  return (
    personIds.every((id) => people.has(id)) &&
    (tagIds === undefined || tagIds.some((id) => hasTag(asset, id, state)))
  );
}

/** The tag, or one below it. */
function hasTag(asset: StandInAsset, tagId: string, state: StandInState): boolean {
  const value = state.tags.get(tagId)?.value;
  return [...state.tags.values()].some(
    (tag) => (tag.id === tagId || tag.value.startsWith(`${value}/`)) && tag.assetIds.has(asset.id),
  );
}
