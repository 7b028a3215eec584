import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { Routes } from '../context.ts';
import { IdParam, ImmichRefusal, noAccess, parse, Uuid } from '../errors.ts';
import type { StandInAlbum, StandInState, StandInUser } from '../state.ts';

const Create = z.object({
  albumName: z.string().min(1),
  description: z.string().default(''),
  assetIds: z.array(Uuid).default([]),
});
const Update = z.object({ albumName: z.string().optional(), description: z.string().optional() });
const Ids = z.object({ ids: z.array(Uuid) });
const List = z.object({ assetId: Uuid.optional() });

/** Albums; from 3.0 on their DTO has no assets (facts, section 3). */
export const albumsRoutes: Routes = (app, { state, login }) => {
  app.get('/albums', (request) => {
    const user = login(request, 'album.read');
    const { assetId } = parse(List, request.query);
    return [...state.albums.values()]
      .filter((album) => isListed(album, user, { assetId, isOld: state.isOld }))
      .map((album) => albumDto(album, state));
  });
  app.post('/albums', (request, reply) => {
    const user = login(request, 'album.create');
    const { albumName, description, assetIds } = parse(Create, request.body);
    const album = { id: randomUUID(), ownerId: user.id, albumName, description };
    state.albums.set(album.id, { ...album, assetIds: new Set(assetIds) });
    return reply.code(201).send(albumDto(albumOf(state, user, album.id, 'album.read'), state));
  });
  app.get('/albums/:id', (request) => {
    const user = login(request, 'album.read');
    const album = albumOf(state, user, parse(IdParam, request.params).id, 'album.read');
    return albumDto(album, state);
  });
  app.patch('/albums/:id', (request) => {
    const user = login(request, 'album.update');
    const album = albumOf(state, user, parse(IdParam, request.params).id, 'album.update');
    Object.assign(album, parse(Update, request.body));
    return albumDto(album, state);
  });
  app.delete('/albums/:id', (request, reply) => {
    const user = login(request, 'album.delete');
    state.albums.delete(albumOf(state, user, parse(IdParam, request.params).id, 'album.delete').id);
    return reply.code(204).send();
  });
  app.put('/albums/:id/assets', (request) => {
    const user = login(request, 'albumAsset.create');
    const id = parse(IdParam, request.params).id;
    // Here alone the album is looked for before it is asked whose it is (addAssets in
    // server/src/services/album.service.ts at immich 8722ba38 and 010ed2cd).
    if (!state.albums.has(id)) throw new ImmichRefusal(400, 'Album not found');
    const album = albumOf(state, user, id, 'albumAsset.create');
    return parse(Ids, request.body).ids.map((assetId) => {
      if (album.assetIds.has(assetId)) return { id: assetId, success: false, error: 'duplicate' };
      if (!state.mayShare(user, assetId)) {
        return { id: assetId, success: false, error: 'no_permission' };
      }
      album.assetIds.add(assetId);
      return { id: assetId, success: true };
    });
  });
  app.delete('/albums/:id/assets', (request) => {
    const user = login(request, 'albumAsset.delete');
    const id = parse(IdParam, request.params).id;
    const album = albumOf(state, user, id, 'albumAsset.delete');
    return parse(Ids, request.body).ids.map((assetId) => {
      const success = album.assetIds.delete(assetId);
      return success ? { id: assetId, success } : { id: assetId, success, error: 'not_found' };
    });
  });
};

/** Before 3.0 only one's own, unless it is asked for those of an asset. */
function isListed(
  album: StandInAlbum,
  user: StandInUser,
  { assetId, isOld }: { readonly assetId: string | undefined; readonly isOld: boolean },
): boolean {
  if (assetId !== undefined && !album.assetIds.has(assetId)) return false;
  const isShared = album.sharedWith?.has(user.id) === true && (!isOld || assetId !== undefined);
  return album.ownerId === user.id || isShared;
}

/** A user's own, or one that may be read since it is shared; else 400. */
export function albumOf(
  state: StandInState,
  user: StandInUser,
  id: string,
  permission: string,
): StandInAlbum {
  const album = state.albums.get(id);
  const mayRead = permission === 'album.read' && album?.sharedWith?.has(user.id) === true;
  if (album === undefined || (album.ownerId !== user.id && !mayRead)) throw noAccess(permission);
  return album;
}

/** Since 3.0 the owner is the first of the album's users, and there is no `ownerId`. */
function albumDto(album: StandInAlbum, state: StandInState): Record<string, unknown> {
  const { id, ownerId, albumName, description, assetIds, sharedWith = [] } = album;
  const times = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };
  const editors = [...sharedWith].map((userId) => ({ user: { id: userId }, role: 'editor' }));
  const owner = { user: { id: ownerId }, role: 'owner' };
  return {
    ...{ id, albumName, description, shared: editors.length > 0, ...times },
    hasSharedLink: album.hasSharedLink === true,
    // Those in the trash are not counted.
    assetCount: [...assetIds].filter((one) => state.assets.get(one)?.deletedAt === null).length,
    ...(state.isOld ? { ownerId, albumUsers: editors } : { albumUsers: [owner, ...editors] }),
  };
}
