import { personAlbumKey } from './album-rules.ts';
import type { CollectionLink, MemberLink } from './links.ts';
import type { OwnerContext } from './owner-context.ts';

/**
 * Two of our collections may be one album in Immich: a rule's and a person's of the same name. This
 * asset's places in the album `immichId` under other keys.
 */
export async function otherPlaces(
  { links }: OwnerContext,
  { group, id }: Pick<MemberLink, 'group' | 'id'>,
  immichId: string,
): Promise<MemberLink[]> {
  const places: MemberLink[] = [];
  for (const member of await links.find('member', { id })) {
    if (member.group === group) continue;
    if ((await links.collection(member.group))?.immichId === immichId) places.push(member);
  }
  return places;
}

/** Whether another of our collections is the same in Immich. */
export async function isShared(
  { links }: OwnerContext,
  { immichId }: CollectionLink,
): Promise<boolean> {
  return immichId !== null && (await links.find('collection', { immichId })).length > 1;
}

/**
 * The album of a person who was merged into another is the other's, who has none yet: it keeps its
 * photos, and what a user took out of it stays out. Safe to do again after a crash in between.
 */
export async function inheritAlbum(
  { links }: OwnerContext,
  fromId: string,
  intoId: string,
): Promise<void> {
  const [from, into] = [personAlbumKey(fromId), personAlbumKey(intoId)];
  const old = await links.collection(from);
  const heir = await links.collection(into);
  if (old === undefined || (heir !== undefined && heir.immichId !== old.immichId)) return;
  await links.write({ ...old, id: into });
  for await (const member of links.all('member', { group: from })) {
    await links.write({ ...member, group: into });
    await links.remove(member);
  }
  await links.remove(old);
}
