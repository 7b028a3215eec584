import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

import { isPhotoName } from '../../../src/commands/list-photos.ts';

/**
 * Paths of the photos below a folder, sorted. Other than a backfill it follows links, since labelled
 * sets are often folders of links; each folder is read once, however many links lead to it.
 */
export async function listData(folder: string, seen = new Set<string>()): Promise<string[]> {
  const real = await realpath(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  const files: string[] = [];
  for (const name of await readdir(folder)) {
    if (name.startsWith('.')) continue;
    const entry = path.join(folder, name);
    const kind = await stat(entry).catch(() => null);
    if (kind?.isDirectory() === true) files.push(...(await listData(entry, seen)));
    else if (kind?.isFile() === true && isPhotoName(name)) files.push(entry);
  }
  return files.sort((a, b) => (a < b ? -1 : 1));
}
