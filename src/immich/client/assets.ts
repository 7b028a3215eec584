import { z } from 'zod';

import type { ImmichApi, SavedFile } from './immich-api.ts';
import { readPictureSize, type PictureSize } from './picture-size.ts';

/** What the worker needs of Immich's AssetResponseDto; the fields are in 2.7.5 to 3.2. */
export const ImmichAsset = z.object({
  id: z.string(),
  ownerId: z.string(),
  type: z.string(),
  /** SHA-1 of the original, base64; a replaced original has another. */
  checksum: z.string(),
  /** Null until the preview was made. */
  thumbhash: z.string().nullish(),
  originalPath: z.string(),
  visibility: z.string().default('timeline'),
  isTrashed: z.boolean().default(false),
  isOffline: z.boolean().default(false),
  exifInfo: z.object({ orientation: z.string().nullish() }).nullish(),
  /** Cropped or turned in Immich (3.x); faces then lie on the edited preview. */
  isEdited: z.boolean().default(false),
  /** When it was taken, by the clock of the place, written as if that were UTC. */
  localDateTime: z.string().nullish(),
  fileCreatedAt: z.string().nullish(),
  /** The file's own time of change. */
  fileModifiedAt: z.string().nullish(),
  /** Of an external library; null for uploads. */
  libraryId: z.string().nullish(),
  createdAt: z.string().optional(),
  updatedAt: z.string(),
});
export type ImmichAsset = z.infer<typeof ImmichAsset>;

/** `GET /assets/:id` (asset.read). */
export function getAsset(
  api: ImmichApi,
  assetId: string,
  signal?: AbortSignal,
): Promise<ImmichAsset> {
  return api.json({ path: `/assets/${encodeURIComponent(assetId)}`, signal }, ImmichAsset);
}

/**
 * `GET /assets/:id/thumbnail?size=preview` (asset.view) into a new file. Rejects with ASSET_GONE,
 * also while the preview is still to be made (`details.status` is 404 then).
 */
export function savePreview(
  api: ImmichApi,
  asset: { readonly id: string; readonly isEdited: boolean },
  file: { readonly path: string; readonly maxBytes: number },
  signal?: AbortSignal,
): Promise<SavedFile> {
  const query = { size: 'preview', ...(asset.isEdited ? { edited: true } : {}) };
  return api.save({ path: previewOf(asset.id), query, signal }, file);
}

/** What stands before the size: a profile and some notes, a few kilobytes. */
const HEADER_BYTES = 64 * 1024;

/**
 * The size of the preview that Immich itself looks at, which an edit leaves as it was: of the file's
 * beginning (asset.view). Null when that does not tell; ASSET_GONE while there is no preview.
 */
export async function getPreviewSize(api: ImmichApi, assetId: string): Promise<PictureSize | null> {
  const request = { path: previewOf(assetId), query: { size: 'preview' } };
  return readPictureSize(await api.beginning(request, HEADER_BYTES));
}

function previewOf(assetId: string): string {
  return `/assets/${encodeURIComponent(assetId)}/thumbnail`;
}
