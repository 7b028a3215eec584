import { randomUUID } from 'node:crypto';

import { WorkerError } from '../../errors.ts';
import { assignFace, createFace, deleteFace, listFaces, type ImmichFace } from '../client/faces.ts';
import { createPerson, deletePerson, findPeople, getPerson } from '../client/people.ts';
import type { FaceDetails, FaceLink, PersonLink } from './links.ts';
import type { OurPhoto } from './our-side.ts';
import {
  boxIn,
  overlapOf,
  placeOf,
  placeOfImmich,
  SAME_FACE_OVERLAP,
  wholePixels,
  type ImageSize,
} from './overlap.ts';
import { mayAll, unlessGone, type OwnerContext } from './owner-context.ts';
import type { Step } from './plan-photo.ts';
import { adoptPerson, ensurePerson, markMissing } from './write-people.ts';

export interface StepContext extends OwnerContext {
  readonly assetId: string;
  readonly photo: OurPhoto | null;
  /** In whose pixels faces are made; null where none is. */
  readonly pixels: ImageSize | null;
}

/**
 * Carries out one step. Each writes down first what it is about to do, then does it, then writes
 * down that it was done: a worker that ends in between finds by the first what the second has left.
 */
export async function runStep(context: StepContext, step: Step): Promise<void> {
  switch (step.kind) {
    case 'note':
      return note(context, step, step.immichFace);
    case 'adopt':
      await adoptPerson(context, step.personId, step.immichPerson);
      return noteAdopted(context, step);
    case 'assign':
      return assign(context, step);
    case 'create':
      return create(context, step);
    case 'delete':
      await unlessGone(deleteFace(context.api, step.link.immichId ?? ''));
      return context.links.remove(step.link);
    case 'unassign':
      await unassign(context, step.link);
      return;
    case 'decline':
      return context.links.write(withDetails(step.link, { state: 'declined' }));
    case 'miss':
      return context.links.write(withDetails(step.link, { state: 'missing' }));
    case 'forget':
      return context.links.remove(step.link);
    case 'hand-over':
      await context.links.write(step.to);
      return context.links.remove(step.from);
  }
}

function linkOf(
  { ownerId, assetId }: StepContext,
  faceId: string,
  given: Pick<FaceLink, 'immichId' | 'immichPersonId' | 'details'>,
): FaceLink {
  return { ownerId, kind: 'face', group: assetId, id: faceId, ...given };
}

function withDetails(link: FaceLink, changes: Partial<FaceDetails>): FaceLink {
  return { ...link, details: { ...link.details, ...changes } };
}

async function note(
  context: StepContext,
  step: Extract<Step, { kind: 'note' | 'adopt' }>,
  immichFace: ImmichFace,
): Promise<void> {
  const { faceId } = step.face;
  const [known] = await context.links.find('face', { group: context.assetId, id: faceId });
  const origin = step.kind === 'note' ? step.origin : 'found';
  const before = known?.immichId === immichFace.id ? known.details.before : null;
  await context.links.write(
    linkOf(context, faceId, {
      immichId: immichFace.id,
      immichPersonId: immichFace.person?.id ?? null,
      details: { origin, state: 'linked', personId: step.personId, before },
    }),
  );
}

/** Another photo may have been first to adopt somebody. */
async function noteAdopted(
  context: StepContext,
  step: Extract<Step, { kind: 'adopt' }>,
): Promise<void> {
  const link = await context.links.person(step.personId);
  if (link?.immichId === step.immichPerson.id) await note(context, step, step.immichFace);
}

async function assign(
  context: StepContext,
  step: Extract<Step, { kind: 'assign' }>,
): Promise<void> {
  const { face, personId, immichFace, origin } = step;
  const immichPersonId = await ensurePerson(context, personId);
  if (immichPersonId === null) return;
  const before = origin === 'created' ? null : (immichFace.person?.id ?? null);
  const link = linkOf(context, face.faceId, {
    immichId: immichFace.id,
    immichPersonId,
    details: { origin, state: 'creating', personId, before },
  });
  await context.links.write(link);
  const ids = { faceId: immichFace.id, personId: immichPersonId };
  const outcome = await whilePersonIs(context, link, () => assignFace(context.api, ids));
  if (outcome === 'done') return context.links.write(withDetails(link, { state: 'linked' }));
  await context.links.remove(link);
  if (outcome === 'to be made') await assign(context, step);
}

async function create(
  context: StepContext,
  step: Extract<Step, { kind: 'create' }>,
): Promise<void> {
  const { api, assetId, photo, pixels } = context;
  const { face, personId } = step;
  const immichPersonId = await ensurePerson(context, personId);
  if (immichPersonId === null || photo === null || pixels === null) return;
  const link = linkOf(context, face.faceId, {
    immichId: null,
    immichPersonId,
    details: { origin: 'created', state: 'creating', personId, before: null },
  });
  await context.links.write(link);
  const { width: imageWidth, height: imageHeight } = pixels;
  const box = wholePixels(boxIn(pixels, { box: face.box, image: photo.image }), pixels);
  const ids = { assetId, personId: immichPersonId };
  const outcome = await whilePersonIs(context, link, () =>
    createFace(api, { ...ids, imageWidth, imageHeight, ...box }),
  );
  if (outcome !== 'done') {
    await context.links.remove(link);
    return outcome === 'to be made' ? create(context, step) : undefined;
  }
  // The answer does not say which face it is.
  const made = nearest(await listFaces(api, assetId), placeOf(box, pixels), ids.personId);
  await context.links.write({ ...withDetails(link, { state: 'linked' }), immichId: made.id });
}

function nearest(
  faces: readonly ImmichFace[],
  place: ReturnType<typeof placeOf>,
  personId: string,
): ImmichFace {
  const [best] = faces
    .filter(({ person }) => person?.id === personId)
    .map((face) => {
      const theirs = placeOfImmich(face);
      return { face, overlap: theirs === null ? 0 : overlapOf(place, theirs) };
    })
    .filter(({ overlap }) => overlap > SAME_FACE_OVERLAP)
    .sort((a, b) => b.overlap - a.overlap);
  if (best !== undefined) return best.face;
  throw new WorkerError(
    'IMMICH_ANSWER_INVALID',
    `expected the face that was just made for Immich's person ${personId} among the asset's, got ` +
      `${faces.length} others; does the worker know this version of Immich?`,
  );
}

/**
 * 'gone' when somebody has deleted the face's person in Immich, and 'to be made' when Immich itself has,
 * which cleans up at night who has no faces; both are written down. Another reason is thrown.
 */
async function whilePersonIs(
  context: StepContext,
  { immichPersonId, details }: FaceLink,
  work: () => Promise<void>,
): Promise<'done' | 'gone' | 'to be made'> {
  try {
    await work();
    return 'done';
  } catch (error) {
    if (!(error instanceof WorkerError) || error.code !== 'ASSET_GONE') throw error;
    const link = await context.links.person(details.personId);
    if (link === undefined) throw error;
    // Another photo has had it made anew meanwhile.
    if (link.immichId !== immichPersonId) return 'to be made';
    if ((await unlessGone(getPerson(context.api, link.immichId ?? ''))) !== null) throw error;
    return (await markMissing(context, link)) ? 'to be made' : 'gone';
  }
}

/**
 * Gives one of Immich's faces back to whose it was, or makes it nobody's: Immich has no call for that,
 * but a deleted person's faces are. False, with nothing done, when the key may not delete anybody.
 */
export async function unassign(context: OwnerContext, link: FaceLink): Promise<boolean> {
  const { api, links } = context;
  const faceId = link.immichId ?? '';
  const { before } = link.details;
  const former = before === null ? null : await unlessGone(getPerson(api, before));
  if (former !== null) {
    await unlessGone(assignFace(api, { faceId, personId: former.id }));
  } else {
    if (!mayAll(context, 'person.delete')) return false;
    await throughNobody(context, link);
  }
  await links.remove(link);
  return true;
}

async function throughNobody(context: OwnerContext, link: FaceLink): Promise<void> {
  const { api, links } = context;
  const id = `${TEMPORARY}${link.id}`;
  const known = await links.person(id);
  const temporary = known ?? temporaryLink(context, id);
  if (known === undefined) await links.write(temporary);
  const immichId = await ensureTemporary(context, temporary, known !== undefined);
  if (immichId !== null) {
    await links.write(withDetails(link, { leaving: immichId }));
    await assignFace(api, { faceId: link.immichId ?? '', personId: immichId });
    await deletePerson(api, immichId);
  }
  await links.remove(temporary);
}

/** Null when an earlier run that ended had come as far as to delete it. */
async function ensureTemporary(
  { api, links }: OwnerContext,
  temporary: PersonLink,
  mayBeThere: boolean,
): Promise<string | null> {
  const { marker } = temporary.details;
  if (temporary.immichId !== null) {
    return (await unlessGone(getPerson(api, temporary.immichId)))?.id ?? null;
  }
  const found = mayBeThere
    ? (await findPeople(api, marker)).find(({ name }) => name === marker)
    : undefined;
  const { id } = found ?? (await createPerson(api, { name: marker, isHidden: true }));
  await links.write({ ...temporary, immichId: id });
  return id;
}

/** No id of a person of ours begins with it. */
export const TEMPORARY = '~';

function temporaryLink({ ownerId }: OwnerContext, id: string): PersonLink {
  const marker = `immich-face-worker ${randomUUID()}`;
  const details = { origin: 'created', state: 'creating', name: marker, hidden: true } as const;
  return {
    ...{ ownerId, kind: 'person', group: '', id, immichId: null, immichPersonId: null },
    details: { ...details, marker, touched: false },
  };
}
