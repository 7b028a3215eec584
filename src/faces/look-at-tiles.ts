import { cutPixels } from '../image/raw-pixels.ts';
import type { Pixels } from '../image/pixels.ts';
import { SSD_CANVAS_PX } from '../nets/net.ts';
import type { Detection } from './decode-detections.ts';
import { shareInside, type Box } from './face.ts';
import { lookAt, type Detector, type Look } from './look.ts';
import { suppressNonMaxima } from './non-maximum-suppression.ts';

const LOOK: Look = { longest: 1, margin: 0 };

/** A face this small, as a share of the photo's longer side, says that smaller ones may be missed. */
const SMALL_FACE = 0.08;
/** Tiles show more than the first look only where the photo is larger than the detector's input. */
const LEAST_GAIN = 1.35;
/** Side of a tile as a share of the photo's; neighbours overlap by a quarter of a tile. */
const TILE = 4 / 7;
/** Larger faces than this share of a tile's longer side were found by the first look. */
const LARGEST_IN_TILE = 1 / 3;
/** Boxes of two looks at one face lie less exactly over each other than those of one look. */
const SAME_FACE_IOU = 0.35;
/** A box within another one by this share is a part of the same face. */
const PART_OF_FACE = 0.7;
/** A box that ends this near a tile's edge, as a share of its own side, may be a part of a face. */
const NEAR_EDGE = 0.1;

/**
 * Faces found before, and those that only show in a quarter of the photo. On the album's photo of
 * eight faces, 4 to 6 % of its width each, the first look finds five and the tiles all.
 */
export async function lookAtTiles(
  pixels: Pixels,
  found: readonly Detection[],
  detector: Detector,
): Promise<Detection[]> {
  if (!mayShowMore(pixels, found, detector)) return [...found];
  const all = [...found];
  for (const tile of tilesOf(pixels)) {
    const inTile = await lookAt(await cutPixels(pixels, tile), LOOK, detector);
    for (const detection of inTile) {
      const { box } = detection;
      if (Math.max(box.width, box.height) > LARGEST_IN_TILE * longestPx(tile)) continue;
      if (isCutOff(box, tile, pixels)) continue;
      const moved = { ...box, x: box.x + tile.leftPx, y: box.y + tile.topPx };
      all.push({ ...detection, box: moved });
    }
  }
  return suppressNonMaxima(all, SAME_FACE_IOU).filter(
    ({ box }, i, kept) =>
      !kept.slice(0, i).some((other) => shareInside(box, other.box) > PART_OF_FACE),
  );
}

function mayShowMore(
  pixels: Pixels,
  found: readonly Detection[],
  { nets, options }: Detector,
): boolean {
  const inputPx = nets.detectorName === 'ssd' ? SSD_CANVAS_PX : options.tinyInputPx;
  return (
    longestPx(pixels) >= LEAST_GAIN * inputPx &&
    found.some(
      ({ box, turnDegrees }) =>
        turnDegrees === 0 && Math.sqrt(box.width * box.height) <= SMALL_FACE * longestPx(pixels),
    )
  );
}

interface Tile {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

function tilesOf(pixels: Pixels): Tile[] {
  const widthPx = Math.ceil(pixels.widthPx * TILE);
  const heightPx = Math.ceil(pixels.heightPx * TILE);
  return [0, pixels.heightPx - heightPx].flatMap((topPx) =>
    [0, pixels.widthPx - widthPx].map((leftPx) => ({ leftPx, topPx, widthPx, heightPx })),
  );
}

/** Whether the tile ends where the box does and the photo does not; the next tile shows it whole. */
function isCutOff({ x, y, width, height }: Box, tile: Tile, pixels: Pixels): boolean {
  const nearX = NEAR_EDGE * width;
  const nearY = NEAR_EDGE * height;
  return (
    (tile.leftPx > 0 && x < nearX) ||
    (tile.topPx > 0 && y < nearY) ||
    (tile.leftPx + tile.widthPx < pixels.widthPx && x + width > tile.widthPx - nearX) ||
    (tile.topPx + tile.heightPx < pixels.heightPx && y + height > tile.heightPx - nearY)
  );
}

function longestPx({ widthPx, heightPx }: { widthPx: number; heightPx: number }): number {
  return Math.max(widthPx, heightPx);
}
