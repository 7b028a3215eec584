import type { UprightImage } from '../image/pixels.ts';
import { composeSimilarities, scaleSimilarity, warpSquare } from '../image/warp.ts';
import { alignToMeanFace } from './align.ts';

/** Side of an aligned crop, the input of FaceRecognitionNet. */
export const CHIP_PX = 150;
export const CHIP_LENGTH = CHIP_PX * CHIP_PX * 3;

/** Two crops of one face, each RGB 0…255 and `CHIP_LENGTH` values, black where the photo ends. */
export interface Chips {
  readonly near: Float32Array;
  readonly wide: Float32Array;
}

/**
 * How much of the photo a crop shows, against dlib's chip. Averaging a nearer and a wider one costs
 * nothing where the crop and its mirror are averaged anyway: TAR at FAR 0.1 % on the album 93 % against
 * 91 % with one crop, on LFW's development view tilted by up to 35° 97 % against 95 %.
 */
const ZOOM = { near: 0.94, wide: 1.06 };
/** How far below dlib's the crop lies, as a share of its side; face-api's landmarks lie higher than dlib's. */
const DOWN = 0.03;

/**
 * The face turned, scaled and cut onto dlib's mean face. Null when the landmarks cannot be aligned.
 */
export function cutChips(image: UprightImage, landmarks: readonly number[]): Chips | null {
  const onPhoto = alignToMeanFace(landmarks, CHIP_PX);
  if (onPhoto === null) return null;
  const cut = (zoom: number): Float32Array => {
    const middle = (CHIP_PX * (1 - zoom)) / 2;
    const view = { a: zoom, b: 0, tx: middle, ty: middle + DOWN * CHIP_PX };
    const chip = new Float32Array(CHIP_LENGTH);
    warpSquare({
      source: image.pixels,
      transform: scaleSimilarity(composeSimilarities(onPhoto, view), image.scale),
      sizePx: CHIP_PX,
      target: chip,
      offset: 0,
    });
    return chip;
  };
  return { near: cut(ZOOM.near), wide: cut(ZOOM.wide) };
}
