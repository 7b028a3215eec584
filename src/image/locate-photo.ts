import { realpath } from 'node:fs/promises';
import path from 'node:path';

import { systemCodeOf, WorkerError } from '../errors.ts';

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

/** What the file system's refusals mean; any other is an input/output error and may pass. */
const REFUSALS: Readonly<Record<string, 'PATH_NOT_FOUND' | 'PATH_UNREADABLE'>> = {
  ENOENT: 'PATH_NOT_FOUND',
  ENOTDIR: 'PATH_NOT_FOUND',
  EACCES: 'PATH_UNREADABLE',
  EPERM: 'PATH_UNREADABLE',
  ELOOP: 'PATH_UNREADABLE',
  ENAMETOOLONG: 'PATH_UNREADABLE',
};

/** The error for a path that the file system refused. */
export function pathError(photoPath: string, cause: unknown): WorkerError {
  const reason = systemCodeOf(cause) ?? String(cause);
  const code = REFUSALS[reason] ?? 'PATH_IO_ERROR';
  const messages = {
    PATH_NOT_FOUND: `expected a photo at ${quote(photoPath)}, there is nothing; is the folder mounted here under the same path?`,
    PATH_UNREADABLE: `may not read ${quote(photoPath)} (${reason}); let the worker's user read it, then retry the job`,
    PATH_IO_ERROR: `reading ${quote(photoPath)} failed (${reason}); it is tried again`,
  };
  return new WorkerError(code, messages[code], { cause });
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
