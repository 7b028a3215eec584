import { getPerson, mergePerson, type ImmichPerson } from '../client/people.ts';
import type { PersonDetails, PersonLink } from './links.ts';
import { mayAll, unlessGone, type OwnerContext } from './owner-context.ts';
import { agree, linkAdopted, movePersonOfFaces } from './write-people.ts';

/** Two of our people are one: so are Immich's. What cannot be merged is moved face by face later. */
export async function absorbMerged(context: OwnerContext, fromId: string): Promise<void> {
  const { links, ours, mutex, ownerId } = context;
  await mutex.run(`people ${ownerId}`, async () => {
    const intoId = (await ours.peopleOf(ownerId)).resolve(fromId);
    const from = await links.person(fromId);
    if (intoId === fromId || from?.immichId == null) return;
    const into = await links.person(intoId);
    if (into === undefined) {
      await links.write({ ...from, id: intoId });
      await links.remove(from);
      return;
    }
    // Merged by a worker that ended before it could write that down.
    if (into.immichId === from.immichId) return links.remove(from);
    if (into.immichId === null || into.details.state !== 'linked') return;
    if (!mayAll(context, 'person.merge')) return;
    await mergeLinked(context, from, into);
  });
}

/** Who is a user's stays, and the one that the worker made goes into it; else `from` goes. */
async function mergeLinked(
  context: OwnerContext,
  from: PersonLink,
  into: PersonLink,
): Promise<void> {
  const { links } = context;
  const fromThere = await thereOf(context, from);
  const intoThere = await thereOf(context, into);
  const isOtherWay =
    fromThere !== null &&
    from.details.state === 'linked' &&
    // One that is gone went into the other before a worker ended.
    (intoThere === null || (isUsers(from, fromThere) && !isUsers(into, intoThere)));
  if (isOtherWay) {
    await goInto(context, into, from, intoThere !== null);
    await agree(context, { ...from, id: into.id }, null);
  } else {
    // Named first: Immich gives one without a name that of the other, and it would pass for a user's.
    await agree(context, into, intoThere);
    if ((await links.person(into.id))?.details.state !== 'linked') return;
    await goInto(context, from, into, fromThere !== null);
  }
  await links.remove(from);
}

function thereOf({ api }: OwnerContext, { immichId }: PersonLink): Promise<ImmichPerson | null> {
  return unlessGone(getPerson(api, immichId ?? ''));
}

async function goInto(
  context: OwnerContext,
  lost: PersonLink,
  kept: PersonLink,
  isThere: boolean,
): Promise<void> {
  const [lostId, keptId] = [lost.immichId ?? '', kept.immichId ?? ''];
  if (isThere) await mergePerson(context.api, keptId, lostId);
  await movePersonOfFaces(context, lostId, keptId);
}

/** Whether a user has made or touched the person in Immich, as far as that shows. */
function isUsers({ details }: PersonLink, there: ImmichPerson): boolean {
  return details.origin === 'adopted' || details.touched || !isAsAgreed(there, details);
}

/** It is called as we left it, if at all, and nothing else was done to it. */
function isAsAgreed(
  { name, isHidden, isFavorite, birthDate }: ImmichPerson,
  agreed: PersonDetails,
): boolean {
  const isNamedByUs = name === agreed.name && isHidden === agreed.hidden;
  return isNamedByUs && !isFavorite && (birthDate ?? null) === null;
}

/**
 * Lets our person be one of Immich's that a user has named. Who stands for ours there goes into that
 * one, unless a user has touched it: then nothing is done. Answers whether ours is that person now.
 */
export async function joinPerson(
  context: OwnerContext,
  personId: string,
  theirs: ImmichPerson,
): Promise<boolean> {
  const { links, mutex, ownerId } = context;
  return mutex.run(`people ${ownerId}`, async () => {
    if ((await links.find('person', { immichId: theirs.id })).length > 0) return false;
    const link = await links.person(personId);
    if (link?.details.state === 'creating') return false;
    if (link?.details.state === 'linked' && !(await giveWay(context, link, theirs))) return false;
    await linkAdopted(context, personId, theirs);
    return true;
  });
}

async function giveWay(
  context: OwnerContext,
  { immichId, details }: PersonLink,
  theirs: ImmichPerson,
): Promise<boolean> {
  const { api } = context;
  if (immichId === null || details.touched) return false;
  const still = await unlessGone(getPerson(api, immichId));
  if (still !== null && !isAsAgreed(still, details)) return false;
  // Without the right to merge, faces move one by one as their photos are written.
  if (still !== null && !mayAll(context, 'person.merge')) return true;
  if (still !== null) await mergePerson(api, theirs.id, immichId);
  await movePersonOfFaces(context, immichId, theirs.id);
  return true;
}
