import { existsSync } from 'node:fs';
import path from 'node:path';

import { shuffled } from '../../harness/random.ts';
import { cacheDir } from '../../native/run.ts';
import type { EvalArguments } from '../arguments.ts';
import type { PhotoSet } from './labelled-photo.ts';
import { makeSamples } from './make-samples.ts';
import { makeTilted, type TiltedPhoto } from './make-tilted.ts';
import { readGroundTruth, type TruthPhoto } from './read-ground-truth.ts';
import { readLfw } from './read-lfw.ts';
import { readPathPairs } from './read-path-pairs.ts';
import { readPeopleFolder } from './read-people-folder.ts';
import { unusable } from './read-text.ts';

/** All that an evaluation was given. */
export interface EvalData {
  readonly sets: readonly PhotoSet[];
  /** Labels of --boxes; null when it was not given. */
  readonly truths: readonly TruthPhoto[] | null;
  /** Turned copies of them, with --tilts. */
  readonly tilted: readonly TiltedPhoto[];
}

export async function readSets(options: EvalArguments): Promise<EvalData> {
  const { lfw, pairs, boxes, allPhotos } = options;
  const sets: PhotoSet[] = [];
  const samples = options.samples ? await makeSamples(path.join(cacheDir, 'eval/samples')) : null;
  if (lfw !== undefined) {
    sets.push(await readLfw({ folder: lfw, pairsFile: pairs ?? null, allPhotos }));
  }
  sets.push(...(await readPeople(options)));
  if (samples !== null) sets.push(samples.set);
  const truths = boxes === undefined ? null : await readBoxes(boxes);
  const labels = truths ?? samples?.truths ?? null;
  const tilted =
    options.tilts && labels !== null
      ? await makeTilted(labels, path.join(cacheDir, 'eval/tilted'))
      : [];
  return { sets, truths: labels, tilted };
}

/** A photo that is not there would count as one whose faces were missed. */
async function readBoxes(file: string): Promise<TruthPhoto[]> {
  const truths = await readGroundTruth(file);
  const missing = truths.find((truth) => !existsSync(truth.path));
  if (missing !== undefined) {
    throw unusable(file, `expected a photo at ${missing.path}, there is none`);
  }
  return truths;
}

/** The set of --people with all pairs or those of --pairs-only, or of the latter alone. */
async function readPeople({ people, pairsOnly }: EvalArguments): Promise<PhotoSet[]> {
  const set = people === undefined ? null : await readPeopleFolder(people);
  if (pairsOnly === undefined) return set === null ? [] : [set];
  const given = set === null ? null : { set, folder: people ?? '' };
  return [await readPathPairs(pairsOnly, given)];
}

/**
 * The set as a library in which a share of the people are strangers: one photo of each is kept,
 * which one and of whom the seed decides.
 */
export function withStrangers(set: PhotoSet, share: number, seed: number): PhotoSet {
  if (share === 0) return set;
  const people = [...new Set(set.photos.flatMap(({ person }) => person ?? []))].sort();
  const strangers = new Set(shuffled(people, seed, 2).slice(0, Math.round(people.length * share)));
  const met = new Set<string>();
  const order = shuffled(set.photos, seed, 3);
  const kept = order.filter(({ person }) => {
    if (person === null || !strangers.has(person)) return true;
    if (met.has(person)) return false;
    met.add(person);
    return true;
  });
  return { ...set, photos: kept, pairs: null, folds: 0 };
}
