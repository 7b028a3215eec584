import type { Box } from '../../../src/faces/face.ts';
import type { FaceRecord } from '../../../src/identities/photo-record.ts';
import type { Store } from '../../../src/store/store.ts';
import { shuffled } from '../../harness/random.ts';
import type { PhotoSet } from '../data/labelled-photo.ts';
import { labelledFacePlace } from '../look/labelled-face.ts';
import type { Looks } from '../look/looked-photo.ts';
import { openLibrary, type IdentityRules, type Library } from './open-library.ts';

/** What the worker made of a photo when it came. */
export interface Arrival {
  /** The photo's place in the set. */
  readonly photo: number;
  /** The labelled face as it was decided; null when no face was found. */
  readonly face: FaceRecord | null;
}

/** Whose the labelled face of each photo is, by the photo's place; null: nobody's. */
export type PeopleOfPhotos = readonly (string | null)[];

/** A library that was filled photo by photo. */
export interface FilledLibrary {
  /** In the order in which they came. */
  readonly arrivals: readonly Arrival[];
  readonly people: PeopleOfPhotos;
  /** The same after the worker's maintenance. */
  readonly afterMaintenance: PeopleOfPhotos;
}

export interface FillOptions {
  readonly set: PhotoSet;
  readonly looks: Looks;
  readonly store: Store;
  readonly rules: IdentityRules;
  /** Decides the order of the photos. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onPhoto: () => void;
}

/** Lets a set's photos arrive in random order, one after another, and maintains the library then. */
export async function fillLibrary(options: FillOptions): Promise<FilledLibrary> {
  const { set, looks, signal } = options;
  const model = [...looks.values()].find(({ seen }) => seen !== null)?.seen?.model;
  const nobody = set.photos.map(() => null);
  if (model === undefined) return { arrivals: [], people: nobody, afterMaintenance: nobody };
  const library = openLibrary({ ...options, model });
  const arrivals = await letArrive(library, options);
  const people = await peopleOf(library, arrivals, nobody);
  await library.maintain(signal);
  return { arrivals, people, afterMaintenance: await peopleOf(library, arrivals, nobody) };
}

async function letArrive(library: Library, options: FillOptions): Promise<Arrival[]> {
  const { set, looks, seed, signal } = options;
  const arrivals: Arrival[] = [];
  for (const photo of shuffled([...set.photos.keys()], seed)) {
    const path = set.photos[photo]?.path ?? '';
    const seen = looks.get(path)?.seen ?? null;
    let face: FaceRecord | null = null;
    if (seen !== null) {
      const record = await library.add(path, seen, signal);
      const place = labelledFacePlace(seen, set.labelledFace);
      const box = place === null ? undefined : seen.faces[place]?.box;
      face = record.faces.find((one) => sameBox(one.box, box)) ?? null;
    }
    arrivals.push({ photo, face });
    options.onPhoto();
  }
  return arrivals;
}

async function peopleOf(
  library: Library,
  arrivals: readonly Arrival[],
  nobody: PeopleOfPhotos,
): Promise<PeopleOfPhotos> {
  const personOf = await library.readPeople();
  const now: (string | null)[] = [...nobody];
  for (const { photo, face } of arrivals) {
    if (face !== null) now[photo] = personOf(face.faceId);
  }
  return now;
}

function sameBox(a: Box, b: Box | undefined): boolean {
  return b !== undefined && a.x === b.x && a.y === b.y && a.width === b.width;
}
