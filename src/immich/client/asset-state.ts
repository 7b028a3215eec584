import { z } from 'zod';

import type { ImmichApi } from './immich-api.ts';

/** What writing needs to know of an asset. */
export const AssetState = z.object({
  id: z.string(),
  ownerId: z.string(),
  isTrashed: z.boolean().default(false),
  /** Cropped or turned: faces that lie outside are not listed, and are still there. */
  isEdited: z.boolean().default(false),
  visibility: z.string().default('timeline'),
  createdAt: z.string().optional(),
  updatedAt: z.string().optional(),
  /** Null until the preview is made. */
  thumbhash: z.string().nullish(),
  /** Of the upright picture; 0 or missing until Immich has read it. */
  width: z.number().nullish(),
  height: z.number().nullish(),
  /** Undefined: this server does not say. */
  tags: z.array(z.object({ id: z.string(), value: z.string() })).optional(),
});
export type AssetState = z.infer<typeof AssetState>;

/** `GET /assets/:id` (asset.read). */
export function getAssetState(api: ImmichApi, assetId: string): Promise<AssetState> {
  return api.json({ path: `/assets/${encodeURIComponent(assetId)}` }, AssetState);
}
