import sharp from 'sharp';

import type { Pixels } from './pixels.ts';

/** A picture placed on a black square canvas, as a detector wants it. */
export interface FittedSquare {
  /** RGB 0…255, `sizePx × sizePx × 3`. */
  readonly data: Float32Array;
  readonly sizePx: number;
  /** Canvas pixels per picture pixel. */
  readonly scale: number;
  /** Where the picture's left top corner lies on the canvas. */
  readonly leftPx: number;
  readonly topPx: number;
}

/**
 * Scales a picture to fit a square canvas. `canvasRatio` 1 fills the canvas from its left top
 * corner; 2 leaves the picture half as large, in the middle of a black border.
 */
export async function fitSquare(
  pixels: Pixels,
  sizePx: number,
  canvasRatio: 1 | 2,
): Promise<FittedSquare> {
  const scale = sizePx / canvasRatio / Math.max(pixels.widthPx, pixels.heightPx);
  const widthPx = Math.max(1, Math.round(pixels.widthPx * scale));
  const heightPx = Math.max(1, Math.round(pixels.heightPx * scale));
  const fitted = await sharp(pixels.data, {
    raw: { width: pixels.widthPx, height: pixels.heightPx, channels: 3 },
    limitInputPixels: false,
  })
    .resize({ width: widthPx, height: heightPx, fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const leftPx = canvasRatio === 1 ? 0 : (sizePx - widthPx) >> 1;
  const topPx = canvasRatio === 1 ? 0 : (sizePx - heightPx) >> 1;
  const data = new Float32Array(sizePx * sizePx * 3);
  for (let y = 0; y < heightPx; y++) {
    const row = fitted.subarray(y * widthPx * 3, (y + 1) * widthPx * 3);
    data.set(row, ((y + topPx) * sizePx + leftPx) * 3);
  }
  return { data, sizePx, scale, leftPx, topPx };
}
