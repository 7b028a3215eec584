import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

import { sameModel } from '../descriptors/descriptor.ts';
import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import { decidePhoto } from '../identities/decide-photo.ts';
import type { KnownFaces } from '../identities/known-faces.ts';
import type { PhotoRecord, PhotoView } from '../identities/photo-record.ts';
import { linkageDistance } from '../identities/tidy/people-faces.ts';
import { throwIfStopped } from '../identities/tidy/throw-if-stopped.ts';
import { OVERTAKEN, retryWhenOvertaken } from './retry-when-overtaken.ts';
import { currentKnown, type TidyTask } from './tidy-task.ts';

/** A person of very different faces may know a face that lies this far from them on the whole. */
const FARTHEST_PERSON = 0.55;
/** Faces looked at before others get a turn. */
const SLICE = 200;

/**
 * Decides again, as for a new photo but without looking at it, about faces that were nobody's: those
 * that lie near a person who changed, and those that are good enough to found one since a setting was
 * moved. Answers with the photos that were written.
 */
export async function decideOpenFaces(
  task: TidyTask,
  known: KnownFaces,
  changed: ReadonlySet<string>,
): Promise<PhotoRecord[]> {
  const written: PhotoRecord[] = [];
  for (const assetId of await photosToDecide(task, known, changed)) {
    const record = await retryWhenOvertaken(() => decideAgain(assetId, task));
    if (record === null) continue;
    await task.publish(record);
    written.push(record);
  }
  return written;
}

async function photosToDecide(
  task: TidyTask,
  known: KnownFaces,
  changed: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const { standings } = task.nearness.of(known);
  const means = [...changed].flatMap((personId) => standings.get(personId)?.mean ?? []);
  const photos = new Set<string>();
  // A list, since the known faces may move on while others get a turn.
  const open = [...known.openFaces()].map((face) => ({
    ...face,
    descriptor: face.descriptor.slice(),
  }));
  for (const [i, { assetId, descriptor, mayFound }] of open.entries()) {
    if (i % SLICE === SLICE - 1) {
      await setImmediate();
      throwIfStopped(task.signal);
    }
    if (mayFound || means.some((mean) => linkageDistance(mean, descriptor) <= FARTHEST_PERSON)) {
      photos.add(assetId);
    }
  }
  return photos;
}

/** The record as users see it, or null when nobody's faces stay nobody's. */
async function decideAgain(
  assetId: string,
  task: TidyTask,
): Promise<PhotoView | null | typeof OVERTAKEN> {
  const { store, ownerId, match, newId = randomUUID } = task;
  const former = await store.findPhoto(ownerId, assetId);
  const known = await currentKnown(task);
  if (former === null || !sameModel(former.model, known.model)) return null;
  const seen = asSeen(former);
  const decided = decidePhoto({ seen, former, known, assetId, thresholds: match, newId });
  const faces = former.faces.map((face, i) => {
    const again = decided[i];
    return face.personId === null && again?.personId != null ? again : face;
  });
  if (faces.every((face, i) => face === former.faces[i])) return null;
  const record: PhotoRecord = {
    ...former,
    sequence: known.sequence + 1,
    revision: former.revision + 1,
    faces,
    decidedAt: new Date().toISOString(),
  };
  if ((await store.commitPhoto(record, former.sequence)) === 'conflict') return OVERTAKEN;
  return known.people.viewOf(record);
}

/** What vision saw of the photo, out of its record; the faces keep their order. */
function asSeen({ image, checksum, faces, model, timings }: PhotoRecord): SeenPhoto {
  return {
    image,
    checksum,
    model,
    timings,
    faces: faces.map((face) => ({ ...face, descriptorRefusal: null })),
  };
}
