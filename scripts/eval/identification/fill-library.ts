import { randomUUID } from 'node:crypto';

import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import { WorkerError } from '../../../src/errors.ts';
import type { Box } from '../../../src/faces/face.ts';
import type { MatchThresholds } from '../../../src/identities/decide-photo.ts';
import { People } from '../../../src/identities/journal/people.ts';
import type { FaceRecord } from '../../../src/identities/photo-record.ts';
import { createPhotoProcessor } from '../../../src/pipeline/process-photo.ts';
import type { Store } from '../../../src/store/store.ts';
import { seededRandom, shuffled } from '../../harness/random.ts';
import type { PhotoSet } from '../data/labelled-photo.ts';
import { labelledFacePlace } from '../look/labelled-face.ts';
import type { Looks } from '../look/looked-photo.ts';

/** What the worker made of a photo when it came. */
export interface Arrival {
  /** The photo's place in the set. */
  readonly photo: number;
  /** The labelled face as it was decided; null when no face was found. */
  readonly face: FaceRecord | null;
}

/** A library that was filled photo by photo. */
export interface FilledLibrary {
  /** In the order in which they came. */
  readonly arrivals: readonly Arrival[];
  /** Whose the labelled face of each photo is in the end, by the photo's place; null: nobody's. */
  peopleNow(): Promise<(string | null)[]>;
}

export interface FillOptions {
  readonly set: PhotoSet;
  readonly looks: Looks;
  readonly store: Store;
  readonly match: MatchThresholds;
  /** Decides the order of the photos. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onPhoto: () => void;
}

/**
 * Lets a set's photos arrive in random order, one after another, through the worker's own flow and
 * store; only what the nets saw is given.
 */
export async function fillLibrary(options: FillOptions): Promise<FilledLibrary> {
  const { set, looks, store, seed, signal } = options;
  // An owner of its own, so that runs in one store know nothing of each other.
  const ownerId = randomUUID();
  const first = [...looks.values()].find(({ seen }) => seen !== null)?.seen;
  const faces: (FaceRecord | null)[] = set.photos.map(() => null);
  const arrivals: Arrival[] = [];
  if (first == null) return { arrivals, peopleNow: () => Promise.resolve(faces.map(() => null)) };
  const processPhoto = createPhotoProcessor({
    store,
    locate: (path) => Promise.resolve(path),
    see: (path) => Promise.resolve(seenOf(path, looks)),
    publish: () => Promise.resolve(),
    match: options.match,
    model: first.model,
    newId: seededIds(seed),
  });
  for (const photo of shuffled([...set.photos.keys()], seed)) {
    const path = set.photos[photo]?.path ?? '';
    const seen = looks.get(path)?.seen ?? null;
    if (seen !== null) {
      const task = { kind: 'look', assetId: `photo-${photo}`, ownerId, path } as const;
      const record = await processPhoto(
        { ...task, runId: `run-${photo}`, skipWhenCurrent: false },
        { signal, report: () => undefined },
      );
      const place = labelledFacePlace(seen, set.labelledFace);
      const box = place === null ? undefined : seen.faces[place]?.box;
      faces[photo] = record.faces.find((face) => sameBox(face.box, box)) ?? null;
    }
    arrivals.push({ photo, face: faces[photo] ?? null });
    options.onPhoto();
  }
  return {
    arrivals,
    peopleNow: async () => {
      const people = People.of(await store.readFacts(ownerId));
      return faces.map((face) => (face === null ? null : people.personOf(face)));
    },
  };
}

function sameBox(a: Box, b: Box | undefined): boolean {
  return b !== undefined && a.x === b.x && a.y === b.y && a.width === b.width;
}

function seenOf(path: string, looks: Looks): SeenPhoto {
  const look = looks.get(path);
  if (look?.seen != null) return look.seen;
  throw new WorkerError('VISION_FAILED', `${path} was not looked at: ${look?.error ?? 'unknown'}`);
}

/** Ids that are the same for the same seed, since ties between people are broken by id. */
function seededIds(seed: number): () => string {
  const random = seededRandom(seed, 1);
  let count = 0;
  return () => `${Math.floor(random() * 2 ** 32).toString(16)}-${++count}`;
}
