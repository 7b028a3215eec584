import { z } from 'zod';

import { BulkResults, outcomeOf, type BulkOutcome } from './bulk-result.ts';
import type { ImmichApi } from './immich-api.ts';

const Tag = z.object({ id: z.string(), value: z.string(), parentId: z.string().nullish() });
export type ImmichTag = z.infer<typeof Tag>;

const pathOf = (tagId: string): string => `/tags/${encodeURIComponent(tagId)}`;

/** `GET /tags` (tag.read): all of the user's. */
export function listTags(api: ImmichApi): Promise<ImmichTag[]> {
  return api.json({ path: '/tags' }, z.array(Tag));
}

/** `PUT /tags` (tag.create): the tag of this path, made with its parents where it is not there. */
export async function upsertTag(api: ImmichApi, value: string): Promise<ImmichTag | undefined> {
  const body = { tags: [value] };
  const tags = await api.json({ method: 'PUT', path: '/tags', body }, z.array(Tag));
  return tags.at(-1);
}

/** `PUT /tags/:id/assets` (tag.asset); a second time changes nothing. */
export async function tagAsset(
  api: ImmichApi,
  tagId: string,
  assetId: string,
): Promise<BulkOutcome> {
  const path = `${pathOf(tagId)}/assets`;
  const request = { method: 'PUT', path, body: { ids: [assetId] } } as const;
  return outcomeOf(await api.json(request, BulkResults), 'tag an asset');
}

/** `DELETE /tags/:id/assets` (tag.asset). */
export function untagAsset(api: ImmichApi, tagId: string, assetId: string): Promise<void> {
  return api.done({ method: 'DELETE', path: `${pathOf(tagId)}/assets`, body: { ids: [assetId] } });
}

/** `DELETE /tags/:id` (tag.delete). */
export function deleteTag(api: ImmichApi, tagId: string): Promise<void> {
  return api.done({ method: 'DELETE', path: pathOf(tagId) });
}
