import { z } from 'zod';

import type { ImmichApi } from './immich-api.ts';

/** What the worker needs of AlbumResponseDto; from 3.0 on it does not list the assets. */
const Album = z.object({
  id: z.string(),
  ownerId: z.string().optional(),
  albumName: z.string(),
  description: z.string().default(''),
  assetCount: z.number().optional(),
});
export type ImmichAlbum = z.infer<typeof Album>;

const pathOf = (albumId: string): string => `/albums/${encodeURIComponent(albumId)}`;

/** `GET /albums` (album.read): all albums that the user sees, or those that hold an asset. */
export function listAlbums(api: ImmichApi, assetId?: string): Promise<ImmichAlbum[]> {
  const query = assetId === undefined ? {} : { assetId };
  return api.json({ path: '/albums', query }, z.array(Album));
}

/** `GET /albums/:id` (album.read). */
export function getAlbum(api: ImmichApi, albumId: string): Promise<ImmichAlbum> {
  return api.json({ path: pathOf(albumId) }, Album);
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
export function addToAlbum(api: ImmichApi, albumId: string, assetId: string): Promise<void> {
  return api.done({ method: 'PUT', path: `${pathOf(albumId)}/assets`, body: { ids: [assetId] } });
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
