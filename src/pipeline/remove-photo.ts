import type { PhotoRecord } from '../identities/photo-record.ts';

/** The record that says that an asset is gone: no faces, no path, nothing of its content. */
export function removedRecord(
  former: PhotoRecord,
  next: { sequence: number; runId: string },
): PhotoRecord {
  return {
    ...former,
    ...next,
    revision: former.revision + 1,
    path: null,
    checksum: '',
    faces: [],
    removed: true,
    takenAt: null,
    timings: {},
    decidedAt: new Date().toISOString(),
  };
}
