import type { UprightImage } from '../image/pixels.ts';
import { CHIP_PX } from './chips.ts';
import type { Detection } from './decode-detections.ts';
import type { LowQualityReason, Quality } from './face.ts';

/** A factor below this is a reason; a face with a reason neither founds a person nor votes. */
export const LEAST_QUALITY = 0.5;

/** Side of a face, in pixels of the decoded photo, that counts as half good. */
const HALF_GOOD_SIDE_PX = 30;
/** Sharpness (see `sharpness`) that counts as half good; found on blurred and sharp album photos. */
const HALF_GOOD_SHARPNESS = 0.012;
/** Detector score that counts as half good. */
const HALF_GOOD_SCORE = 0.6;

/**
 * Distance of a face's two crops that counts as half good. On the album, faces up to 0.20 lie 0.27
 * from their person's others, those between 0.20 and 0.25 lie 0.35, those beyond 0.4.
 */
const HALF_GOOD_DISAGREEMENT = 0.25;

/**
 * One number for how far a face's descriptor can be trusted: the worst of its size, sharpness,
 * pose, score, completeness and how well crop and mirror image agree, each 0…1 with 0.5 as the least that is good enough. The reasons
 * name every factor below that.
 */
export function assessQuality(
  image: UprightImage,
  detection: Detection,
  face: {
    readonly landmarks: readonly number[];
    readonly chip: Float32Array | null;
    /** Distance of the descriptors of the face's two crops; null when there is none. */
    readonly disagreement: number | null;
  },
): Quality {
  const { box, score } = detection;
  const sidePx = Math.sqrt(box.width * box.height) * image.scale;
  const factors: Readonly<Record<LowQualityReason, number>> = {
    small: halfGoodAt(sidePx, HALF_GOOD_SIDE_PX),
    blurred: face.chip === null ? 0 : halfGoodAt(sharpness(face.chip), HALF_GOOD_SHARPNESS),
    turned: frontality(face.landmarks),
    'low-score': Math.min(
      1,
      Math.max(0, (score - HALF_GOOD_SCORE) / (1 - HALF_GOOD_SCORE) / 2 + 0.5),
    ),
    'cut-off': shareInside(image, face.landmarks) ** 4,
    'mirror-disagrees':
      face.disagreement === null ? 0 : 1 - face.disagreement / HALF_GOOD_DISAGREEMENT / 2,
  };
  const reasons = (Object.keys(factors) as LowQualityReason[]).filter(
    (reason) => !(factors[reason] >= LEAST_QUALITY),
  );
  const value = Math.min(...Object.values(factors));
  return { value: Number.isFinite(value) ? value : 0, reasons };
}

/**
 * Whether a face may found a person and serve as a neighbour (identity rule 3). Asked of the stored
 * value and today's setting, so that moving the setting counts for every photo.
 */
export function mayVote({ value }: Pick<Quality, 'value'>, least = LEAST_QUALITY): boolean {
  return value >= least;
}

function halfGoodAt(value: number, half: number): number {
  return Math.min(1, value / half / 2);
}

/** Mean absolute Laplacian of the chip's middle, as a share of its brightness spread. */
function sharpness(chip: Float32Array): number {
  const from = CHIP_PX / 5;
  const to = CHIP_PX - from;
  const grey = (x: number, y: number): number => {
    const i = (y * CHIP_PX + x) * 3;
    return (
      0.299 * (chip[i] as number) +
      0.587 * (chip[i + 1] as number) +
      0.114 * (chip[i + 2] as number)
    );
  };
  let laplacian = 0;
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = from; y < to; y++) {
    for (let x = from; x < to; x++) {
      const centre = grey(x, y);
      laplacian += Math.abs(
        4 * centre - grey(x - 1, y) - grey(x + 1, y) - grey(x, y - 1) - grey(x, y + 1),
      );
      sum += centre;
      squares += centre * centre;
      count++;
    }
  }
  const deviation = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  return deviation < 1 ? 0 : laplacian / count / deviation;
}

/**
 * Where the nose's tip (landmark 30) lies between the outer eye corners (36 and 45): 1 in the
 * middle, 0.5 at a quarter of the way, 0 over a corner or beyond.
 */
function frontality(landmarks: readonly number[]): number {
  const [leftX, leftY, rightX, rightY, tipX, tipY] = [72, 73, 90, 91, 60, 61].map(
    (i) => landmarks[i] ?? Number.NaN,
  ) as [number, number, number, number, number, number];
  const eyesX = rightX - leftX;
  const eyesY = rightY - leftY;
  const share = ((tipX - leftX) * eyesX + (tipY - leftY) * eyesY) / (eyesX ** 2 + eyesY ** 2);
  const factor = 1 - Math.abs(share - 0.5) * 2;
  return Number.isFinite(factor) ? Math.max(0, factor) : 0;
}

function shareInside(image: UprightImage, landmarks: readonly number[]): number {
  let inside = 0;
  for (let i = 0; i < landmarks.length; i += 2) {
    const x = landmarks[i] as number;
    const y = landmarks[i + 1] as number;
    if (x >= 0 && y >= 0 && x <= image.widthPx && y <= image.heightPx) inside++;
  }
  return landmarks.length === 0 ? 0 : inside / (landmarks.length / 2);
}
