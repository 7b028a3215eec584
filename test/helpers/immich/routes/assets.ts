import { z } from 'zod';

import type { Routes } from '../context.ts';
import { IdParam, ImmichRefusal, parse } from '../errors.ts';
import type { StandInAsset, StandInState } from '../state.ts';
import { tagDto } from './tags.ts';

const Truth = z.enum(['true', 'false']).transform((text) => text === 'true');
const ThumbnailQuery = z.object({
  size: z.enum(['thumbnail', 'preview', 'fullsize']).default('thumbnail'),
  edited: Truth.default(false),
});

/** Assets: info, preview and original (facts, section 3 and 2.1). */
export const assetRoutes: Routes = (app, { state, login }) => {
  app.get('/assets/:id', (request) => {
    const user = login(request, 'asset.read');
    const { id } = parse(IdParam, request.params);
    return detailDto(state.assetOf(user, id, { partners: true }), state);
  });
  app.get('/assets/:id/thumbnail', (request, reply) => {
    const user = login(request, 'asset.view');
    const { id } = parse(IdParam, request.params);
    const { edited } = parse(ThumbnailQuery, request.query);
    const asset = state.assetOf(user, id, { permission: 'asset.view', partners: true });
    const bytes = edited && asset.isEdited ? asset.editedPreview : asset.preview;
    // [RUN] 404 until the preview was generated.
    if (bytes === null) throw new ImmichRefusal(404, 'Asset media not found');
    void reply.type('image/jpeg').header('accept-ranges', 'bytes');
    // What serves Immich's files knows ranges, of which the worker asks for the first bytes.
    const last = /^bytes=0-(?<last>\d+)$/.exec(request.headers.range ?? '')?.groups?.['last'];
    if (last === undefined) return reply.send(bytes);
    const part = bytes.subarray(0, Number(last) + 1);
    const range = `bytes 0-${part.length - 1}/${bytes.length}`;
    return reply.code(206).header('content-range', range).send(part);
  });
  app.get('/assets/:id/original', (request, reply) => {
    const user = login(request, 'asset.download');
    const { id } = parse(IdParam, request.params);
    const asset = state.assetOf(user, id, { permission: 'asset.download', partners: true });
    return reply.type('image/jpeg').send(asset.original);
  });
};

/** What `GET /assets/:id` says besides; a search leaves it out unless it is asked for. */
function detailDto(asset: StandInAsset, state: StandInState): Record<string, unknown> {
  const faces = [...state.faces.values()].filter(({ assetId }) => assetId === asset.id);
  const people = new Set(faces.flatMap(({ personId }) => (personId === null ? [] : [personId])));
  return {
    ...assetDto(asset),
    exifInfo: { orientation: asset.orientation, make: null },
    people: [...people].map((id) => ({ id, name: state.people.get(id)?.name ?? '' })),
    tags: [...state.tags.values()].filter(({ assetIds }) => assetIds.has(asset.id)).map(tagDto),
  };
}

/** AssetResponseDto, with fields that the worker does not know. */
export function assetDto(asset: StandInAsset): Record<string, unknown> {
  return {
    id: asset.id,
    ownerId: asset.ownerId,
    libraryId: asset.libraryId,
    type: asset.type,
    visibility: asset.visibility,
    isArchived: asset.visibility === 'archive',
    isFavorite: false,
    isTrashed: asset.deletedAt !== null,
    isOffline: asset.isOffline,
    isEdited: asset.isEdited,
    checksum: asset.checksum,
    thumbhash: asset.thumbhash,
    originalPath: asset.originalPath,
    originalFileName: asset.originalFileName,
    originalMimeType: 'image/jpeg',
    fileCreatedAt: asset.fileCreatedAt.toISOString(),
    fileModifiedAt: asset.fileCreatedAt.toISOString(),
    localDateTime: asset.fileCreatedAt.toISOString(),
    createdAt: asset.createdAt.toISOString(),
    updatedAt: asset.updatedAt.toISOString(),
    width: asset.width,
    height: asset.height,
    somethingNewer: true,
  };
}
