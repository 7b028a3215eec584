import type { Box } from '../../faces/face.ts';
import type { ImmichFace } from '../client/faces.ts';

/** A box in shares of its image, so that images of other sizes compare. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Shapes that differ by more are of another picture: one that was cropped or turned since. */
const SAME_SHAPE = 0.05;

/** Whether two images may be one picture in two sizes. */
export function isSameShape(a: ImageSize, b: ImageSize): boolean {
  return Math.abs(a.width / a.height / (b.width / b.height) - 1) <= SAME_SHAPE;
}

/** Two boxes of more overlap are one face, as in Immich's own detection. */
export const SAME_FACE_OVERLAP = 0.5;

export function placeOf(box: Box, image: ImageSize): Place {
  return {
    left: box.x / image.width,
    top: box.y / image.height,
    right: (box.x + box.width) / image.width,
    bottom: (box.y + box.height) / image.height,
  };
}

/** Null for a face without a size of its image, which overlaps nothing. */
export function placeOfImmich(face: ImmichFace): Place | null {
  const { imageWidth, imageHeight } = face;
  if (imageWidth <= 0 || imageHeight <= 0) return null;
  return {
    left: face.boundingBoxX1 / imageWidth,
    top: face.boundingBoxY1 / imageHeight,
    right: face.boundingBoxX2 / imageWidth,
    bottom: face.boundingBoxY2 / imageHeight,
  };
}

/** Intersection over union, 0 to 1. */
export function overlapOf(a: Place, b: Place): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (areaOf(a) + areaOf(b) - both);
}

function areaOf({ left, top, right, bottom }: Place): number {
  return (right - left) * (bottom - top);
}

/** Pairs of most overlap first, each face in one pair at most; `same` are those above the limit. */
export function pairByOverlap<A, B>(
  ours: readonly { readonly item: A; readonly place: Place }[],
  theirs: readonly { readonly item: B; readonly place: Place }[],
): Map<A, B> {
  const candidates = ours
    .flatMap((a) => theirs.map((b) => ({ a, b, overlap: overlapOf(a.place, b.place) })))
    .filter(({ overlap }) => overlap > SAME_FACE_OVERLAP)
    .sort((one, other) => other.overlap - one.overlap);
  const pairs = new Map<A, B>();
  const taken = new Set<B>();
  for (const { a, b } of candidates) {
    if (pairs.has(a.item) || taken.has(b.item)) continue;
    pairs.set(a.item, b.item);
    taken.add(b.item);
  }
  return pairs;
}

/** A box of an image in the pixels of another that shows the same. */
export function boxIn(pixels: ImageSize, { box, image }: { box: Box; image: ImageSize }): Box {
  const [across, down] = [pixels.width / image.width, pixels.height / image.height];
  return {
    x: box.x * across,
    y: box.y * down,
    width: box.width * across,
    height: box.height * down,
  };
}

/** The box in whole pixels inside the image, as Immich demands. */
export function wholePixels(
  box: Box,
  image: ImageSize,
): { x: number; y: number; width: number; height: number } {
  const x = clamp(Math.round(box.x), 0, image.width - 1);
  const y = clamp(Math.round(box.y), 0, image.height - 1);
  return {
    x,
    y,
    width: clamp(Math.round(box.x + box.width) - x, 1, image.width - x),
    height: clamp(Math.round(box.y + box.height) - y, 1, image.height - y),
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
