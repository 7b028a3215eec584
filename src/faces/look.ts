import { fitCanvas, type FittedCanvas } from '../image/fit-canvas.ts';
import type { Pixels } from '../image/pixels.ts';
import { SSD_CANVAS_PX, SSD_STEP_PX, type FaceNets } from '../nets/net.ts';
import { decodeDetections, MAX_IOU, TINY_CELL_PX, type Detection } from './decode-detections.ts';
import type { Box } from './face.ts';
import { suppressNonMaxima } from './non-maximum-suppression.ts';

export interface DetectOptions {
  /** Least score of a face, 0 to 1. */
  readonly minScore: number;
  /** TinyFaceDetector's input, a multiple of 32 from 128 to 608. */
  readonly tinyInputPx: number;
}

/** What looks: the nets, and what counts as a face. */
export interface Detector {
  readonly nets: FaceNets;
  readonly options: DetectOptions;
}

/** How a look shows a picture to the detector, in shares of the detector's own input size. */
export interface Look {
  /** The picture's longer side. */
  readonly longest: number;
  /** Least black border around it. */
  readonly margin: number;
}

/** Runs the detector once over a picture; boxes in pixels of the picture and inside it. */
export async function lookAt(
  pixels: Pixels,
  look: Look,
  { nets, options }: Detector,
): Promise<Detection[]> {
  const isSsd = nets.detectorName === 'ssd';
  const inputPx = isSsd ? SSD_CANVAS_PX : options.tinyInputPx;
  const canvas = await fitCanvas(pixels, {
    longestPx: Math.round(look.longest * inputPx),
    marginPx: Math.round(look.margin * inputPx),
    stepPx: isSsd ? SSD_STEP_PX : TINY_CELL_PX,
  });
  const { data, widthPx, heightPx } = canvas;
  const outputs = await nets.detector.run({ data, shape: [1, heightPx, widthPx, 3] });
  const onCanvas = decodeDetections({
    detector: nets.detectorName,
    outputs,
    canvas,
    minScore: options.minScore,
  });
  const onPicture = onCanvas.flatMap(({ box, score }) => {
    const placed = placeOnPicture(box, canvas, pixels);
    return placed === null ? [] : [{ box: placed, score, turnDegrees: 0 as const }];
  });
  return suppressNonMaxima(onPicture, MAX_IOU[nets.detectorName]);
}

/** A canvas box in the picture's pixels, cut at its edges; null when nothing of it is on the picture. */
function placeOnPicture(box: Box, canvas: FittedCanvas, pixels: Pixels): Box | null {
  const left = Math.max(0, (box.x - canvas.leftPx) / canvas.scale);
  const top = Math.max(0, (box.y - canvas.topPx) / canvas.scale);
  const right = (box.x + box.width - canvas.leftPx) / canvas.scale;
  const bottom = (box.y + box.height - canvas.topPx) / canvas.scale;
  const width = Math.min(pixels.widthPx, right) - left;
  const height = Math.min(pixels.heightPx, bottom) - top;
  return width >= 1 && height >= 1 ? { x: left, y: top, width, height } : null;
}
