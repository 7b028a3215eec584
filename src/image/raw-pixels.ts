import sharp from 'sharp';

import type { Pixels } from './pixels.ts';

/** Degrees clockwise. */
export type QuarterTurn = 90 | 180 | 270;

/** The picture turned clockwise. */
export async function turnPixels(pixels: Pixels, turn: QuarterTurn): Promise<Pixels> {
  const { data, info } = await rawSharp(pixels)
    .rotate(turn)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, widthPx: info.width, heightPx: info.height };
}

/** A part of the picture. */
export async function cutPixels(
  pixels: Pixels,
  part: { leftPx: number; topPx: number; widthPx: number; heightPx: number },
): Promise<Pixels> {
  const { leftPx: left, topPx: top, widthPx: width, heightPx: height } = part;
  const data = await rawSharp(pixels).extract({ left, top, width, height }).raw().toBuffer();
  return { data, widthPx: width, heightPx: height };
}

/** sharp over decoded pixels. */
export function rawSharp({ data, widthPx, heightPx }: Pixels): sharp.Sharp {
  return sharp(data, {
    raw: { width: widthPx, height: heightPx, channels: 3 },
    limitInputPixels: false,
  });
}
