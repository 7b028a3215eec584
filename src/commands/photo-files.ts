import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';

import { systemCodeOf, WorkerError } from '../errors.ts';

/** Endings of photos that sharp reads, and of those that it should say it does not. */
const PHOTO_ENDING = /\.(jpe?g|jpe|png|webp|tiff?|gif|avif|heic|heif)$/i;

/**
 * The photos of a folder and all folders below it, as absolute paths, each folder's own in the
 * order of their names. Links are not followed, hidden files and folders are passed over. Throws
 * PATH_NOT_FOUND, PATH_NOT_A_FOLDER or PATH_UNREADABLE.
 */
export async function* listPhotoFiles(folder: string): AsyncGenerator<string> {
  const absolute = path.resolve(folder);
  const { files, folders } = await readFolder(absolute);
  for (const name of files) yield path.join(absolute, name);
  for (const name of folders) yield* listPhotoFiles(path.join(absolute, name));
}

async function readFolder(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) folders.push(entry.name);
      else if (entry.isFile() && PHOTO_ENDING.test(entry.name)) files.push(entry.name);
    }
  } catch (cause) {
    throw await folderError(folder, cause);
  }
  return { files: files.sort(), folders: folders.sort() };
}

async function folderError(folder: string, cause: unknown): Promise<WorkerError> {
  const reason = systemCodeOf(cause) ?? String(cause);
  const exists = await stat(folder).then(
    () => true,
    () => false,
  );
  if (reason === 'ENOENT' || !exists) {
    return new WorkerError('PATH_NOT_FOUND', `expected a folder at ${folder}, there is nothing`, {
      cause,
    });
  }
  return reason === 'ENOTDIR'
    ? new WorkerError('PATH_NOT_A_FOLDER', `expected a folder, got a file: ${folder}`, { cause })
    : new WorkerError('PATH_UNREADABLE', `may not read the folder ${folder} (${reason})`, {
        cause,
      });
}
