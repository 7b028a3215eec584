import type { DetectorName, Tensor } from '../nets/net.ts';
import type { Box } from './face.ts';

/** A box found by a detector; on its canvas, or on the photo once it is placed there. */
export interface Detection {
  readonly box: Box;
  readonly score: number;
}

/** Anchor width and height of TinyFaceDetector, in grid cells (face-api's tinyFaceDetector/const). */
const TINY_ANCHORS = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
] as const;

/** Overlap above which two boxes are one face, per detector as face-api has it. */
export const MAX_IOU: Readonly<Record<DetectorName, number>> = { ssd: 0.5, tiny: 0.4 };

/** Turns a detector's tensors into boxes on its canvas of `sizePx`, those scored `minScore` or more. */
export function decodeDetections(options: {
  detector: DetectorName;
  outputs: readonly Tensor[];
  sizePx: number;
  minScore: number;
}): Detection[] {
  return options.detector === 'ssd' ? decodeSsd(options) : decodeTiny(options);
}

interface DecodeOptions {
  readonly outputs: readonly Tensor[];
  readonly sizePx: number;
  readonly minScore: number;
}

function decodeSsd({ outputs, sizePx, minScore }: DecodeOptions): Detection[] {
  const [boxes, scores] = outputs;
  if (boxes === undefined || scores?.data.length !== boxes.data.length / 4) {
    throw new TypeError('expected boxes [n, 4] and scores [n] from the SSD');
  }
  const detections: Detection[] = [];
  scores.data.forEach((score, i) => {
    if (!(score >= minScore)) return;
    const [top, left, bottom, right] = Array.from(boxes.data.subarray(i * 4, i * 4 + 4), (share) =>
      Math.min(1, Math.max(0, share)),
    ) as [number, number, number, number];
    const box = {
      x: left * sizePx,
      y: top * sizePx,
      width: (right - left) * sizePx,
      height: (bottom - top) * sizePx,
    };
    if (box.width > 0 && box.height > 0) detections.push({ box, score });
  });
  return detections;
}

function decodeTiny({ outputs, sizePx, minScore }: DecodeOptions): Detection[] {
  const [grid] = outputs;
  const cells = grid?.shape[1];
  if (grid === undefined || cells === undefined || grid.data.length !== cells * cells * 25) {
    throw new TypeError('expected a grid [1, cells, cells, 25] from TinyFaceDetector');
  }
  const cellPx = sizePx / cells;
  const detections: Detection[] = [];
  for (let cell = 0; cell < cells * cells; cell++) {
    TINY_ANCHORS.forEach(([anchorWidth, anchorHeight], anchor) => {
      const [x, y, w, h, s] = grid.data.subarray(
        (cell * TINY_ANCHORS.length + anchor) * 5,
        (cell * TINY_ANCHORS.length + anchor) * 5 + 5,
      ) as unknown as [number, number, number, number, number];
      const score = sigmoid(s);
      if (!(score >= minScore)) return;
      const width = Math.exp(w) * anchorWidth * cellPx;
      const height = Math.exp(h) * anchorHeight * cellPx;
      const centreX = ((cell % cells) + sigmoid(x)) * cellPx;
      const centreY = (Math.floor(cell / cells) + sigmoid(y)) * cellPx;
      detections.push({
        box: { x: centreX - width / 2, y: centreY - height / 2, width, height },
        score,
      });
    });
  }
  return detections;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
