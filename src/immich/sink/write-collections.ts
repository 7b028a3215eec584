import { messageOf, WorkerError } from '../../errors.ts';
import {
  addToAlbum,
  createAlbum,
  deleteAlbum,
  getAlbum,
  listAlbums,
  removeFromAlbum,
  renameAlbum,
} from '../client/albums.ts';
import type { AssetState } from '../client/asset-state.ts';
import { searchAssets } from '../client/search-assets.ts';
import { deleteTag, tagAsset, untagAsset, upsertTag } from '../client/tags.ts';
import {
  albumsFor,
  albumsNamedAfter,
  tagsFor,
  type Collection,
  type NamedPerson,
} from './album-rules.ts';
import type { CollectionLink, MemberLink } from './links.ts';
import { mayAll, unlessGone, type OwnerContext } from './owner-context.ts';
import { planMembers, type MemberStep } from './plan-members.ts';
import { isShared, otherPlaces } from './same-collection.ts';
import { claimRoot, hasTagsBelow, noteRoot, ROOT_KEY } from './tag-root.ts';

/** Tells the worker's albums from a user's of the same name. */
const DESCRIPTION = 'Kept up to date by immich-face-worker';

/** Brings one photo into its tags and albums, and out of those where it does not belong any more. */
export async function writeCollectionsOfPhoto(
  context: OwnerContext,
  assetId: string,
  asset: () => Promise<AssetState>,
): Promise<void> {
  const { links, settings, ours, ownerId } = context;
  const recorded = await links.find('member', { id: assetId });
  const people = await namedPeopleOn(context, assetId);
  if (settings.tags && mayAll(context, 'tag.create', 'tag.asset')) {
    const mine = recorded.filter(({ group }) => isTag(group));
    const desired = tagsFor(people);
    if (mine.length + desired.length > 0) {
      const values = (await asset()).tags?.map(({ value }) => `tag:${value}`);
      // A server that does not say is believed to have what was written.
      const there = values ?? mine.filter(isThere).map(({ group }) => group);
      await carryOut(
        context,
        planMembers(desired, mine, (key) => there.includes(key)),
        assetId,
      );
    }
  }
  if (settings.albums && mayAll(context, ...ALBUM_PERMISSIONS)) {
    const mine = recorded.filter(({ group }) => !isTag(group));
    const desired = albumsFor(people, settings.albumRules, {
      ownerId,
      known: await ours.peopleOf(ownerId),
    });
    if (mine.length + desired.length > 0) {
      const there = await albumsWith(context, assetId, [
        ...desired.map(({ key }) => key),
        ...mine.map(({ group }) => group),
      ]);
      await carryOut(
        context,
        planMembers(desired, mine, (key) => there.has(key)),
        assetId,
      );
    }
  }
}

export const ALBUM_PERMISSIONS = ['album.create', 'album.read', 'albumAsset.create'] as const;

function isThere({ details }: MemberLink): boolean {
  return details.state === 'added';
}

export function isTag(key: string): boolean {
  return key.startsWith('tag:');
}

/** Those with a name who are not hidden. */
async function namedPeopleOn(
  { ours, ownerId }: OwnerContext,
  assetId: string,
): Promise<NamedPerson[]> {
  const photo = await ours.photoOf(ownerId, assetId);
  const people = await ours.peopleOf(ownerId);
  const ids = new Set((photo?.faces ?? []).map(({ personId }) => personId));
  return [...ids].flatMap((personId) => {
    if (personId === null) return [];
    const { name, hidden, deleted } = people.stateOf(personId);
    return name === null || hidden || deleted ? [] : [{ personId, name }];
  });
}

/** Of the collections named, those albums that hold the asset. */
async function albumsWith(
  { api, links }: OwnerContext,
  assetId: string,
  keys: readonly string[],
): Promise<Set<string>> {
  const ids = new Set((await listAlbums(api, assetId)).map(({ id }) => id));
  const there = new Set<string>();
  for (const key of new Set(keys)) {
    const immichId = (await links.collection(key))?.immichId ?? null;
    if (immichId !== null && ids.has(immichId)) there.add(key);
  }
  return there;
}

async function carryOut(
  context: OwnerContext,
  steps: readonly MemberStep[],
  assetId: string,
): Promise<void> {
  const { links } = context;
  for (const step of steps) {
    switch (step.kind) {
      case 'add':
        await add(context, step.collection, assetId);
        break;
      case 'remove':
        await removeMember(context, step.link);
        await withdrawEmptyCollection(context, step.link.group);
        break;
      case 'note':
        await links.write({ ...step.link, details: { state: 'added' } });
        break;
      case 'decline':
        await links.write({ ...step.link, details: { state: 'declined' } });
        break;
      case 'forget':
        await links.remove(step.link);
        break;
    }
  }
}

async function add(context: OwnerContext, collection: Collection, assetId: string): Promise<void> {
  const { links, api, ownerId } = context;
  const { key, kind } = collection;
  const member = { ownerId, kind: 'member', group: key, id: assetId, immichId: null } as const;
  const link = { ...member, immichPersonId: null };
  const put = kind === 'tag' ? tagAsset : addToAlbum;
  for (let attempt = 0; attempt < 2; attempt++) {
    const immichId = await ensureCollection(context, collection);
    if (immichId === null) return;
    const places = await otherPlaces(context, link, immichId);
    if (places.some(({ details }) => details.state === 'declined')) {
      return links.write({ ...link, details: { state: 'declined' } });
    }
    await links.write({ ...link, details: { state: 'adding' } });
    const outcome = await unlessGone(put(api, immichId, assetId));
    if (outcome === 'done' || outcome === 'already') {
      return links.write({ ...link, details: { state: 'added' } });
    }
    await links.remove(link);
    // The asset is gone, and the collection is there.
    if (outcome === 'gone') return;
    await collectionIsGone(context, key);
  }
}

/** An empty tag was cleaned up by Immich and is made again; what held photos a user has deleted. */
async function collectionIsGone({ links, log }: OwnerContext, key: string): Promise<void> {
  const link = await links.collection(key);
  if (link === undefined) return;
  const members = await links.find('member', { group: key });
  if (!members.some(isThere)) return links.remove(link);
  await links.write({ ...link, details: { ...link.details, state: 'gone' } });
  log.warn(
    { ownerId: link.ownerId, collection: link.details.name },
    "a tag or album was deleted in Immich and is not made again; 'immich-face-worker immich repair' brings it back",
  );
}

function ensureCollection(context: OwnerContext, collection: Collection): Promise<string | null> {
  const { links, mutex, ownerId } = context;
  const { key, kind, name } = collection;
  return mutex.run(`collections ${ownerId}`, async () => {
    const known = await links.collection(key);
    if (known?.details.state === 'gone') return null;
    if (known?.immichId != null) return known.immichId;
    const made = kind === 'tag' ? await makeTag(context, name) : await makeAlbum(context, name);
    if (made === null) return null;
    const { immichId, origin } = made;
    await links.write({
      ...{ ownerId, kind: 'collection', group: '', id: key, immichId, immichPersonId: null },
      details: { origin, state: 'linked', name },
    });
    return immichId;
  });
}

type Made = { readonly immichId: string; readonly origin: 'created' | 'adopted' } | null;

async function makeTag(context: OwnerContext, value: string): Promise<Made> {
  await claimRoot(context);
  const tag = await upsertTag(context.api, value);
  if (tag === undefined) return null;
  await noteRoot(context, tag);
  return { immichId: tag.id, origin: 'created' };
}

/** A user's own album of the name is used, and so is one that was made before a crash. */
async function makeAlbum({ api, ownerId }: OwnerContext, name: string): Promise<Made> {
  const sameName = (await listAlbums(api)).filter(
    (album) => album.albumName === name && album.ownerId === ownerId,
  );
  const ours = sameName.find(({ description }) => description === DESCRIPTION);
  if (ours !== undefined) return { immichId: ours.id, origin: 'created' };
  const [theirs] = sameName;
  if (theirs !== undefined) return { immichId: theirs.id, origin: 'adopted' };
  const created = await createAlbum(api, { albumName: name, description: DESCRIPTION });
  return { immichId: created.id, origin: 'created' };
}

/** Albums that are called as a person is follow the person's name, unless a user has given them another. */
export async function renameAlbumsOf(context: OwnerContext, personId: string): Promise<void> {
  const { ours, ownerId, settings } = context;
  const known = await ours.peopleOf(ownerId);
  const { name } = known.stateOf(personId);
  if (name === null) return;
  for (const key of albumsNamedAfter(personId, settings.albumRules, { ownerId, known })) {
    await renameAlbumTo(context, key, name);
  }
}

async function renameAlbumTo(context: OwnerContext, key: string, name: string): Promise<void> {
  const { links, api, mutex, ownerId, log } = context;
  if (!mayAll(context, 'album.update')) return;
  await mutex.run(`collections ${ownerId}`, async () => {
    const link = await links.collection(key);
    if (link?.immichId == null || link.details.state !== 'linked') return;
    // A user's own album keeps its name.
    if (link.details.origin === 'adopted' || link.details.name === name) return;
    const album = await unlessGone(getAlbum(api, link.immichId));
    if (album?.albumName === link.details.name) {
      await renameAlbum(api, link.immichId, name).catch((error: unknown) => {
        if (!(error instanceof WorkerError) || error.retryable) throw error;
        log.warn({ ownerId, reason: messageOf(error) }, 'an album keeps its old name');
      });
    }
    await links.write({ ...link, details: { ...link.details, name } });
  });
}

/** Takes out a photo that the worker put in; false: the key may not, and it is still there. */
export async function removeMember(context: OwnerContext, link: MemberLink): Promise<boolean> {
  const { links, api } = context;
  if (!mayAll(context, isTag(link.group) ? 'tag.asset' : 'albumAsset.delete')) return false;
  const immichId = (await links.collection(link.group))?.immichId ?? null;
  const takeOut = isTag(link.group) ? untagAsset : removeFromAlbum;
  if (immichId !== null && !(await isHeldElsewhere(context, link, immichId))) {
    await unlessGone(takeOut(api, immichId, link.id));
  }
  await links.remove(link);
  return true;
}

async function isHeldElsewhere(
  context: OwnerContext,
  link: MemberLink,
  immichId: string,
): Promise<boolean> {
  const places = await otherPlaces(context, link, immichId);
  return places.some(({ details }) => details.state !== 'declined');
}

/** Deletes a tag or an album that the worker made, when nothing is in it any more. */
export async function withdrawEmptyCollection(context: OwnerContext, key: string): Promise<void> {
  const { links, mutex, ownerId } = context;
  await mutex.run(`collections ${ownerId}`, async () => {
    const link = await links.collection(key);
    if (link?.immichId == null || link.details.state === 'gone') return;
    const [member] = await links.find('member', { group: key }, { after: null, limit: 1 });
    if (member !== undefined) return;
    const isOnlyOurs = link.details.origin === 'created' && !(await isShared(context, link));
    if (isOnlyOurs && !(await deleteWhenEmpty(context, link))) return;
    await links.remove(link);
  });
}

/** Whether it is gone. */
async function deleteWhenEmpty(context: OwnerContext, link: CollectionLink): Promise<boolean> {
  const { api } = context;
  const immichId = link.immichId ?? '';
  const isOfTag = isTag(link.id);
  const permissions = isOfTag ? ['tag.delete'] : ['album.delete', 'album.read'];
  if (!mayAll(context, ...permissions)) return false;
  if (isOfTag ? await isAbove(context, link) : await isKept(context, link)) return false;
  const which = isOfTag ? { tagIds: [immichId] } : { albumIds: [immichId] };
  const search = { ...which, withDeleted: true, order: 'asc', size: 1, page: 1 } as const;
  const found = await unlessGone(searchAssets(api, search));
  if (found !== null && found.assets.length > 0) return false;
  await unlessGone((isOfTag ? deleteTag : deleteAlbum)(api, immichId));
  return true;
}

async function isAbove(context: OwnerContext, { id }: CollectionLink): Promise<boolean> {
  return id === ROOT_KEY && hasTagsBelow(context);
}

/**
 * An album that a user has shared or given another name, or that holds anything: others put theirs
 * into one that is shared with them, of which a search may not tell.
 */
async function isKept(
  { api }: OwnerContext,
  { immichId, details }: CollectionLink,
): Promise<boolean> {
  const album = await unlessGone(getAlbum(api, immichId ?? ''));
  if (album === null) return false;
  return album.isShared || album.albumName !== details.name || album.assetCount > 0;
}
