import { createHash } from 'node:crypto';
import path from 'node:path';

/** Where uploaded photos lie, a folder for each owner; one of the worker's media roots. */
export function uploadFolder(dataDir: string): string {
  return path.resolve(dataDir, 'uploads');
}

/** The owner's own: the same photo of two owners is two files, so that forgetting one keeps the other. */
export function ownerUploadFolder(dataDir: string, ownerId: string): string {
  const name = createHash('sha256').update(ownerId).digest('hex').slice(0, 32);
  return path.join(uploadFolder(dataDir), name);
}
