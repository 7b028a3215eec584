import type { UprightImage } from '../image/pixels.ts';
import { composeSimilarities, scaleSimilarity, warpSquare } from '../image/warp.ts';
import { alignToMeanFace } from './align.ts';

/** Side of an aligned crop, the input of FaceRecognitionNet. */
export const CHIP_PX = 150;
export const CHIP_LENGTH = CHIP_PX * CHIP_PX * 3;

/** One face's crops, in the order of `CROPS`, each RGB 0…255 and `CHIP_LENGTH` values, black where the photo ends. */
export type Chips = readonly Float32Array[];

/** What a crop shows. */
interface Crop {
  /** How much of the photo, against dlib's chip. */
  readonly zoom: number;
  /** How far below dlib's it lies, as a share of its side: face-api's landmarks lie higher than dlib's. */
  readonly down: number;
  /** Its mirror image is described. */
  readonly isMirrored: boolean;
}

/**
 * The crops whose descriptors are averaged; docs/looking.md has what other choices gave. Of the first
 * two, quality takes sharpness and agreement.
 */
export const CROPS: readonly Crop[] = [
  { zoom: 0.94, down: 0.03, isMirrored: false },
  { zoom: 1.06, down: 0.03, isMirrored: true },
  { zoom: 0.88, down: 0, isMirrored: false },
  { zoom: 1, down: 0, isMirrored: true },
];

/**
 * The face turned, scaled and cut onto dlib's mean face. Null when the landmarks cannot be aligned.
 */
export function cutChips(image: UprightImage, landmarks: readonly number[]): Chips | null {
  const onPhoto = alignToMeanFace(landmarks, CHIP_PX);
  if (onPhoto === null) return null;
  return CROPS.map(({ zoom, down }) => {
    const middle = (CHIP_PX * (1 - zoom)) / 2;
    const view = { a: zoom, b: 0, tx: middle, ty: middle + down * CHIP_PX };
    const chip = new Float32Array(CHIP_LENGTH);
    warpSquare({
      source: image.pixels,
      transform: scaleSimilarity(composeSimilarities(onPhoto, view), image.scale),
      sizePx: CHIP_PX,
      target: chip,
      offset: 0,
    });
    return chip;
  });
}
