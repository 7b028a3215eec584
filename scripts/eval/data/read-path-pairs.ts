import { existsSync } from 'node:fs';
import path from 'node:path';

import type { LabelledPhoto, PhotoPair, PhotoSet } from './labelled-photo.ts';
import { readText, unusable } from './read-text.ts';

/**
 * A file of lines `path path 0|1`, 1 for the same person, split at tabs or else at spaces. Paths are
 * absolute, or below `people`'s folder, or below the file's own. Photos of `people` stay in the set;
 * those that only the file names have no label.
 */
export async function readPathPairs(
  file: string,
  people: { readonly set: PhotoSet; readonly folder: string } | null,
): Promise<PhotoSet> {
  const photos: LabelledPhoto[] = [...(people?.set.photos ?? [])];
  const places = new Map(photos.map((photo, place) => [photo.path, place]));
  const folders = [...(people === null ? [] : [people.folder]), path.dirname(file)];
  const placeOf = (name: string, place: string): number => {
    const found = folders.map((folder) => path.resolve(folder, name)).find(existsSync);
    if (found === undefined) throw unusable(place, `expected a photo at ${name}, there is none`);
    const known = places.get(found);
    if (known !== undefined) return known;
    places.set(found, photos.length);
    photos.push({ path: found, person: null });
    return photos.length - 1;
  };
  const lines = (await readText(file)).split(/\r?\n/);
  const pairs = lines.flatMap((line, i): PhotoPair[] => {
    if (line.trim() === '') return [];
    const place = `${file}, line ${i + 1}`;
    const [first, second, same, ...rest] = line.trim().split(line.includes('\t') ? '\t' : /\s+/);
    if (first === undefined || second === undefined || !/^[01]$/.test(same ?? '') || rest[0]) {
      throw unusable(place, `expected "path path 0|1", got ${JSON.stringify(line.slice(0, 120))}`);
    }
    return [
      { first: placeOf(first, place), second: placeOf(second, place), same: same === '1', fold: 0 },
    ];
  });
  if (pairs.length === 0) throw unusable(file, 'expected lines "path path 0|1", got none');
  return { name: people?.set.name ?? 'pairs', photos, pairs, folds: 0, labelledFace: 'largest' };
}
