import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import type { PhotoRecord } from './photo-record.ts';

/** What vision saw on a photo, as its record has kept it: for deciding again without looking again. */
export function seenAgain(record: PhotoRecord): SeenPhoto {
  const { image, checksum, takenAt = null, model, faces } = record;
  return {
    image,
    checksum,
    takenAt,
    model,
    timings: {},
    faces: faces.map(({ box, score, quality, landmarks, descriptor }) => ({
      box,
      score,
      quality,
      landmarks,
      descriptor,
      descriptorRefusal: descriptor === null ? 'none kept' : null,
    })),
  };
}
