import { isReset, type Compared } from './compare-faces.ts';
import type { FaceChange } from './judge-changes.ts';
import type { FaceLink, PersonLink } from './links.ts';
import { forgetMissed, noteMissed } from './missed-faces.ts';
import type { OwnerContext } from './owner-context.ts';
import { adoptPerson, correctQuietly } from './write-people.ts';

type Moved = Extract<FaceChange, { kind: 'moved' }>;

/** Makes corrections of what a user has done to faces in Immich. */
export async function takeOverFaces(
  context: OwnerContext,
  given: Compared & {
    readonly writePhoto: (assetId: string) => Promise<boolean>;
    readonly signal: AbortSignal;
  },
): Promise<{ movedFaces: number; removedFaces: number; distrusted: number }> {
  const { changes, missed } = given;
  const changed = new Set(changes.map(({ link }) => keyOf(link)));
  const isChanged = (link: FaceLink): boolean => changed.has(keyOf(link));
  const unchanged = missed.asked.filter((link) => !isChanged(link));
  await noteMissed(context, unchanged, false);
  if (isReset(given)) {
    await noteMissed(context, [...missed.asked.filter(isChanged), ...missed.unasked], true);
    return { movedFaces: 0, removedFaces: 0, distrusted: distrust(context, given) };
  }
  const moved = changes.filter((change): change is Moved => change.kind === 'moved');
  const removed = changes.filter(({ kind }) => kind === 'removed').map(({ link }) => link);
  const byTarget = groupMoves(moved);
  for (const moves of byTarget) await takeOverMoves(context, moves);
  for (const link of removed) await takeOverRemoval(context, link);
  const reset = changes.filter(({ kind }) => kind === 'reset').map(({ link }) => link);
  for (const assetId of new Set(reset.map(({ group }) => group))) {
    given.signal.throwIfAborted();
    const onIt = reset.filter(({ group }) => group === assetId);
    // What is written forgets it again; what cannot be, is not asked about with each look.
    await noteMissed(context, onIt, false);
    if (!(await given.writePhoto(assetId))) await forgetMissed(context, onIt);
  }
  return { movedFaces: moved.length, removedFaces: removed.length, distrusted: 0 };
}

const keyOf = ({ group, id }: FaceLink): string => `${group} ${id}`;

/** Answers with how many faces are not believed. */
function distrust({ log, ownerId }: OwnerContext, { changes, faces, missed }: Compared): number {
  const changed = changes.length + missed.unasked.length + missed.doubted.length;
  log.warn(
    { ownerId, changed, of: faces },
    "so many faces have changed in Immich that it looks like a reset; nothing was taken over. 'immich-face-worker immich repair' writes ours again",
  );
  return changed;
}

function groupMoves(moved: readonly Moved[]): Moved[][] {
  const groups = new Map<string, Moved[]>();
  for (const move of moved) groups.set(move.to.id, [...(groups.get(move.to.id) ?? []), move]);
  return [...groups.values()];
}

/** Faces that were moved to one person are that person for us too, who is founded by it if need be. */
async function takeOverMoves(context: OwnerContext, moves: readonly Moved[]): Promise<void> {
  const { links } = context;
  const to = moves[0]?.to;
  if (to === undefined) return;
  const faceIds = moves.map(({ link }) => link.id);
  const target = await targetOf(context, to.id, moves);
  if (target === null) {
    const founded = await correctQuietly(context, { kind: 'split', faceIds });
    if (founded !== null) await adoptPerson(context, founded, to);
  } else {
    await correctQuietly(context, { kind: 'faces-assigned', faceIds, personId: target });
    await adoptPerson(context, target, to);
  }
  const agreed = { origin: 'found', state: 'linked', unseen: false } as const;
  await links.write(
    ...moves.map(({ link }) => ({
      ...link,
      immichPersonId: to.id,
      details: { ...link.details, ...agreed },
    })),
  );
}

/**
 * Our person for Immich's. One without a link may have been founded by an earlier run that ended
 * before it was written down: then the faces are that person's already.
 */
async function targetOf(
  { links, ours, ownerId }: OwnerContext,
  immichPersonId: string,
  moves: readonly Moved[],
): Promise<string | null> {
  const [known]: PersonLink[] = await links.find('person', { immichId: immichPersonId });
  if (known !== undefined) return known.id;
  for (const { link } of moves) {
    const photo = await ours.photoOf(ownerId, link.group);
    const now = photo?.faces.find(({ faceId }) => faceId === link.id)?.personId ?? null;
    if (now === null || now === link.details.personId) continue;
    if ((await links.person(now)) === undefined) return now;
  }
  return null;
}

/** Nobody is to be known by a face that a user has removed. */
async function takeOverRemoval(context: OwnerContext, link: FaceLink): Promise<void> {
  const reason = 'removed in Immich';
  await correctQuietly(context, { kind: 'faces-ignored', faceIds: [link.id], reason });
  await context.links.write({ ...link, details: { ...link.details, state: 'declined' } });
}
