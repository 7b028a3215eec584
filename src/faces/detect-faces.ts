import { fitSquare, type FittedSquare } from '../image/fit-square.ts';
import type { UprightImage } from '../image/pixels.ts';
import type { FaceNets } from '../nets/net.ts';
import { decodeDetections, MAX_IOU, type Detection } from './decode-detections.ts';
import type { Box } from './face.ts';
import { suppressNonMaxima } from './non-maximum-suppression.ts';

export interface DetectOptions {
  /** Least score of a face, 0 to 1. */
  readonly minScore: number;
  /** TinyFaceDetector's input, a multiple of 32 from 128 to 608. */
  readonly tinyInputPx: number;
}

/** Side of the SSD's input (SSD MobileNet V1). */
const SSD_INPUT_PX = 512;

/**
 * Finds the faces of a photo, best score first, boxes in pixels of the upright photo and inside it.
 * A photo without any gets a second look in the middle of a black border twice its size: the
 * detectors miss faces that fill the frame.
 */
export async function detectFaces(
  image: UprightImage,
  nets: FaceNets,
  options: DetectOptions,
): Promise<Detection[]> {
  const firstLook = await look(image, nets, { ...options, canvasRatio: 1 });
  if (firstLook.length > 0) return firstLook;
  return look(image, nets, { ...options, canvasRatio: 2 });
}

async function look(
  image: UprightImage,
  nets: FaceNets,
  options: DetectOptions & { canvasRatio: 1 | 2 },
): Promise<Detection[]> {
  const sizePx = nets.detectorName === 'ssd' ? SSD_INPUT_PX : options.tinyInputPx;
  const canvas = await fitSquare(image.pixels, sizePx, options.canvasRatio);
  const outputs = await nets.detector.run({ data: canvas.data, shape: [1, sizePx, sizePx, 3] });
  const onCanvas = decodeDetections({
    detector: nets.detectorName,
    outputs,
    sizePx,
    minScore: options.minScore,
  });
  const onPhoto = onCanvas.flatMap(({ box, score }) => {
    const placed = placeOnPhoto(box, canvas, image);
    return placed === null ? [] : [{ box: placed, score }];
  });
  return suppressNonMaxima(onPhoto, MAX_IOU[nets.detectorName]);
}

/** A canvas box in pixels of the photo, cut at its edges; null when nothing of it is on the photo. */
function placeOnPhoto(box: Box, canvas: FittedSquare, image: UprightImage): Box | null {
  const photoPxPerCanvasPx = 1 / (canvas.scale * image.scale);
  const left = Math.max(0, (box.x - canvas.leftPx) * photoPxPerCanvasPx);
  const top = Math.max(0, (box.y - canvas.topPx) * photoPxPerCanvasPx);
  const right = (box.x + box.width - canvas.leftPx) * photoPxPerCanvasPx;
  const bottom = (box.y + box.height - canvas.topPx) * photoPxPerCanvasPx;
  const width = Math.min(image.widthPx, right) - left;
  const height = Math.min(image.heightPx, bottom) - top;
  return width >= 1 && height >= 1 ? { x: left, y: top, width, height } : null;
}
