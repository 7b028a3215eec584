import { realpath } from 'node:fs/promises';
import path from 'node:path';

import { WorkerError } from '../errors.ts';

/** Throws PATH_OUTSIDE_ROOTS unless the folder, a real path, lies in one of `mediaRoots` or is one. */
export async function assertInsideRoots(
  folder: string,
  mediaRoots: readonly string[],
): Promise<void> {
  for (const root of mediaRoots) {
    const relative = path.relative(await realpath(root).catch(() => root), folder);
    if (relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative)) return;
  }
  const named = mediaRoots.map((root) => JSON.stringify(root)).join(', ');
  throw new WorkerError(
    'PATH_OUTSIDE_ROOTS',
    `${JSON.stringify(folder)} lies outside MEDIA_ROOTS, which names ${named || 'no folder'}, so the ` +
      'worker would refuse its photos. Nothing was queued. Start the worker and this command with ' +
      `MEDIA_ROOTS=${[...mediaRoots, folder].join(',')}`,
  );
}
