import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

import { WorkerError } from '../errors.ts';
import { pathError } from './locate-photo.ts';

/**
 * A file's bytes, its kind and size checked on the opened file before a byte is read.
 * `photoPath` has its links resolved already: a link put in its place since is not followed.
 * Throws PATH_NOT_FOUND, PATH_NOT_A_FILE, PATH_UNREADABLE, PATH_IO_ERROR, PHOTO_EMPTY or
 * PHOTO_TOO_LARGE.
 */
export async function readPhoto(
  photoPath: string,
  limits: { readonly maxPhotoBytes: number },
): Promise<Buffer> {
  let file: FileHandle;
  try {
    // O_NONBLOCK: opening a named pipe would otherwise wait for a writer for ever.
    file = await open(photoPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw pathError(photoPath, cause);
  }
  try {
    const status = await file.stat();
    if (!status.isFile()) {
      const kind = status.isDirectory() ? 'a folder' : 'a device, pipe or socket';
      throw new WorkerError('PATH_NOT_A_FILE', `expected a photo at ${photoPath}, got ${kind}`);
    }
    if (status.size === 0) {
      throw new WorkerError('PHOTO_EMPTY', `expected a photo, got a file of 0 bytes: ${photoPath}`);
    }
    if (status.size > limits.maxPhotoBytes) {
      throw new WorkerError(
        'PHOTO_TOO_LARGE',
        `expected at most ${limits.maxPhotoBytes} bytes (MAX_PHOTO_BYTES), got ${status.size}: ${photoPath}`,
      );
    }
    return await readWhole(file, status.size);
  } catch (error) {
    throw error instanceof WorkerError ? error : pathError(photoPath, error);
  } finally {
    await file.close();
  }
}

/** Reads what `stat` promised and no more, so that a growing file cannot pass the limit. */
async function readWhole(file: FileHandle, sizeBytes: number): Promise<Buffer> {
  const content = Buffer.allocUnsafe(sizeBytes);
  let offset = 0;
  while (offset < sizeBytes) {
    const { bytesRead } = await file.read(content, offset, sizeBytes - offset, offset);
    if (bytesRead === 0) break;
    offset += bytesRead;
  }
  return content.subarray(0, offset);
}
