import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { resolveFolder } from '../../../src/commands/list-photos.ts';
import type { LabelledPhoto, PhotoSet } from './labelled-photo.ts';
import { listData } from './list-data.ts';
import { unusable } from './read-text.ts';

/** A folder with a folder per person; every photo is compared with every other. */
export async function readPeopleFolder(given: string): Promise<PhotoSet> {
  const folder = await resolveFolder(given);
  const photos: LabelledPhoto[] = [];
  for (const name of await readdir(folder)) {
    const ofPerson = path.join(folder, name);
    if (name.startsWith('.')) continue;
    const kind = await stat(ofPerson).catch(() => null);
    if (kind?.isDirectory() !== true) continue;
    for (const file of await listData(ofPerson)) photos.push({ path: file, person: name });
  }
  if (photos.length === 0) {
    throw unusable(given, 'expected a folder per person with photos in it, got none');
  }
  photos.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { name: 'people', photos, pairs: null, folds: 0, labelledFace: 'largest' };
}
