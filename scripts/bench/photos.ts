import { existsSync } from 'node:fs';
import path from 'node:path';

import { listPhotos, resolveFolder } from '../../src/commands/list-photos.ts';
import { WorkerError } from '../../src/errors.ts';

/** What face-api's tfjs-node users can decode. */
const ENDING = /\.(jpe?g|png)$/i;

/** The photos of the bench, the first of them as warm-up; at least two. */
export async function chooseBenchPhotos(options: {
  photos: string | null;
  limit: number;
}): Promise<string[]> {
  const folder = await resolveFolder(options.photos ?? defaultFolder());
  const all: string[] = [];
  for await (const file of listPhotos(folder, {})) if (ENDING.test(file)) all.push(file);
  if (all.length === 0) {
    throw new WorkerError(
      'FOLDER_UNUSABLE',
      `expected JPEG or PNG photos below ${folder}, got none`,
    );
  }
  const count = Math.min(all.length, options.limit);
  const chosen = Array.from(
    { length: count },
    (_, i) => all[Math.floor((i * all.length) / count)] as string,
  );
  return [chosen[0] as string, ...chosen];
}

function defaultFolder(): string {
  const album = path.resolve(__dirname, '../../../../shared/data/album');
  if (existsSync(album)) return album;
  return path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');
}
