import { listTags, type ImmichTag } from '../client/tags.ts';
import { TAG_ROOT } from './album-rules.ts';
import { mayAll, type OwnerContext } from './owner-context.ts';

/** Names the tag above all of ours among the collections. */
export const ROOT_KEY = `tag:${TAG_ROOT}`;

/**
 * To be called before a tag of ours is made, with which Immich makes the one above it: writes down
 * that this will be the worker's too, unless it is there already. A key that may not read tags
 * cannot tell, and leaves it to the user.
 */
export async function claimRoot(context: OwnerContext): Promise<void> {
  const { api, links, ownerId } = context;
  if (!mayAll(context, 'tag.read') || (await links.collection(ROOT_KEY)) !== undefined) return;
  if ((await listTags(api)).some(({ value }) => value === TAG_ROOT)) return;
  await links.write({
    ...{ ownerId, kind: 'collection', group: '', id: ROOT_KEY },
    ...{ immichId: null, immichPersonId: null },
    details: { origin: 'created', state: 'linked', name: TAG_ROOT },
  });
}

/** Which tag it is, by one that was made below it. */
export async function noteRoot({ links }: OwnerContext, { parentId }: ImmichTag): Promise<void> {
  const link = await links.collection(ROOT_KEY);
  if (link === undefined || parentId == null || link.immichId === parentId) return;
  await links.write({ ...link, immichId: parentId });
}

/** Whether tags are below it, which would go with it; so it is where nobody can tell. */
export async function hasTagsBelow(context: OwnerContext): Promise<boolean> {
  if (!mayAll(context, 'tag.read')) return true;
  return (await listTags(context.api)).some(({ value }) => value.startsWith(`${TAG_ROOT}/`));
}
