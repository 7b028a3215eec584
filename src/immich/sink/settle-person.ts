import { listFaces } from '../client/faces.ts';
import type { Compared } from './compare-faces.ts';
import { judgePerson } from './judge-changes.ts';
import type { PersonLink } from './links.ts';
import { unlessGone, type OwnerContext } from './owner-context.ts';
import { correctQuietly, markGone, movePersonOfFaces, syncPerson } from './write-people.ts';

/** Faces of a deleted person that are looked at to learn where they went. */
const SAMPLE = 25;

/** A person that is gone was merged into the one who has its faces now, or was deleted. */
export async function settleLost(
  context: OwnerContext,
  link: PersonLink,
): Promise<'merged' | 'gone'> {
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
  { changes, faces }: Compared,
): Promise<string | null> {
  const [first] = changes;
  if (first?.kind !== 'moved' || changes.length < faces || first.to.name === '') return null;
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
