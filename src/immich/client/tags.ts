import { z } from 'zod';

import type { ImmichApi } from './immich-api.ts';

const Tag = z.object({ id: z.string(), value: z.string() });
export type ImmichTag = z.infer<typeof Tag>;

const pathOf = (tagId: string): string => `/tags/${encodeURIComponent(tagId)}`;

/** `PUT /tags` (tag.create): the tag of this path, made with its parents where it is not there. */
export async function upsertTag(api: ImmichApi, value: string): Promise<ImmichTag | undefined> {
  const body = { tags: [value] };
  const tags = await api.json({ method: 'PUT', path: '/tags', body }, z.array(Tag));
  return tags.at(-1);
}

/** `PUT /tags/:id/assets` (tag.asset); a second time changes nothing. */
export function tagAsset(api: ImmichApi, tagId: string, assetId: string): Promise<void> {
  return api.done({ method: 'PUT', path: `${pathOf(tagId)}/assets`, body: { ids: [assetId] } });
}

/** `DELETE /tags/:id/assets` (tag.asset). */
export function untagAsset(api: ImmichApi, tagId: string, assetId: string): Promise<void> {
  return api.done({ method: 'DELETE', path: `${pathOf(tagId)}/assets`, body: { ids: [assetId] } });
}

/** `DELETE /tags/:id` (tag.delete). */
export function deleteTag(api: ImmichApi, tagId: string): Promise<void> {
  return api.done({ method: 'DELETE', path: pathOf(tagId) });
}
