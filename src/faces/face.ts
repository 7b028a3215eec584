/** A rectangle in pixels of the upright photo; x and y are its left and top edge. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type LowQualityReason =
  'small' | 'blurred' | 'turned' | 'low-score' | 'cut-off' | 'mirror-disagrees';

/** How far a face can be trusted, 0 (not at all) to 1, with the reasons that lowered it. */
export interface Quality {
  readonly value: number;
  readonly reasons: readonly LowQualityReason[];
  /** What the value is the worst of, each 0 to 1; records of earlier versions have none. */
  readonly factors?: Readonly<Partial<Record<LowQualityReason, number>>>;
}

/** A face found on a photo, before it has a descriptor. */
export interface Face {
  readonly box: Box;
  /** Detector's confidence, 0 to 1. */
  readonly score: number;
  /** 68 points as x0, y0, x1, y1 … in pixels of the upright photo. */
  readonly landmarks: readonly number[];
  readonly quality: Quality;
}

/** Intersection over union of two boxes, 0 to 1. */
export function boxIou(a: Box, b: Box): number {
  const overlap = overlapArea(a, b);
  return overlap === 0 ? 0 : overlap / (areaOf(a) + areaOf(b) - overlap);
}

/** How much of the smaller box lies in the other, 0 to 1. */
export function shareInside(a: Box, b: Box): number {
  const overlap = overlapArea(a, b);
  return overlap === 0 ? 0 : overlap / Math.min(areaOf(a), areaOf(b));
}

function areaOf({ width, height }: Box): number {
  return width * height;
}

function overlapArea(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width <= 0 || height <= 0 ? 0 : width * height;
}
