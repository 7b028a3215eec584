import { getAssetState } from '../client/asset-state.ts';
import { listFaces, type ImmichFace } from '../client/faces.ts';
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
import { forPhotosInTurn } from './photos-in-turn.ts';
import { putAway } from './put-away.ts';
import { photosShown } from './shown-photos.ts';

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
  const shown = await photosShown(context, immichPersonId, signal);
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

/**
 * Of two faces on one photo that a user has swapped both people are still shown on it: Immich does
 * not say which face is whose but photo by photo. Photos with two faces or more are asked for in
 * turn, `most` each time.
 */
export async function compareGroupPhotos(
  context: OwnerContext,
  { most, signal }: { readonly most: number; readonly signal: AbortSignal },
): Promise<Compared> {
  const changes: FaceChange[] = [];
  let faces = 0;
  await forPhotosInTurn(
    context,
    { turn: 'group photos', most, signal, pick: ofGroup },
    async (assetId, links) => {
      faces += links.length;
      const there = await unlessGone(listFaces(context.api, assetId));
      changes.push(...(await compareFacesOn(context, assetId, { written: links, there })));
    },
  );
  return { changes, faces, missed: NO_MISSED_FACES };
}

function ofGroup(links: readonly FaceLink[]): readonly FaceLink[] {
  const linked = links.filter(({ details }) => details.state === 'linked');
  return linked.length > 1 ? linked : [];
}

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
