import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import sharp from 'sharp';

import { makeOnce } from './make-once.ts';
import type { TruthPhoto } from './read-ground-truth.ts';

/** A photo turned by an angle; its noses are the middles of all that is labelled, where they are now. */
export interface TiltedPhoto {
  readonly degrees: number;
  readonly truth: TruthPhoto;
}

/** Clockwise, as sharp turns. */
export const TILTS_DEGREES = [0, 15, 30, 45, 60, 90, 180] as const;

const GREY = '#808080';
/** Turning a larger photo would take long and show nothing more. */
const MOST_EDGE_PX = 2000;

type Point = readonly [number, number];

/** Turned copies of the photos whose faces have labelled places, kept in `folder`. */
export async function makeTilted(
  truths: readonly TruthPhoto[],
  folder: string,
): Promise<TiltedPhoto[]> {
  await mkdir(folder, { recursive: true });
  const tilted: TiltedPhoto[] = [];
  for (const truth of truths) {
    const points = pointsOf(truth);
    if (points.length === 0) continue;
    const bytes = await readFile(truth.path);
    const checksum = createHash('sha256').update(bytes).digest('hex').slice(0, 24);
    const { autoOrient: size } = await sharp(bytes).metadata();
    const scale = Math.min(1, MOST_EDGE_PX / Math.max(size.width, size.height));
    const [width, height] = [size.width, size.height].map((px) => Math.round(px * scale)) as [
      number,
      number,
    ];
    let small: Promise<Buffer> | undefined;
    for (const degrees of TILTS_DEGREES) {
      const file = path.join(folder, `${checksum}-${degrees}.png`);
      await makeOnce(file, async () => {
        small ??= shrink(bytes, { width, height });
        return sharp(await small)
          .rotate(degrees, { background: GREY })
          .png()
          .toBuffer();
      });
      const noses = points.map(([x, y]) =>
        turnPoint([x * scale, y * scale], { width, height }, degrees),
      );
      tilted.push({
        degrees,
        truth: { ...truth, path: file, boxes: null, ignored: [], noses, faces: noses.length },
      });
    }
  }
  return tilted;
}

async function shrink(bytes: Buffer, size: { width: number; height: number }): Promise<Buffer> {
  const upright = await sharp(bytes).rotate().flatten({ background: GREY }).png().toBuffer();
  return sharp(upright)
    .resize({ ...size, fit: 'fill' })
    .png()
    .toBuffer();
}

/** Where a point of a picture lies when the picture is turned clockwise and its canvas grows. */
export function turnPoint(
  [x, y]: Point,
  { width, height }: { readonly width: number; readonly height: number },
  degrees: number,
): Point {
  const angle = (degrees / 180) * Math.PI;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const [right, down] = [x - width / 2, y - height / 2];
  const newWidth = Math.abs(width * cos) + Math.abs(height * sin);
  const newHeight = Math.abs(width * sin) + Math.abs(height * cos);
  return [right * cos - down * sin + newWidth / 2, right * sin + down * cos + newHeight / 2];
}

function pointsOf({ boxes, noses }: TruthPhoto): Point[] {
  if (boxes === null) return [...(noses ?? [])];
  return boxes.map(({ x, y, width, height }) => [x + width / 2, y + height / 2]);
}
