import type { SeenFace } from '../../../src/descriptors/seen-photo.ts';
import { boxIou, type Box } from '../../../src/faces/face.ts';
import type { TruthPhoto } from '../data/read-ground-truth.ts';

/** Overlap from which a found box counts as the labelled one. */
export const LEAST_IOU = 0.5;

/** A found face against the truth: right, wrong, or lying where neither counts. */
export interface JudgedFace {
  readonly face: SeenFace;
  readonly verdict: 'right' | 'wrong' | 'ignored';
  /** Place of the labelled box or nose that it is; null when it is none. */
  readonly truth: number | null;
}

export interface MatchedPhoto {
  readonly truth: TruthPhoto;
  /** Best score first. */
  readonly faces: readonly JudgedFace[];
  /** Places of the labelled boxes or noses that no found face is. */
  readonly missed: readonly number[];
  /** Labelled boxes or noses. */
  readonly labelled: number;
}

/**
 * Holds found faces against a photo's boxes (IoU at least 0.5) or, where it has none, its noses (the
 * box holds the nose); each label is found once, by the best score. Null for photos on which no label
 * says where the faces are.
 */
export function matchPhoto(truth: TruthPhoto, found: readonly SeenFace[]): MatchedPhoto | null {
  const places = fits(truth);
  if (places === null) return null;
  const open = new Set(places.keys());
  const faces = [...found]
    .sort((a, b) => b.score - a.score)
    .map((face): JudgedFace => {
      const best = bestFit(face.box, places, open);
      if (best !== null) {
        open.delete(best);
        return { face, verdict: 'right', truth: best };
      }
      const ignored = truth.ignored.some((box) => boxIou(box, face.box) >= LEAST_IOU);
      return { face, verdict: ignored ? 'ignored' : 'wrong', truth: null };
    });
  return { truth, faces, missed: [...open], labelled: places.length };
}

/** How well a box fits a label; 0: not at all. */
type Fit = (box: Box) => number;

function fits({ boxes, noses, faces }: TruthPhoto): Fit[] | null {
  if (boxes !== null) {
    return boxes.map((label) => (box) => {
      const iou = boxIou(label, box);
      return iou >= LEAST_IOU ? iou : 0;
    });
  }
  if (noses !== null) return noses.map((nose) => (box) => nearnessToMiddle(nose, box));
  return faces === 0 ? [] : null;
}

/** 1 for a point in the middle of the box, 0 outside it. */
function nearnessToMiddle([x, y]: readonly [number, number], box: Box): number {
  const aside = Math.abs(x - box.x - box.width / 2) / (box.width / 2);
  const above = Math.abs(y - box.y - box.height / 2) / (box.height / 2);
  return Math.max(0, 1 - Math.max(aside, above) / 1.0001);
}

function bestFit(box: Box, places: readonly Fit[], open: ReadonlySet<number>): number | null {
  let best: number | null = null;
  let most = 0;
  for (const place of open) {
    const fit = places[place]?.(box) ?? 0;
    if (fit <= most) continue;
    most = fit;
    best = place;
  }
  return best;
}
