import { randomUUID } from 'node:crypto';

import { messageOf, WorkerError } from '../../errors.ts';
import type { Correction } from '../../identities/journal/plan-fact.ts';
import {
  createPerson,
  deletePerson,
  findPeople,
  getPerson,
  updatePerson,
  type ImmichPerson,
} from '../client/people.ts';
import { searchAssets } from '../client/search-assets.ts';
import type { PersonLink } from './links.ts';
import { mayAll, unlessGone, type OwnerContext } from './owner-context.ts';
import { hasFaces } from './put-away.ts';
import { planNames, type Naming } from './plan-names.ts';

/** What stands before a marker; such a name is there for a moment, until the first face is. */
const MARKER = 'immich-face-worker';

/**
 * Immich's person for ours, made where there is none; null when somebody deleted it in Immich. A new
 * one carries a marker for its name until `settlePerson`, so that a worker that ended in between
 * finds it again: creating is not idempotent, and Immich lists nobody without faces.
 */
export function ensurePerson(context: OwnerContext, personId: string): Promise<string | null> {
  const { links, ours, api, mutex, ownerId } = context;
  return mutex.run(`people ${ownerId}`, async () => {
    const known = await links.person(personId);
    if (known?.details.state === 'gone') return null;
    if (known?.immichId != null) return known.immichId;
    const { hidden } = (await ours.peopleOf(ownerId)).stateOf(personId);
    const link = known ?? newPersonLink(context, { personId, hidden });
    if (known === undefined) await links.write(link);
    const { marker } = link.details;
    const found = known === undefined ? undefined : await findMarked(context, marker);
    const { id } = found ?? (await createPerson(api, { name: marker, isHidden: hidden }));
    await links.write({ ...link, immichId: id });
    return id;
  });
}

function newPersonLink(
  { ownerId }: OwnerContext,
  { personId, hidden }: { personId: string; hidden: boolean },
): PersonLink {
  const marker = `${MARKER} ${randomUUID()}`;
  const details = { origin: 'created', state: 'creating', marker, name: marker, hidden } as const;
  return {
    ...{ ownerId, kind: 'person', group: '', id: personId, immichId: null, immichPersonId: null },
    details: { ...details, touched: false },
  };
}

async function findMarked(
  { api }: OwnerContext,
  marker: string,
): Promise<ImmichPerson | undefined> {
  return (await findPeople(api, marker)).find(({ name }) => name === marker);
}

/** Gives a person that was made its name, once it has a face. */
export async function settlePerson(context: OwnerContext, personId: string): Promise<void> {
  const { links, mutex, ownerId } = context;
  await mutex.run(`people ${ownerId}`, async () => {
    const link = await links.person(personId);
    if (link?.details.state !== 'creating' || link.immichId === null) return;
    const theirs = await unlessGone(getPerson(context.api, link.immichId));
    if (theirs === null) await markMissing(context, link);
    else await agree(context, { ...link, details: { ...link.details, state: 'linked' } }, theirs);
  });
}

/** Writes down that Immich's person, whom a user has made, is ours from now on, and takes over its name. */
export async function linkAdopted(
  context: OwnerContext,
  personId: string,
  theirs: ImmichPerson,
): Promise<void> {
  const fresh = newPersonLink(context, { personId, hidden: false });
  const details = { ...fresh.details, origin: 'adopted', state: 'linked', name: '' } as const;
  await agree(context, { ...fresh, immichId: theirs.id, details }, theirs);
}

/** Takes Immich's person to be ours; what it is called there is taken over. */
export async function adoptPerson(
  context: OwnerContext,
  personId: string,
  theirs: ImmichPerson,
): Promise<void> {
  const { links, mutex, ownerId } = context;
  await mutex.run(`people ${ownerId}`, async () => {
    if ((await links.person(personId))?.immichId != null) return;
    if ((await links.find('person', { immichId: theirs.id })).length > 0) return;
    await linkAdopted(context, personId, theirs);
  });
}

/**
 * Brings names and hiding of both sides together; `theirs` where it was read already. Says when the
 * person is gone in Immich.
 */
export async function syncPerson(
  context: OwnerContext,
  personId: string,
  theirs: ImmichPerson | null = null,
): Promise<void> {
  const { links, mutex, ownerId } = context;
  await mutex.run(`people ${ownerId}`, async () => {
    const link = await links.person(personId);
    if (link?.immichId == null || link.details.state !== 'linked') return;
    await agree(context, link, theirs);
  });
}

/** Writes the link down with what both sides agree on now; says when the person is gone in Immich. */
export async function agree(
  context: OwnerContext,
  link: PersonLink,
  given: ImmichPerson | null,
): Promise<void> {
  const { api, links, ours, ownerId } = context;
  const immichId = link.immichId ?? '';
  const theirs = given ?? (await unlessGone(getPerson(api, immichId)));
  if (theirs === null) return markGone(context, link);
  const state = (await ours.peopleOf(ownerId)).stateOf(link.id);
  const { name, hidden } = link.details;
  const plan = planNames(
    { name, hidden },
    { name: state.name ?? '', hidden: state.hidden },
    { name: theirs.name, hidden: theirs.isHidden },
  );
  if (Object.keys(plan.write).length > 0) await writeNaming(context, immichId, plan.write);
  const takes = Object.keys(plan.take).length > 0;
  if (takes) await takeNaming(context, link.id, plan.take);
  const touched = link.details.touched || takes;
  const agreed: PersonLink = { ...link, details: { ...link.details, ...plan.agreed, touched } };
  if (JSON.stringify(agreed) !== JSON.stringify(await links.person(link.id))) {
    await links.write(agreed);
  }
}

async function writeNaming(
  { api }: OwnerContext,
  immichId: string,
  { name, hidden }: Partial<Naming>,
): Promise<void> {
  await updatePerson(api, immichId, {
    ...(name !== undefined && { name }),
    ...(hidden !== undefined && { isHidden: hidden }),
  });
}

async function takeNaming(
  context: OwnerContext,
  personId: string,
  { name, hidden }: Partial<Naming>,
): Promise<void> {
  if (name !== undefined) {
    const given = name.trim() === '' ? null : name;
    await correctQuietly(context, { kind: 'person-named', personId, name: given });
  }
  if (hidden !== undefined) {
    await correctQuietly(context, { kind: 'person-hidden', personId, hidden });
  }
}

/** What makes no sense for our side any more, for instance since a user was faster, is let be. */
export async function correctQuietly(
  { ours, ownerId, account, log }: OwnerContext,
  correction: Correction,
): Promise<string | null> {
  try {
    const founded = await ours.correct(ownerId, correction, `immich:${account.name}`);
    log.info({ ownerId, kind: correction.kind }, 'a change made in Immich was taken over');
    return founded;
  } catch (error) {
    if (!(error instanceof WorkerError) || error.code !== 'CORRECTION_REFUSED') throw error;
    log.debug({ ownerId, reason: messageOf(error) }, 'a change made in Immich was not taken over');
    return null;
  }
}

/**
 * Of a person that is not in Immich any more. One whose first face is not written yet was deleted by
 * Immich's own clean-up of people without faces, and is made anew: true then.
 */
export async function markMissing(context: OwnerContext, link: PersonLink): Promise<boolean> {
  if (link.details.state !== 'creating') {
    await markGone(context, link);
    return false;
  }
  await context.links.write({ ...link, immichId: null });
  return true;
}

/** Nothing more is written for the person until a repair: it was deleted, and not by us. */
export async function markGone({ links, log }: OwnerContext, link: PersonLink): Promise<void> {
  await links.write({ ...link, details: { ...link.details, state: 'gone' } });
  log.warn(
    { ownerId: link.ownerId, personId: link.id },
    "a person was deleted in Immich and is not written there again; 'immich-face-worker immich repair' brings it back",
  );
}

/** The faces of one of Immich's people are another's now. */
export async function movePersonOfFaces(
  { links }: OwnerContext,
  fromImmichId: string,
  toImmichId: string,
): Promise<void> {
  for (;;) {
    const page = { after: null, limit: 500 };
    const faces = await links.find('face', { immichPersonId: fromImmichId }, page);
    if (faces.length === 0) return;
    await links.write(...faces.map((face) => ({ ...face, immichPersonId: toImmichId })));
  }
}

/** Deletes a person that we made, when it has no face and no user has touched it. */
export async function withdrawEmptyPerson(
  context: OwnerContext,
  immichPersonId: string,
): Promise<void> {
  const { links, mutex, ownerId, api } = context;
  await mutex.run(`people ${ownerId}`, async () => {
    const [link] = await links.find('person', { immichId: immichPersonId });
    if (link === undefined || (await hasFaces(context, immichPersonId))) return;
    const { origin, state, touched, name, hidden } = link.details;
    if (origin !== 'created' || touched || state === 'gone') return;
    if (!mayAll(context, 'person.delete')) return;
    const theirs = await unlessGone(getPerson(api, immichPersonId));
    if (theirs !== null) {
      if (theirs.name !== name || theirs.isHidden !== hidden) return;
      if (await isUsersOwn(context, theirs)) return;
      await unlessGone(deletePerson(api, immichPersonId));
    }
    await links.remove(link);
  });
}

/** A favourite, one with a birthday, and one with faces that are none of ours. */
async function isUsersOwn(
  { api }: OwnerContext,
  { id, isFavorite, birthDate }: ImmichPerson,
): Promise<boolean> {
  if (isFavorite || birthDate != null) return true;
  const search = { personIds: [id], withDeleted: true, order: 'asc' } as const;
  const { assets } = await searchAssets(api, { ...search, size: 1, page: 1 });
  return assets.length > 0;
}
