import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

import { messageOf, systemCodeOf, WorkerError } from '../errors.ts';

/** File name endings of still photos; whether one decodes is for the worker to say. */
const PHOTO_ENDING = /\.(jpe?g|jpe|jfif|png|webp|tiff?|gif|avif|hei[cf]|hif)$/i;

/** Whether a file's name is that of a still photo. */
export function isPhotoName(name: string): boolean {
  return PHOTO_ENDING.test(name);
}

/** Synology keeps its own thumbnails of every photo in these. */
const THUMBNAIL_FOLDER = '@eaDir';

const byName = new Intl.Collator('en', { numeric: true });

export type SkipReason = 'link' | 'unreadable folder';

export interface ListOptions {
  /** A folder, as a real path, that is left out. */
  readonly except?: string | undefined;
  readonly onSkipped?: ((path: string, reason: SkipReason) => void) | undefined;
}

/** The real path of a folder of photos. Throws FOLDER_UNUSABLE. */
export async function resolveFolder(folder: string): Promise<string> {
  try {
    const real = await realpath(folder);
    if (!(await stat(real)).isDirectory()) {
      throw new WorkerError(
        'FOLDER_UNUSABLE',
        `expected a folder of photos, got a file: ${JSON.stringify(folder)}`,
      );
    }
    await readdir(real);
    return real;
  } catch (cause) {
    if (cause instanceof WorkerError) throw cause;
    const reason =
      systemCodeOf(cause) === 'ENOENT' ? 'there is nothing' : `got: ${messageOf(cause)}`;
    throw new WorkerError(
      'FOLDER_UNUSABLE',
      `expected a readable folder of photos at ${JSON.stringify(folder)}, ${reason}`,
      { cause },
    );
  }
}

/**
 * Absolute paths of the photos below `folder`, which is a real path, sorted by name, one folder in
 * memory at a time. Links are not followed: what one inside leads to is listed where it lies, and
 * what lies outside was not asked for. Names that begin with a dot are left out.
 */
export async function* listPhotos(
  folder: string,
  options: ListOptions = {},
): AsyncGenerator<string> {
  if (folder === options.except) return;
  const entries = await readFolder(folder, options);
  for (const entry of entries) {
    const entryPath = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== THUMBNAIL_FOLDER) yield* listPhotos(entryPath, options);
    } else if (entry.isSymbolicLink()) options.onSkipped?.(entryPath, 'link');
    else if (entry.isFile() && isPhotoName(entry.name)) yield entryPath;
  }
}

interface Entry {
  readonly name: string;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

async function readFolder(folder: string, options: ListOptions): Promise<Entry[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => byName.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
  } catch {
    options.onSkipped?.(folder, 'unreadable folder');
    return [];
  }
}
