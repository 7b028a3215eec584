import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { listPhotos, resolveFolder } from '../../../src/commands/list-photos.ts';
import type { LabelledPhoto, PhotoSet } from './labelled-photo.ts';
import { unusable } from './read-text.ts';

/** A folder with a folder per person; every photo is compared with every other. */
export async function readPeopleFolder(given: string): Promise<PhotoSet> {
  const folder = await resolveFolder(given);
  const photos: LabelledPhoto[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    if (name.startsWith('.')) continue;
    for await (const file of listPhotos(path.join(folder, name))) {
      photos.push({ path: file, person: name });
    }
  }
  if (photos.length === 0) {
    throw unusable(given, 'expected a folder per person with photos in it, got none');
  }
  photos.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { name: 'people', photos, pairs: null, folds: 0, labelledFace: 'largest' };
}
