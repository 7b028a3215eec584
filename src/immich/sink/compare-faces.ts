import { getAssetState } from '../client/asset-state.ts';
import { listFaces, type ImmichFace } from '../client/faces.ts';
import { searchAssets } from '../client/search-assets.ts';
import { isDoubtful, judgeFaces, MOST_CHANGES, type FaceChange } from './judge-changes.ts';
import type { FaceLink } from './links.ts';
import {
  forgetMissed,
  NO_MISSED_FACES,
  wasAsked,
  withoutMissed,
  type MissedFaces,
  type PhotoBudget,
} from './missed-faces.ts';
import { unlessGone, type OwnerContext } from './owner-context.ts';
import { putAway } from './put-away.ts';

/** Faces that were compared with Immich, and what has become of those that are not as written. */
export interface Compared {
  readonly changes: readonly FaceChange[];
  readonly faces: number;
  readonly missed: MissedFaces;
}

/**
 * Faces that stand for ours of one of Immich's people and are not where they were written: a request
 * for a thousand photos that Immich shows of the person, and one for each photo that is missing. Of
 * these no more are asked for than tell a reset from a user's work, nor those that were just before.
 */
export async function compareFacesOf(
  context: OwnerContext,
  immichPersonId: string,
  given: { readonly budget: PhotoBudget; readonly signal: AbortSignal },
): Promise<Compared> {
  const { faces, missing, doubted } = await missingOf(context, immichPersonId, given.signal);
  const changes: FaceChange[] = [];
  const asked: FaceLink[] = [];
  const unasked: FaceLink[] = [];
  if (!given.budget.isFor(missing.size)) {
    return {
      changes,
      faces,
      missed: { asked, unasked, waiting: [...missing.values()].flat(), doubted },
    };
  }
  for (const [assetId, lost] of missing) {
    if (given.budget.isSpent || isDoubtful(changes, faces, { share: 1, doubted: doubted.length })) {
      unasked.push(...lost);
      continue;
    }
    const there = await given.budget.facesOn(context, assetId);
    changes.push(...(await compareFacesOn(context, assetId, { written: lost, there })));
    asked.push(...lost);
  }
  return { changes, faces, missed: { asked, unasked, waiting: [], doubted } };
}

/** Whether so much was found that it is no user's work. */
export function isReset({ changes, faces, missed }: Compared): boolean {
  const { asked, unasked, waiting, doubted } = missed;
  const all = asked.length + unasked.length + waiting.length;
  // Few tell nothing of the others.
  const share = asked.length < MOST_CHANGES ? 1 : asked.length / all;
  return isDoubtful(changes, faces, { share, doubted: doubted.length });
}

/** How many faces a person has, and by asset those on photos that Immich does not show of it. */
async function missingOf(
  context: OwnerContext,
  immichPersonId: string,
  signal: AbortSignal,
): Promise<{ faces: number; missing: Map<string, FaceLink[]>; doubted: FaceLink[] }> {
  const shown = await assetsOf(context, immichPersonId, signal);
  const missing = new Map<string, FaceLink[]>();
  const doubted: FaceLink[] = [];
  const back: FaceLink[] = [];
  let faces = 0;
  for await (const link of context.links.all('face', { immichPersonId })) {
    if (link.details.state !== 'linked') continue;
    faces += 1;
    if (shown.has(link.group)) {
      if (link.details.missed != null) back.push(link);
    } else if (!wasAsked(link)) {
      missing.set(link.group, [...(missing.get(link.group) ?? []), withoutMissed(link)]);
    } else if (link.details.missed?.isDoubted === true) doubted.push(link);
  }
  await forgetMissed(context, back);
  return { faces, missing, doubted };
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
    const there = await unlessGone(listFaces(context.api, assetId));
    changes.push(...(await compareFacesOn(context, assetId, { written: links, there })));
  }
  if (next.after !== after) await turns.write(TURN, next.after);
  return { changes, faces, missed: NO_MISSED_FACES };
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

/** What became of faces on one photo; `there` is null when it is gone. */
async function compareFacesOn(
  context: OwnerContext,
  assetId: string,
  { written, there }: { written: readonly FaceLink[]; there: readonly ImmichFace[] | null },
): Promise<readonly FaceChange[]> {
  const { links } = context;
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

async function assetsOf(
  { api }: OwnerContext,
  immichPersonId: string,
  signal: AbortSignal,
): Promise<Set<string>> {
  const ids = new Set<string>();
  const search = { personIds: [immichPersonId], withDeleted: true, order: 'asc' } as const;
  for (let page: number | null = 1; page !== null;) {
    const found = await searchAssets(api, { ...search, size: 1000, page }, signal);
    for (const { id } of found.assets) ids.add(id);
    page = found.nextPage;
  }
  return ids;
}
