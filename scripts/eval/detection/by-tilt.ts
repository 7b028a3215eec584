import type { TiltedPhoto } from '../data/make-tilted.ts';
import type { Looks } from '../look/looked-photo.ts';
import type { Bin } from './detect.ts';
import { matchPhoto } from './match-photo.ts';

/** Recall on turned copies of the labelled photos, for each angle. */
export function recallByTilt(tilted: readonly TiltedPhoto[], looks: Looks): Bin[] {
  const degrees = [...new Set(tilted.map((photo) => photo.degrees))];
  return degrees.map((angle): Bin => {
    let [labelled, missed] = [0, 0];
    for (const { truth } of tilted.filter((photo) => photo.degrees === angle)) {
      const matched = matchPhoto(truth, looks.get(truth.path)?.seen?.faces ?? []);
      labelled += matched?.labelled ?? 0;
      missed += matched?.missed.length ?? 0;
    }
    return {
      name: `turned by ${angle}°`,
      labelled,
      recall: labelled === 0 ? null : (labelled - missed) / labelled,
    };
  });
}
