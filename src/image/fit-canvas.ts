import type { Pixels } from './pixels.ts';
import { rawSharp } from './raw-pixels.ts';

/** A picture placed on a black canvas, as a detector wants it. */
export interface FittedCanvas {
  /** RGB 0…255, `heightPx × widthPx × 3`. */
  readonly data: Float32Array;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Canvas pixels per picture pixel. */
  readonly scale: number;
  /** Where the picture's left top corner lies on the canvas. */
  readonly leftPx: number;
  readonly topPx: number;
}

export interface CanvasLayout {
  /** The picture's longer side on the canvas. */
  readonly longestPx: number;
  /** Least black border on every side; 0: the picture lies in the left top corner. */
  readonly marginPx: number;
  /** The canvas's sides are multiples of this. */
  readonly stepPx: number;
}

/** Scales a picture onto the smallest canvas of the layout; what it does not cover is black. */
export async function fitCanvas(pixels: Pixels, layout: CanvasLayout): Promise<FittedCanvas> {
  const { longestPx, marginPx, stepPx } = layout;
  const scale = longestPx / Math.max(pixels.widthPx, pixels.heightPx);
  const pictureWidthPx = Math.max(1, Math.round(pixels.widthPx * scale));
  const pictureHeightPx = Math.max(1, Math.round(pixels.heightPx * scale));
  const fitted = await rawSharp(pixels)
    .resize({ width: pictureWidthPx, height: pictureHeightPx, fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const sidePx = (px: number): number => Math.ceil((px + 2 * marginPx) / stepPx) * stepPx;
  const widthPx = sidePx(pictureWidthPx);
  const heightPx = sidePx(pictureHeightPx);
  const leftPx = marginPx === 0 ? 0 : (widthPx - pictureWidthPx) >> 1;
  const topPx = marginPx === 0 ? 0 : (heightPx - pictureHeightPx) >> 1;
  const data = new Float32Array(widthPx * heightPx * 3);
  for (let y = 0; y < pictureHeightPx; y++) {
    const row = fitted.subarray(y * pictureWidthPx * 3, (y + 1) * pictureWidthPx * 3);
    data.set(row, ((y + topPx) * widthPx + leftPx) * 3);
  }
  return { data, widthPx, heightPx, scale, leftPx, topPx };
}
