import { SSD_CANVAS_PX, SSD_LEVELS, type DetectorName, type Tensor } from '../nets/net.ts';
import type { Box } from './face.ts';

/** A box on a detector's canvas. */
type CanvasDetection = Pick<Detection, 'box' | 'score'>;

/** A face found on a picture. */
export interface Detection {
  readonly box: Box;
  readonly score: number;
  /** How far clockwise to turn the photo for the face to be upright, as the look that found it did. */
  readonly turnDegrees: 0 | 90 | 180 | 270;
}

/** Anchor width and height of TinyFaceDetector, in grid cells (face-api's tinyFaceDetector/const). */
const TINY_ANCHORS = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
] as const;

/** Side of TinyFaceDetector's grid cells. */
export const TINY_CELL_PX = 32;

/** Overlap above which two boxes are one face, per detector as face-api has it. */
export const MAX_IOU: Readonly<Record<DetectorName, number>> = { ssd: 0.5, tiny: 0.4 };

interface DecodeOptions {
  readonly outputs: readonly Tensor[];
  /** Size of the canvas that the detector saw. */
  readonly canvas: { readonly widthPx: number; readonly heightPx: number };
  readonly minScore: number;
}

/** Turns a detector's tensors into boxes on its canvas, those scored `minScore` or more. */
export function decodeDetections(
  options: DecodeOptions & { readonly detector: DetectorName },
): CanvasDetection[] {
  return options.detector === 'ssd' ? decodeSsd(options) : decodeTiny(options);
}

function decodeSsd({ outputs, canvas, minScore }: DecodeOptions): CanvasDetection[] {
  const [boxes, scores] = outputs;
  const levels = ssdLevelsOn(canvas);
  const count = levels.reduce((sum, level) => sum + level.count, 0);
  if (boxes?.data.length !== count * 4 || scores?.data.length !== count) {
    throw new TypeError(`expected boxes [${count}, 4] and scores [${count}] from the SSD`);
  }
  const detections: CanvasDetection[] = [];
  let first = 0;
  for (const level of levels) {
    for (let i = first; i < first + level.count; i++) {
      const score = scores.data[i] as number;
      if (!(score >= minScore)) continue;
      const [top, left, bottom, right] = Array.from(
        boxes.data.subarray(i * 4, i * 4 + 4),
        (share) => share * SSD_CANVAS_PX,
      ) as [number, number, number, number];
      const box = cutTo(canvas, {
        left: left + level.shiftX,
        right: right + level.shiftX,
        top: top + level.shiftY,
        bottom: bottom + level.shiftY,
      });
      if (box.width > 0 && box.height > 0) detections.push({ box, score });
    }
    first += level.count;
  }
  return detections;
}

/**
 * The anchors on a part of the SSD's canvas, level by level. Where a level has an odd number of
 * cells, TensorFlow's padding 'same' begins the next one half a cell earlier than on the whole
 * canvas, so that level's boxes lie by a cell of this one too far right or down.
 */
function ssdLevelsOn(
  canvas: DecodeOptions['canvas'],
): { count: number; shiftX: number; shiftY: number }[] {
  const columns = ssdAxis(canvas.widthPx);
  const rows = ssdAxis(canvas.heightPx);
  return SSD_LEVELS.map(({ anchors }, i) => {
    const [x, y] = [columns[i], rows[i]] as [SsdAxisLevel, SsdAxisLevel];
    return { count: x.cells * y.cells * anchors, shiftX: x.shiftPx, shiftY: y.shiftPx };
  });
}

interface SsdAxisLevel {
  readonly cells: number;
  readonly shiftPx: number;
}

function ssdAxis(sidePx: number): SsdAxisLevel[] {
  let shiftPx = 0;
  return SSD_LEVELS.map(({ cells: allCells }) => {
    const level = { cells: Math.ceil((sidePx * allCells) / SSD_CANVAS_PX), shiftPx };
    if (level.cells % 2 === 1) shiftPx -= SSD_CANVAS_PX / allCells;
    return level;
  });
}

function cutTo(
  { widthPx, heightPx }: DecodeOptions['canvas'],
  edges: { left: number; top: number; right: number; bottom: number },
): Box {
  const left = Math.max(0, edges.left);
  const top = Math.max(0, edges.top);
  return {
    x: left,
    y: top,
    width: Math.min(widthPx, edges.right) - left,
    height: Math.min(heightPx, edges.bottom) - top,
  };
}

function decodeTiny({ outputs, canvas, minScore }: DecodeOptions): CanvasDetection[] {
  const [grid] = outputs;
  const columns = Math.ceil(canvas.widthPx / TINY_CELL_PX);
  const rows = Math.ceil(canvas.heightPx / TINY_CELL_PX);
  if (grid?.data.length !== rows * columns * TINY_ANCHORS.length * 5) {
    throw new TypeError(`expected a grid [1, ${rows}, ${columns}, 25] from TinyFaceDetector`);
  }
  const detections: CanvasDetection[] = [];
  for (let cell = 0; cell < rows * columns; cell++) {
    TINY_ANCHORS.forEach(([anchorWidth, anchorHeight], anchor) => {
      const [x, y, w, h, s] = grid.data.subarray(
        (cell * TINY_ANCHORS.length + anchor) * 5,
        (cell * TINY_ANCHORS.length + anchor) * 5 + 5,
      ) as unknown as [number, number, number, number, number];
      const score = sigmoid(s);
      if (!(score >= minScore)) return;
      const width = Math.exp(w) * anchorWidth * TINY_CELL_PX;
      const height = Math.exp(h) * anchorHeight * TINY_CELL_PX;
      const centreX = ((cell % columns) + sigmoid(x)) * TINY_CELL_PX;
      const centreY = (Math.floor(cell / columns) + sigmoid(y)) * TINY_CELL_PX;
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
