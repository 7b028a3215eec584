import path from 'node:path';

import { resolveFolder } from '../../../src/commands/list-photos.ts';
import type { LabelledPhoto, PhotoPair, PhotoSet } from './labelled-photo.ts';
import { listData } from './list-data.ts';
import { parseLfwPairs, type LfwPhoto } from './parse-lfw-pairs.ts';
import { readText, unusable } from './read-text.ts';

/**
 * LFW's photos below a folder (`Name_0001.jpg`, in a folder per person or all in one) and the pairs
 * of a file. Without `allPhotos` the set holds only the photos that the pairs name, which is the view
 * of 7,701 photos for pairs.txt. Without a pairs file every photo is compared with every other.
 */
export async function readLfw(options: {
  folder: string;
  pairsFile: string | null;
  allPhotos: boolean;
}): Promise<PhotoSet> {
  const files = await filesByName(options.folder);
  const { pairsFile } = options;
  if (pairsFile === null) return withoutPairs(files, options.folder);
  const { pairs: named, folds } = parseLfwPairs(await readText(pairsFile), pairsFile);
  const photos: LabelledPhoto[] = [];
  const places = new Map<string, number>();
  const placeOf = (name: string): number => {
    const known = places.get(name);
    if (known !== undefined) return known;
    const file = files.get(name);
    if (file === undefined) {
      throw unusable(options.folder, `expected ${name}.jpg (named in ${pairsFile}), got none`);
    }
    places.set(name, photos.length);
    photos.push({ path: file, person: personOf(name) });
    return photos.length - 1;
  };
  const pairs = named.map(({ first, second, same, fold }): PhotoPair => ({
    first: placeOf(nameOf(first)),
    second: placeOf(nameOf(second)),
    same,
    fold,
  }));
  if (options.allPhotos) for (const name of files.keys()) if (isLfwName(name)) placeOf(name);
  return { name: 'lfw', photos, pairs, folds, labelledFace: 'central' };
}

function withoutPairs(files: ReadonlyMap<string, string>, folder: string): PhotoSet {
  const photos = [...files]
    .filter(([name]) => isLfwName(name))
    .map(([name, file]): LabelledPhoto => ({ path: file, person: personOf(name) }));
  if (photos.length === 0) throw unusable(folder, 'expected photos named Name_0001.jpg, got none');
  return { name: 'lfw', photos, pairs: null, folds: 0, labelledFace: 'central' };
}

async function filesByName(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const file of await listData(await resolveFolder(folder))) {
    files.set(path.parse(file).name, file);
  }
  return files;
}

function nameOf({ person, number }: LfwPhoto): string {
  return `${person}_${String(number).padStart(4, '0')}`;
}

function isLfwName(name: string): boolean {
  return /^.+_\d{4}$/.test(name);
}

function personOf(name: string): string {
  return name.slice(0, name.lastIndexOf('_'));
}
