import type { UprightImage } from '../image/pixels.ts';
import { warpSquare } from '../image/warp.ts';
import { alignToMeanFace } from './align.ts';

/** Side of an aligned crop, the input of FaceRecognitionNet. */
export const CHIP_PX = 150;
export const CHIP_LENGTH = CHIP_PX * CHIP_PX * 3;

/**
 * The face turned, scaled and cut onto dlib's mean face: RGB 0…255, `CHIP_LENGTH` values, black
 * where the photo ends. Null when the landmarks cannot be aligned.
 */
export function cutChip(image: UprightImage, landmarks: readonly number[]): Float32Array | null {
  const onPhoto = alignToMeanFace(landmarks, CHIP_PX);
  if (onPhoto === null) return null;
  const { scale } = image;
  const chip = new Float32Array(CHIP_LENGTH);
  warpSquare({
    source: image.pixels,
    transform: {
      a: onPhoto.a * scale,
      b: onPhoto.b * scale,
      tx: onPhoto.tx * scale,
      ty: onPhoto.ty * scale,
    },
    sizePx: CHIP_PX,
    target: chip,
    offset: 0,
  });
  return chip;
}
