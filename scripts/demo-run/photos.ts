import { createHash } from 'node:crypto';
import path from 'node:path';

import { listPhotos, resolveFolder } from '../../src/commands/list-photos.ts';
import { WorkerError } from '../../src/errors.ts';
import { makeRetakes } from './retakes.ts';

/** A photo of the demo. */
export interface DemoPhoto {
  readonly assetId: string;
  /** Real path. */
  readonly path: string;
  /** What tables and sheets call it: its path inside the folder. */
  readonly name: string;
}

export interface DemoPhotos {
  readonly photos: readonly DemoPhoto[];
  /** Folders that the worker must be allowed to read. */
  readonly roots: readonly string[];
}

/**
 * The user's photos, or the samples of the face-api package with retakes made in `workFolder`.
 * `out` is left out: a contact sheet of an earlier demo is no photo of the user's.
 */
export async function gatherPhotos(
  folder: string | null,
  { workFolder, out }: { workFolder: string; out: string },
): Promise<DemoPhotos> {
  if (folder !== null) return photosOf(folder, out);
  const packageFile = require.resolve('@vladmandic/face-api/package.json');
  const samplesFolder = path.join(path.dirname(packageFile), 'demo');
  const samples = [1, 2, 3, 4, 5, 6].map((n) => path.join(samplesFolder, `sample${n}.jpg`));
  const retakes = await makeRetakes(samples, workFolder);
  return {
    photos: [...samples, ...retakes].map((file) => toPhoto(file, path.dirname(file))),
    roots: [samplesFolder, workFolder],
  };
}

async function photosOf(folder: string, except: string): Promise<DemoPhotos> {
  const root = await resolveFolder(folder);
  const photos: DemoPhoto[] = [];
  for await (const file of listPhotos(root, { except })) photos.push(toPhoto(file, root));
  if (photos.length === 0) {
    throw new WorkerError('FOLDER_UNUSABLE', `expected photos below ${folder}, got none`);
  }
  return { photos, roots: [root] };
}

function toPhoto(file: string, folder: string): DemoPhoto {
  const name = path.relative(folder, file);
  const short = name.length <= 200 ? name : createHash('sha256').update(name).digest('hex');
  return { assetId: short, path: file, name };
}
