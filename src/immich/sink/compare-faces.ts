import { getAssetState } from '../client/asset-state.ts';
import { listFaces } from '../client/faces.ts';
import { searchAssets } from '../client/search-assets.ts';
import { judgeFaces, type FaceChange } from './judge-changes.ts';
import type { FaceLink } from './links.ts';
import { unlessGone, type OwnerContext } from './owner-context.ts';
import { putAway } from './put-away.ts';

/** Faces that were compared with Immich, and what has become of those that are not as written. */
export interface Compared {
  readonly changes: readonly FaceChange[];
  readonly faces: number;
}

/**
 * Faces that stand for ours of one of Immich's people and are not where they were written: a request
 * for a thousand photos that Immich shows of the person, and one for each photo that is missing.
 */
export async function compareFacesOf(
  context: OwnerContext,
  immichPersonId: string,
): Promise<Compared> {
  const shown = await assetsOf(context, immichPersonId);
  const missing = new Map<string, FaceLink[]>();
  let faces = 0;
  for await (const link of context.links.all('face', { immichPersonId })) {
    if (link.details.state !== 'linked') continue;
    faces += 1;
    if (!shown.has(link.group)) missing.set(link.group, [...(missing.get(link.group) ?? []), link]);
  }
  const changes: FaceChange[] = [];
  for (const [assetId, lost] of missing) {
    changes.push(...(await compareFacesOn(context, assetId, lost)));
  }
  return { changes, faces };
}

/** Faces that are passed over in one pass in search of photos with several. */
const MOST_LINKS = 20_000;

/**
 * Of two faces on one photo that a user has swapped both people are still shown on it: Immich does
 * not say which face is whose but photo by photo. Photos with two faces or more are asked for in
 * turn, `most` each time.
 */
export async function compareGroupPhotos(
  context: OwnerContext,
  { most, signal }: { readonly most: number; readonly signal: AbortSignal },
): Promise<Compared> {
  const { turns } = context;
  const changes: FaceChange[] = [];
  let faces = 0;
  const after = (await turns.read(TURN)) ?? '';
  const next = await nextGroupPhotos(context, { after, most });
  for (const [assetId, links] of next.photos) {
    signal.throwIfAborted();
    faces += links.length;
    changes.push(...(await compareFacesOn(context, assetId, links)));
  }
  if (next.after !== after) await turns.write(TURN, next.after);
  return { changes, faces };
}

const TURN = 'group photos';

/** From behind `after`; once the last photo was passed, `after` is '' for the next pass. */
async function nextGroupPhotos(
  { links }: OwnerContext,
  { after, most }: { readonly after: string; readonly most: number },
): Promise<{ photos: Map<string, FaceLink[]>; after: string }> {
  const photos = new Map<string, FaceLink[]>();
  let last = after;
  let together: FaceLink[] = [];
  let seen = 0;
  const take = (): void => {
    const [first] = together;
    if (first === undefined) return;
    if (together.length > 1) photos.set(first.group, together);
    last = first.group;
    together = [];
  };
  for await (const link of links.all('face', {}, { group: after, id: AFTER_ALL_FACES })) {
    if (together[0] !== undefined && together[0].group !== link.group) take();
    if (photos.size >= most || seen >= MOST_LINKS) return { photos, after: last };
    seen += 1;
    if (link.details.state === 'linked') together.push(link);
  }
  take();
  return { photos, after: '' };
}

/** Sorts after every id of a face, so that a photo is not met twice. */
const AFTER_ALL_FACES = '\u{10ffff}';

/** What became of faces on one photo. */
async function compareFacesOn(
  context: OwnerContext,
  assetId: string,
  written: readonly FaceLink[],
): Promise<readonly FaceChange[]> {
  const { links, api } = context;
  const there = await unlessGone(listFaces(api, assetId));
  if (there === null) {
    await putAway(context, written);
    return [];
  }
  const ours = await links.peopleAs(there.flatMap(({ person }) => person?.id ?? []));
  const judged = judgeFaces(written, there, (id) => ours.has(id));
  return withoutCropped(context, assetId, judged);
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
