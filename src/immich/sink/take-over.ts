import { isDoubtful, type FaceChange } from './judge-changes.ts';
import type { FaceLink, PersonLink } from './links.ts';
import type { OwnerContext } from './owner-context.ts';
import { adoptPerson, correctQuietly } from './write-people.ts';

type Moved = Extract<FaceChange, { kind: 'moved' }>;

/** Makes corrections of what a user has done to faces in Immich. */
export async function takeOverFaces(
  context: OwnerContext,
  given: {
    readonly changes: readonly FaceChange[];
    /** Faces that were compared. */
    readonly faces: number;
    readonly writePhoto: (assetId: string) => Promise<unknown>;
  },
): Promise<{ movedFaces: number; removedFaces: number; distrusted: number }> {
  const { changes, faces, writePhoto } = given;
  if (isDoubtful(changes, faces)) {
    context.log.warn(
      { ownerId: context.ownerId, changed: changes.length, of: faces },
      "so many faces have changed in Immich that it looks like a reset; nothing was taken over. 'immich-face-worker immich repair' writes ours again",
    );
    return { movedFaces: 0, removedFaces: 0, distrusted: changes.length };
  }
  const moved = changes.filter((change): change is Moved => change.kind === 'moved');
  const removed = changes.filter(({ kind }) => kind === 'removed').map(({ link }) => link);
  const byTarget = groupMoves(moved);
  for (const moves of byTarget) await takeOverMoves(context, moves);
  for (const link of removed) await takeOverRemoval(context, link);
  const reset = changes.filter(({ kind }) => kind === 'reset');
  for (const assetId of new Set(reset.map(({ link }) => link.group))) await writePhoto(assetId);
  return { movedFaces: moved.length, removedFaces: removed.length, distrusted: 0 };
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
