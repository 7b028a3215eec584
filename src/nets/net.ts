/** Float values with their shape; pixel inputs are RGB 0…255 in `[count, height, width, 3]`. */
export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** One loaded net. Knows shapes, not faces. */
export interface Net {
  /** Runs the net on a batch; normalisation of pixels is part of the net. */
  run(input: Tensor): Promise<readonly Tensor[]>;
}

export const ENGINE_NAMES = ['onnx', 'tfjs-node', 'wasm'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export const DETECTOR_NAMES = ['ssd', 'tiny'] as const;
export type DetectorName = (typeof DETECTOR_NAMES)[number];

/**
 * The nets of the face-api pack on one engine.
 * - `detector` ssd: `[1, height, width, 3]`, the left top part of a 512×512 canvas, each side a multiple
 *   of 128 → boxes `[n, 4]` as top, left, bottom, right of the whole canvas (0…1, may overshoot) and
 *   scores `[n]`, one for each anchor on that part (see `SSD_LEVELS`).
 * - `detector` tiny: `[1, s, s, 3]`, s a multiple of 32 → grid `[1, s/32, s/32, 25]`: five anchors of
 *   x, y, width, height and score, all before their sigmoid or exponential.
 * - `landmarks`: `[n, 112, 112, 3]` → `[n, 136]`, x and y of 68 points as shares of the square.
 * - `recognition`: `[n, 150, 150, 3]` → `[n, 128]`, not of unit length.
 */
export interface FaceNets {
  readonly engine: EngineName;
  readonly detectorName: DetectorName;
  readonly detector: Net;
  readonly landmarks: Net;
  readonly recognition: Net;
  close(): void;
}

/** Side of the SSD's whole canvas. */
export const SSD_CANVAS_PX = 512;
/** Sides of the SSD's part of its canvas are multiples of this. */
export const SSD_STEP_PX = 128;
/** Cells along each side of the whole canvas and anchors a cell, in the order of the SSD's outputs. */
export const SSD_LEVELS = [
  { cells: 32, anchors: 3 },
  { cells: 16, anchors: 6 },
  { cells: 8, anchors: 6 },
  { cells: 4, anchors: 6 },
  { cells: 2, anchors: 6 },
  { cells: 1, anchors: 6 },
] as const;

export const FACE_API_PACK = 'face-api';
