import type { ImmichFace } from '../client/faces.ts';
import type { Compared } from './compare-faces.ts';
import { judgePerson, type Merge } from './judge-changes.ts';
import type { FaceLink, PersonLink } from './links.ts';
import { ENOUGH_PHOTOS, type PhotoBudget } from './missed-faces.ts';
import type { OwnerContext } from './owner-context.ts';
import { correctQuietly, markGone, movePersonOfFaces, syncPerson } from './write-people.ts';

/** One of ours who is gone from Immich. */
export interface LostPerson {
  readonly link: PersonLink;
  /** Null where its faces do not tell of one. */
  readonly merge: Merge | null;
  /** Its faces tell that it was deleted. */
  readonly isDeleted: boolean;
}

/**
 * Learns from the faces of a person who is gone what became of it; changes nothing. Null when too few
 * photos may still be asked for.
 */
export async function judgeLost(
  context: OwnerContext,
  link: PersonLink,
  budget: PhotoBudget,
): Promise<LostPerson | null> {
  const { links } = context;
  const sample = await sampleOf(context, link.immichId ?? '');
  if (!budget.isFor(sample.length)) return null;
  const left: ImmichFace[] = [];
  let merge: Merge | null = null;
  for (const face of sample) {
    const there = (await budget.facesOn(context, face.group)) ?? [];
    const found = there.find(({ id }) => id === face.immichId);
    if (found === undefined) continue;
    left.push(found);
    const ours = await links.peopleAs(found.person === null ? [] : [found.person.id]);
    merge = judgePerson(left, { name: link.details.name, isOurs: (id) => ours.has(id) });
    if (merge === null) return { link, merge, isDeleted: true };
  }
  return { link, merge, isDeleted: false };
}

/** Those first that the worker has made, which the recognition leaves alone. */
async function sampleOf({ links }: OwnerContext, immichPersonId: string): Promise<FaceLink[]> {
  const made: FaceLink[] = [];
  const others: FaceLink[] = [];
  for await (const link of links.all('face', { immichPersonId })) {
    const { state, origin, leaving, unseen } = link.details;
    // One that is on its way to be nobody's, or that a repair missed, says nothing.
    if (state !== 'linked' || leaving !== undefined || unseen === true) continue;
    const sample = origin === 'created' ? made : others;
    if (sample.length < ENOUGH_PHOTOS) sample.push(link);
    if (made.length === ENOUGH_PHOTOS) break;
  }
  return [...made, ...others].slice(0, ENOUGH_PHOTOS);
}

/**
 * Those who were merged in Immich are merged here, the others are not written any more. When more were
 * deleted than merged, or all looks like a reset, faces that Immich's recognition may have given away
 * prove no merge.
 */
export async function settleLost(
  context: OwnerContext,
  lost: readonly LostPerson[],
  isReset: boolean,
): Promise<{ merged: number; gone: number }> {
  const deleted = lost.filter(({ isDeleted }) => isDeleted).length;
  const merges = lost.filter(({ merge }) => merge !== null).length;
  let merged = 0;
  for (const { link, merge } of lost) {
    if (merge !== null && (merge.isProven || (!isReset && deleted <= merges))) {
      await takeOverMerge(context, link, merge.into.id);
      merged += 1;
    } else await markGone(context, link);
  }
  return { merged, gone: lost.length - merged };
}

async function takeOverMerge(
  context: OwnerContext,
  link: PersonLink,
  intoId: string,
): Promise<void> {
  const { links } = context;
  const [target] = await links.find('person', { immichId: intoId });
  if (target === undefined) return relink(context, link, intoId);
  const merge = { kind: 'people-merged', from: link.id, into: target.id, name: null } as const;
  await correctQuietly(context, merge);
  await movePersonOfFaces(context, link.immichId ?? '', intoId);
  await links.remove(link);
}

/** Whether all faces of ours are somebody else's now who takes its place: merged face by face. */
export async function settleWholeMove(
  context: OwnerContext,
  link: PersonLink,
  compared: Compared,
): Promise<boolean> {
  const into = await wholeMove(context, link.id, compared);
  if (into !== null) await relink(context, link, into);
  return into !== null;
}

/**
 * Somebody with a name who has all faces of ours now and was nobody of ours. Null when ours has
 * another name, which says that they are two.
 */
async function wholeMove(
  { links, ours, ownerId }: OwnerContext,
  personId: string,
  { changes, faces, missed }: Compared,
): Promise<string | null> {
  const [first] = changes;
  const isWhole = changes.length + missed.unasked.length >= faces;
  if (first?.kind !== 'moved' || !isWhole || first.to.name === '') return null;
  const { to } = first;
  if (!changes.every((change) => change.kind === 'moved' && change.to.id === to.id)) return null;
  const { name } = (await ours.peopleOf(ownerId)).stateOf(personId);
  if (name !== null && name !== to.name) return null;
  return (await links.find('person', { immichId: to.id })).length > 0 ? null : to.id;
}

/** It goes by another id there now, whose name is taken over, and is as much ours as before. */
async function relink(context: OwnerContext, link: PersonLink, immichId: string): Promise<void> {
  const { links } = context;
  await links.write({ ...link, immichId, details: { ...link.details, origin: 'adopted' } });
  await movePersonOfFaces(context, link.immichId ?? '', immichId);
  await syncPerson(context, link.id);
}
