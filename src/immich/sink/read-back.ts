import { getAssetState } from '../client/asset-state.ts';
import { listFaces } from '../client/faces.ts';
import { getPerson, listPeople, type ImmichPerson } from '../client/people.ts';
import { searchAssets } from '../client/search-assets.ts';
import { joinNamed } from './join-named.ts';
import type { FaceLink, PersonLink } from './links.ts';
import { mayAll, unlessGone, type OwnerContext } from './owner-context.ts';
import { judgeFaces, judgePerson, type FaceChange } from './judge-changes.ts';
import { takeOverFaces } from './take-over.ts';
import { withdrawEmptyCollection } from './write-collections.ts';
import {
  correctQuietly,
  markGone,
  movePersonOfFaces,
  syncPerson,
  withdrawEmptyPerson,
} from './write-people.ts';
import { TEMPORARY } from './write-faces.ts';

/** What a look at Immich has found. */
export interface ReadBack {
  readonly people: number;
  readonly merged: number;
  /** People whom a user named in Immich who turned out to be ours. */
  readonly joined: number;
  readonly gone: number;
  readonly movedFaces: number;
  readonly removedFaces: number;
  /** So much had changed that it was no user: nothing of it was taken over. */
  readonly distrusted: number;
}

export interface ReadBackOptions {
  readonly signal: AbortSignal;
  /** Writes a photo whose faces Immich has found anew. */
  readonly writePhoto: (assetId: string) => Promise<void>;
}

/** Faces of a deleted person that are looked at to learn where they went. */
const SAMPLE = 25;

/**
 * Looks at everything that stands in Immich for ours and takes over what its user has done: names,
 * hiding, merges, faces moved and removed. A few requests for each person: the listing, the photos
 * that Immich shows of the person, a thousand a request, and the faces of those that are missing.
 */
export async function readBack(context: OwnerContext, options: ReadBackOptions): Promise<ReadBack> {
  // Asked for with the first of ours: who writes tags alone may have no right to.
  let listed: Map<string, ImmichPerson> | null = null;
  const found = {
    people: 0,
    merged: 0,
    joined: 0,
    gone: 0,
    movedFaces: 0,
    removedFaces: 0,
    distrusted: 0,
  };
  const changes: FaceChange[] = [];
  let faces = 0;
  for await (const link of context.links.all('person')) {
    options.signal.throwIfAborted();
    if (!isLookedAt(link)) continue;
    found.people += 1;
    listed ??= await listById(context);
    const theirs = await personOf(context, link, listed);
    if (theirs === null) {
      found[await settleLost(context, link)] += 1;
      continue;
    }
    await syncPerson(context, link.id, theirs);
    const seen = await changedFacesOf(context, theirs.id);
    const whole = await wholeMove(context, link.id, seen);
    if (whole !== null) {
      await relink(context, link, whole);
      found.merged += 1;
      continue;
    }
    changes.push(...seen.changes);
    faces += seen.faces;
    // Its last face may have gone just before a worker ended.
    if (seen.faces === 0) await withdrawEmptyPerson(context, theirs.id);
  }
  if (context.settings.people && mayAll(context, 'person.read', 'face.read')) {
    listed ??= await listById(context);
    found.joined = await joinNamed(context, { listed: listed.values(), ...options });
  }
  for await (const { id } of context.links.all('collection')) {
    await withdrawEmptyCollection(context, id);
  }
  const taken = await takeOverFaces(context, { changes, faces, ...options });
  return { ...found, ...taken };
}

async function listById({ api }: OwnerContext): Promise<Map<string, ImmichPerson>> {
  return new Map((await listPeople(api)).map((person) => [person.id, person]));
}

function isLookedAt(link: PersonLink): boolean {
  return (
    link.details.state === 'linked' && link.immichId !== null && !link.id.startsWith(TEMPORARY)
  );
}

/** The listing leaves people out, so that those missing are asked for. */
async function personOf(
  { api }: OwnerContext,
  link: PersonLink,
  listed: ReadonlyMap<string, ImmichPerson>,
): Promise<ImmichPerson | null> {
  const immichId = link.immichId ?? '';
  return listed.get(immichId) ?? (await unlessGone(getPerson(api, immichId)));
}

/** A person that is gone was merged into the one who has its faces now, or was deleted. */
async function settleLost(context: OwnerContext, link: PersonLink): Promise<'merged' | 'gone'> {
  const { links, api } = context;
  const immichPersonId = link.immichId ?? '';
  const page = { after: null, limit: SAMPLE };
  const sample = await links.find('face', { immichPersonId }, page);
  const now: (string | null)[] = [];
  for (const face of sample) {
    const there = (await unlessGone(listFaces(api, face.group))) ?? [];
    now.push(there.find(({ id }) => id === face.immichId)?.person?.id ?? null);
  }
  const into = judgePerson(now);
  if (into === null) {
    await markGone(context, link);
    return 'gone';
  }
  const [target] = await links.find('person', { immichId: into });
  if (target === undefined) {
    await relink(context, link, into);
    return 'merged';
  }
  await correctQuietly(context, {
    kind: 'people-merged',
    from: link.id,
    into: target.id,
    name: null,
  });
  await movePersonOfFaces(context, immichPersonId, into);
  await links.remove(link);
  return 'merged';
}

/** It goes by another id there now, whose name is taken over, and is as much ours as before. */
async function relink(context: OwnerContext, link: PersonLink, immichId: string): Promise<void> {
  const { links } = context;
  await links.write({ ...link, immichId, details: { ...link.details, origin: 'adopted' } });
  await movePersonOfFaces(context, link.immichId ?? '', immichId);
  await syncPerson(context, link.id);
}

/**
 * Somebody with a name who has all faces of ours now and was nobody of ours: a merge that was done
 * face by face. Not when ours has another name, which says that they are two.
 */
async function wholeMove(
  { links, ours, ownerId }: OwnerContext,
  personId: string,
  { changes, faces }: { readonly changes: readonly FaceChange[]; readonly faces: number },
): Promise<string | null> {
  const [first] = changes;
  if (first?.kind !== 'moved' || changes.length < faces || first.to.name === '') return null;
  const { to } = first;
  if (!changes.every((change) => change.kind === 'moved' && change.to.id === to.id)) return null;
  const { name } = (await ours.peopleOf(ownerId)).stateOf(personId);
  if (name !== null && name !== to.name) return null;
  return (await links.find('person', { immichId: to.id })).length > 0 ? null : to.id;
}

/** Faces that stand for ours and are not where they were written. */
async function changedFacesOf(
  context: OwnerContext,
  immichPersonId: string,
): Promise<{ changes: FaceChange[]; faces: number }> {
  const { links, api } = context;
  const shown = await assetsOf(context, immichPersonId);
  const missing = new Map<string, FaceLink[]>();
  let faces = 0;
  for await (const link of links.all('face', { immichPersonId })) {
    if (link.details.state !== 'linked') continue;
    faces += 1;
    if (!shown.has(link.group)) missing.set(link.group, [...(missing.get(link.group) ?? []), link]);
  }
  const changes: FaceChange[] = [];
  for (const [assetId, lost] of missing) {
    const there = await unlessGone(listFaces(api, assetId));
    if (there === null) {
      await links.remove(...lost);
      continue;
    }
    const ours = new Set<string>();
    for (const { person } of there) {
      if (person === null) continue;
      const [link] = await links.find('person', { immichId: person.id });
      if (link !== undefined) ours.add(person.id);
    }
    const judged = judgeFaces(lost, there, (id) => ours.has(id));
    changes.push(...(await withoutCropped(context, assetId, judged)));
  }
  return { changes, faces };
}

/** Faces outside the crop of an edited photo are not listed; nobody has removed them. */
async function withoutCropped(
  { api }: OwnerContext,
  assetId: string,
  changes: readonly FaceChange[],
): Promise<readonly FaceChange[]> {
  if (!changes.some(({ kind }) => kind === 'removed')) return changes;
  const asset = await unlessGone(getAssetState(api, assetId));
  return asset?.isEdited === true ? changes.filter(({ kind }) => kind !== 'removed') : changes;
}

async function assetsOf({ api }: OwnerContext, immichPersonId: string): Promise<Set<string>> {
  const ids = new Set<string>();
  const search = { personIds: [immichPersonId], withDeleted: true, order: 'asc' } as const;
  for (let page: number | null = 1; page !== null;) {
    const found = await searchAssets(api, { ...search, size: 1000, page });
    for (const { id } of found.assets) ids.add(id);
    page = found.nextPage;
  }
  return ids;
}
