import path from 'node:path';

import { WorkerError } from '../errors.ts';
import { uploadPlaceOf, type UploadFolder } from './upload-folder.ts';

type Locate = (photoPath: string) => Promise<string>;

/**
 * Finds photos as `locate` does, and of this worker's uploads those too whose path was written where
 * the folder is mounted elsewhere. Rejects with UPLOAD_ELSEWHERE for what another worker has.
 */
export function locateWithUploads(locate: Locate, folder: UploadFolder): Locate {
  return async (photoPath) => {
    const place = uploadPlaceOf(photoPath);
    if (place === null) return locate(photoPath);
    if (place.folderId === folder.id) return locate(path.join(folder.path, place.rest));
    try {
      return await locate(photoPath);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      throw new WorkerError(
        'UPLOAD_ELSEWHERE',
        `expected an upload to this worker (folder ${folder.id}), got one that another worker alone ` +
          `has (folder ${place.folderId} in its DATA_DIR); start that worker, or upload the photo again`,
        { cause: error },
      );
    }
  };
}

function isAbsent(error: unknown): boolean {
  const codes: readonly string[] = ['PATH_OUTSIDE_ROOTS', 'PATH_NOT_FOUND'];
  return error instanceof WorkerError && codes.includes(error.code);
}
