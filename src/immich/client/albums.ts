import { z } from 'zod';

import { BulkResults, outcomeOf, type BulkOutcome } from './bulk-result.ts';
import type { ImmichApi } from './immich-api.ts';

/**
 * What the worker needs of AlbumResponseDto. Before 3.0 it names its owner and lists the assets;
 * since then the owner is one of the album's users, and there are no assets.
 */
const Album = z
  .object({
    id: z.string(),
    ownerId: z.string().optional(),
    albumUsers: z
      .array(z.object({ role: z.string(), user: z.object({ id: z.string() }) }))
      .default([]),
    albumName: z.string(),
    description: z.string().nullish(),
    assetCount: z.number().default(0),
    hasSharedLink: z.boolean().default(false),
  })
  .transform(({ ownerId, albumUsers, hasSharedLink, description, ...album }) => ({
    ...album,
    description: description ?? '',
    /** Null: this server does not say. */
    ownerId: ownerId ?? albumUsers.find(({ role }) => role === 'owner')?.user.id ?? null,
    /** With other users, or with whoever has a link. */
    isShared: hasSharedLink || albumUsers.some(({ role }) => role !== 'owner'),
  }));
export type ImmichAlbum = z.infer<typeof Album>;

const pathOf = (albumId: string): string => `/albums/${encodeURIComponent(albumId)}`;

/**
 * `GET /albums` (album.read): all albums that the user sees, or those that hold an asset. Since 3.0
 * there are those among them that others share.
 */
export function listAlbums(api: ImmichApi, assetId?: string): Promise<ImmichAlbum[]> {
  const query = assetId === undefined ? {} : { assetId };
  return api.json({ path: '/albums', query }, z.array(Album));
}

/** `GET /albums/:id` (album.read). */
export function getAlbum(api: ImmichApi, albumId: string): Promise<ImmichAlbum> {
  // Before 3.0 all assets of the album would come with it.
  return api.json({ path: pathOf(albumId), query: { withoutAssets: true } }, Album);
}

/** `POST /albums` (album.create): each call makes another one. */
export function createAlbum(
  api: ImmichApi,
  body: { readonly albumName: string; readonly description: string },
): Promise<ImmichAlbum> {
  return api.json({ method: 'POST', path: '/albums', body }, Album);
}

/** `PATCH /albums/:id` (album.update). */
export function renameAlbum(api: ImmichApi, albumId: string, albumName: string): Promise<void> {
  return api.done({ method: 'PATCH', path: pathOf(albumId), body: { albumName } });
}

/** `PUT /albums/:id/assets` (albumAsset.create); a second time changes nothing. */
export async function addToAlbum(
  api: ImmichApi,
  albumId: string,
  assetId: string,
): Promise<BulkOutcome> {
  const path = `${pathOf(albumId)}/assets`;
  const request = { method: 'PUT', path, body: { ids: [assetId] } } as const;
  return outcomeOf(await api.json(request, BulkResults), 'put an asset into an album');
}

/** `DELETE /albums/:id/assets` (albumAsset.delete). */
export function removeFromAlbum(api: ImmichApi, albumId: string, assetId: string): Promise<void> {
  const body = { ids: [assetId] };
  return api.done({ method: 'DELETE', path: `${pathOf(albumId)}/assets`, body });
}

/** `DELETE /albums/:id` (album.delete). */
export function deleteAlbum(api: ImmichApi, albumId: string): Promise<void> {
  return api.done({ method: 'DELETE', path: pathOf(albumId) });
}
