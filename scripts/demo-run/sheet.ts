import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type * as nodeCanvas from 'canvas';
import sharp from 'sharp';

import type { Person } from './people.ts';
import type { PhotoResult } from './results.ts';
import { sheetPage, type SheetPhoto } from './sheet-page.ts';

type Canvas = nodeCanvas.Canvas;

const PHOTO_EDGE_PX = 1280;
const THUMBNAIL_PX = 112;
/** Room around a face on its thumbnail, as a share of the face. */
const THUMBNAIL_MARGIN = 0.3;

/**
 * Writes `contact-sheet.html` with a row a person and every photo with its boxes and labels, the
 * pictures drawn by canvas. Answers with its path, or null when canvas is not installed.
 */
export async function writeContactSheet(options: {
  results: readonly PhotoResult[];
  people: readonly Person[];
  out: string;
}): Promise<string | null> {
  const canvas = await loadCanvas();
  if (canvas === null) return null;
  const { results, people, out } = options;
  const labels = new Map(people.map(({ personId, label }) => [personId, label]));
  await mkdir(path.join(out, 'photos'), { recursive: true });
  await mkdir(path.join(out, 'faces'), { recursive: true });
  const thumbnails = new Map<string, string>();
  const photos: SheetPhoto[] = [];
  for (const [i, { photo, result }] of results.entries()) {
    const scale = Math.min(1, PHOTO_EDGE_PX / Math.max(result.image.width, result.image.height));
    const picture = await drawUpright(canvas, photo.path, {
      widthPx: Math.max(1, Math.round(result.image.width * scale)),
      heightPx: Math.max(1, Math.round(result.image.height * scale)),
    });
    for (const face of result.faces) {
      const file = `faces/${face.faceId}.jpg`;
      await writeFile(path.join(out, file), thumbnailOf(canvas, picture, { box: face.box, scale }));
      thumbnails.set(face.faceId, file);
    }
    for (const face of result.faces) drawBox(picture, { face, scale, labels });
    const file = `photos/${String(i + 1).padStart(4, '0')}.jpg`;
    await writeFile(path.join(out, file), picture.toBuffer('image/jpeg', { quality: 0.85 }));
    photos.push({ name: photo.name, file, faces: result.faces.length });
  }
  const page = path.join(out, 'contact-sheet.html');
  await writeFile(page, sheetPage({ people, photos, thumbnails }));
  return page;
}

async function loadCanvas(): Promise<typeof nodeCanvas | null> {
  try {
    return await import('canvas');
  } catch {
    return null;
  }
}

async function drawUpright(
  canvas: typeof nodeCanvas,
  file: string,
  size: { widthPx: number; heightPx: number },
): Promise<Canvas> {
  const { data } = await sharp(file, { failOn: 'truncated', pages: 1, limitInputPixels: false })
    .rotate()
    .resize({ width: size.widthPx, height: size.heightPx, fit: 'fill' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const picture = canvas.createCanvas(size.widthPx, size.heightPx);
  const pixels = canvas.createImageData(new Uint8ClampedArray(data), size.widthPx, size.heightPx);
  picture.getContext('2d').putImageData(pixels, 0, 0);
  return picture;
}

function thumbnailOf(
  canvas: typeof nodeCanvas,
  picture: Canvas,
  { box, scale }: { box: PhotoResult['result']['faces'][number]['box']; scale: number },
): Buffer {
  const side = Math.max(box.width, box.height) * (1 + 2 * THUMBNAIL_MARGIN) * scale;
  const left = (box.x + box.width / 2) * scale - side / 2;
  const top = (box.y + box.height / 2) * scale - side / 2;
  const thumbnail = canvas.createCanvas(THUMBNAIL_PX, THUMBNAIL_PX);
  const context = thumbnail.getContext('2d');
  context.fillStyle = '#222';
  context.fillRect(0, 0, THUMBNAIL_PX, THUMBNAIL_PX);
  // Placed by moving the whole picture, so that a face at the edge is not stretched.
  const zoom = THUMBNAIL_PX / side;
  context.drawImage(
    picture,
    -left * zoom,
    -top * zoom,
    picture.width * zoom,
    picture.height * zoom,
  );
  return thumbnail.toBuffer('image/jpeg', { quality: 0.85 });
}

function drawBox(
  picture: Canvas,
  drawing: {
    face: PhotoResult['result']['faces'][number];
    scale: number;
    labels: ReadonlyMap<string, string>;
  },
): void {
  const { face, scale, labels } = drawing;
  const context = picture.getContext('2d');
  const [x, y, width, height] = [face.box.x, face.box.y, face.box.width, face.box.height].map(
    (value) => value * scale,
  ) as [number, number, number, number];
  const label =
    face.personId === null
      ? 'unclear'
      : `${labels.get(face.personId) ?? '?'} · ${face.personId.slice(0, 8)}`;
  const colour = colourOf(face.personId);
  context.lineWidth = 3;
  context.strokeStyle = colour;
  context.strokeRect(x, y, width, height);
  context.font = '16px sans-serif';
  const labelWidth = context.measureText(label).width + 10;
  const labelX = Math.max(0, Math.min(x, picture.width - labelWidth));
  const labelY = y >= 24 ? y - 24 : Math.min(y + height, picture.height - 24);
  context.fillStyle = colour;
  context.fillRect(labelX, labelY, labelWidth, 24);
  context.fillStyle = '#ffffff';
  context.fillText(label, labelX + 5, labelY + 17);
}

/** A colour of its own for each person, dark enough for white letters. */
function colourOf(personId: string | null): string {
  if (personId === null) return '#666666';
  const hue = Number.parseInt(personId.slice(0, 6), 16) % 360;
  return `hsl(${hue}, 75%, 35%)`;
}
