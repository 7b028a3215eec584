import { realpath } from 'node:fs/promises';
import path from 'node:path';

import { WorkerError } from '../errors.ts';

/**
 * The real path of a photo, links resolved, when it lies inside one of `roots`.
 * Throws PATH_OUTSIDE_ROOTS, PATH_NOT_FOUND or PATH_UNREADABLE.
 */
export async function locatePhoto(photoPath: string, roots: readonly string[]): Promise<string> {
  if (!path.isAbsolute(photoPath)) {
    throw new WorkerError(
      'PATH_OUTSIDE_ROOTS',
      `expected an absolute path inside MEDIA_ROOTS, got ${quote(photoPath)}`,
    );
  }
  // A path that is outside by its name alone is refused before the disk is asked about it.
  if (!(await isInside(path.resolve(photoPath), roots))) throw outside(photoPath, roots);
  const resolved = await resolveLinks(photoPath);
  if (!(await isInside(resolved, roots))) throw outside(photoPath, roots);
  return resolved;
}

async function isInside(candidate: string, roots: readonly string[]): Promise<boolean> {
  for (const root of roots) {
    for (const folder of new Set([path.resolve(root), await realRoot(root)])) {
      const relative = path.relative(folder, candidate);
      if (relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative)) {
        return true;
      }
    }
  }
  return false;
}

async function realRoot(root: string): Promise<string> {
  return realpath(root).catch(() => path.resolve(root));
}

async function resolveLinks(photoPath: string): Promise<string> {
  try {
    return await realpath(photoPath);
  } catch (cause) {
    throw pathError(photoPath, cause);
  }
}

/** The error for a path that the file system refused. */
export function pathError(photoPath: string, cause: unknown): WorkerError {
  const { code } = cause as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new WorkerError(
        'PATH_NOT_FOUND',
        `expected a photo at ${quote(photoPath)}, there is nothing; is the folder mounted here under the same path?`,
        { cause },
      );
    case 'EACCES':
    case 'EPERM':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return new WorkerError(
        'PATH_UNREADABLE',
        `may not read ${quote(photoPath)} (${code}); let the worker's user read it, then retry the job`,
        { cause },
      );
    default:
      return new WorkerError(
        'PATH_IO_ERROR',
        `reading ${quote(photoPath)} failed (${code ?? String(cause)}); it is tried again`,
        { cause },
      );
  }
}

function outside(photoPath: string, roots: readonly string[]): WorkerError {
  const where = roots.length === 0 ? 'no folder (it is empty)' : roots.map(quote).join(', ');
  return new WorkerError(
    'PATH_OUTSIDE_ROOTS',
    `${quote(photoPath)} leads outside MEDIA_ROOTS, which names ${where}; add its folder there`,
  );
}

function quote(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
}
