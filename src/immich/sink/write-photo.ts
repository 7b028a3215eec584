import { WorkerError } from '../../errors.ts';
import type { AssetState } from '../client/asset-state.ts';
import { listFaces } from '../client/faces.ts';
import { pixelsOfNewFaces } from './face-pixels.ts';
import type { FaceLink } from './links.ts';
import type { OurPeople, OurPhoto } from './our-side.ts';
import { isSameShape, type ImageSize } from './overlap.ts';
import { unlessGone, type OwnerContext } from './owner-context.ts';
import { planPhoto, type PhotoSituation, type Step } from './plan-photo.ts';
import { putAway } from './put-away.ts';
import { runStep } from './write-faces.ts';
import { waitForDetection } from './wait-for-detection.ts';
import { settlePerson, withdrawEmptyPerson } from './write-people.ts';

/**
 * Brings the people on one photo in Immich to where ours are: reads both sides, plans, and carries
 * it out. Writes nothing when all is as it should be. Rejects with IMMICH_DETECTION_PENDING while
 * Immich's own face detection may still find the faces that would have to be made.
 */
export async function writePeopleOfPhoto(
  context: OwnerContext,
  assetId: string,
  asset: () => Promise<AssetState>,
): Promise<void> {
  const { links, ours, ownerId } = context;
  const photo = await ours.photoOf(ownerId, assetId);
  const faceLinks = await links.find('face', { group: assetId });
  if ((photo?.faces ?? []).length === 0 && faceLinks.length === 0) return;
  const immichFaces = await unlessGone(listFaces(context.api, assetId));
  if (immichFaces === null) {
    await putAway(context, faceLinks);
    return;
  }
  const situation = await situationOf(context, { photo, faceLinks, immichFaces });
  const steps = await withoutCropped(planPhoto(situation), asset);
  let pixels: ImageSize | null = null;
  if (photo !== null && steps.some(({ kind }) => kind === 'create')) {
    await refuseOtherPicture(photo, asset);
    await waitForDetection(context, { assetId, immichFaces, asset });
    pixels = await pixelsOfNewFaces(context, { assetId, photo, immichFaces, asset });
  }
  for (const step of steps) await runStep({ ...context, assetId, photo, pixels }, step);
  await settle(context, { photo, faceLinks, steps });
}

/**
 * Of an edited photo Immich lists those faces alone that lie inside the crop. The others are there
 * again once the edit is undone, and nobody has taken them away.
 */
async function withoutCropped(
  steps: readonly Step[],
  asset: () => Promise<AssetState>,
): Promise<readonly Step[]> {
  const isOfUnseen = (step: Step): boolean =>
    step.kind === 'decline' ||
    step.kind === 'miss' ||
    (step.kind === 'forget' && step.link.details.origin === 'created');
  if (!steps.some(isOfUnseen) || !(await asset()).isEdited) return steps;
  return steps.filter((step) => !isOfUnseen(step));
}

async function situationOf(
  context: OwnerContext,
  known: Pick<PhotoSituation, 'photo' | 'faceLinks' | 'immichFaces'>,
): Promise<PhotoSituation> {
  const { links, ours, ownerId, settings } = context;
  const people = await ours.peopleOf(ownerId);
  const personLinks = new Map();
  for (const personId of peopleOn(known.photo)) {
    const link = await links.person(personId);
    if (link !== undefined) personLinks.set(personId, link);
  }
  const ourLinks = await links.peopleAs(
    known.immichFaces.flatMap(({ person }) => person?.id ?? []),
  );
  const ourPersonOf = new Map(
    [...ourLinks].map(([immichId, { id }]) => [immichId, people.resolve(id)]),
  );
  return {
    ...known,
    personLinks,
    ourPersonOf,
    isWritten: (personId) => isWritten(personId, people, settings.unnamedPeople),
    nameOf: (personId) => people.stateOf(personId).name,
  };
}

function isWritten(personId: string, people: OurPeople, unnamedPeople: boolean): boolean {
  const { name, deleted } = people.stateOf(personId);
  return !deleted && (unnamedPeople || name !== null);
}

function peopleOn(photo: OurPhoto | null): Set<string> {
  const ids = (photo?.faces ?? []).map(({ personId }) => personId);
  return new Set(ids.filter((id) => id !== null));
}

/** Names the people that were made, and lets go of those who have lost their last face. */
async function settle(
  context: OwnerContext,
  {
    photo,
    faceLinks,
    steps,
  }: { photo: OurPhoto | null; faceLinks: readonly FaceLink[]; steps: readonly Step[] },
): Promise<void> {
  for (const personId of peopleOn(photo)) await settlePerson(context, personId);
  const changed = new Set(
    steps.flatMap((step) =>
      'link' in step ? [step.link.id] : step.kind === 'assign' ? [step.face.faceId] : [],
    ),
  );
  const left = faceLinks.filter(({ id }) => changed.has(id));
  for (const immichPersonId of new Set(left.map((link) => link.immichPersonId))) {
    if (immichPersonId !== null) await withdrawEmptyPerson(context, immichPersonId);
  }
}

/** Boxes of a picture that was edited since would lie beside the faces; its new look is coming. */
async function refuseOtherPicture(
  photo: OurPhoto,
  asset: () => Promise<AssetState>,
): Promise<void> {
  const { width, height } = await asset();
  if (width == null || height == null || width * height === 0) return;
  if (isSameShape(photo.image, { width, height })) return;
  throw new WorkerError(
    'PHOTO_CHANGED',
    `expected the shape of the photo that was looked at (${photo.image.width}×${photo.image.height}), ` +
      `got ${width}×${height} in Immich: it was edited since; its next result will be written`,
  );
}
