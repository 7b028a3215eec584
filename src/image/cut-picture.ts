import sharp from 'sharp';

import { WorkerError } from '../errors.ts';
import { checkSize, openPhoto, readHeader, uprightSize } from './decode-photo.ts';

/** A picture wanted of a photo, for a page. */
export interface PictureWish {
  /** The upright photo's size when its faces were found; boxes are in its pixels. */
  readonly image: { readonly width: number; readonly height: number };
  /** The face to cut out, as a square with some room around; null: the whole photo. */
  readonly box: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  } | null;
  /** Side of the square, or the whole photo's longest side at most. */
  readonly sizePx: number;
}

interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Side of the square around a face, against the longer side of its box. */
const ROOM = 1.5;
/** Photos of one picture at two sizes may differ in proportion by rounding. */
const SAME_PROPORTION = 0.02;
const WEBP = { quality: 80, effort: 3 };

/**
 * A WebP picture of a photo or of one face on it, upright, decoded no larger than needed. The
 * square moves inwards at the photo's edge; a face larger than the photo's shorter side is cut.
 * Throws as `decodePhoto` does, and PHOTO_CHANGED when the file is no longer the photo of the box.
 */
export async function cutPicture(
  bytes: Buffer,
  wish: PictureWish,
  limits: { readonly maxPhotoPixels: number },
): Promise<Buffer> {
  const header = await readHeader(bytes);
  checkSize(header, limits);
  const { width, height } = uprightSize(header);
  const photo = openPhoto(bytes).rotate().flatten({ background: '#ffffff' });
  try {
    if (wish.box === null) {
      return await photo
        .resize({
          width: wish.sizePx,
          height: wish.sizePx,
          fit: 'inside',
          withoutEnlargement: true,
        })
        .toColourspace('srgb')
        .webp(WEBP)
        .toBuffer();
    }
    const region = regionOf(wish, { width, height });
    // The whole photo is scaled first, since a decoder saves its work only before anything is cut.
    const scale = Math.min(1, wish.sizePx / region.width);
    const [scaledWidth, scaledHeight] = [
      Math.max(1, Math.round(width * scale)),
      Math.max(1, Math.round(height * scale)),
    ];
    if (scale < 1) photo.resize({ width: scaledWidth, height: scaledHeight, fit: 'fill' });
    const { data, info } = await photo
      .extract(scaled(region, scale, { width: scaledWidth, height: scaledHeight }))
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return await sharp(data, {
      raw: { width: info.width, height: info.height, channels: info.channels },
    })
      .resize({ width: wish.sizePx, height: wish.sizePx, fit: 'cover' })
      .webp(WEBP)
      .toBuffer();
  } catch (cause) {
    if (cause instanceof WorkerError) throw cause;
    throw new WorkerError('PHOTO_DAMAGED', `a ${header.format} file that does not decode whole`, {
      cause,
    });
  }
}

/** The square around the face, in pixels of the file as it is. */
function regionOf(
  { image, box }: PictureWish,
  { width, height }: { width: number; height: number },
): Region {
  const proportion = width / height / (image.width / image.height) - 1;
  if (Math.abs(proportion) > SAME_PROPORTION) {
    throw new WorkerError(
      'PHOTO_CHANGED',
      `the photo was ${image.width}×${image.height} when its faces were found and is ${width}×${height} now`,
    );
  }
  const { x, y, width: boxWidth, height: boxHeight } = box ?? { x: 0, y: 0, ...image };
  const scale = width / image.width;
  const side = Math.min(Math.max(boxWidth, boxHeight) * ROOM * scale, width, height);
  const clamp = (value: number, most: number): number => Math.min(Math.max(0, value), most);
  return {
    left: clamp((x + boxWidth / 2) * scale - side / 2, width - side),
    top: clamp((y + boxHeight / 2) * scale - side / 2, height - side),
    width: side,
    height: side,
  };
}

/** In whole pixels of the scaled photo, at least one and inside of it. */
function scaled(region: Region, scale: number, size: { width: number; height: number }): Region {
  const side = Math.max(1, Math.min(Math.round(region.width * scale), size.width, size.height));
  return {
    left: Math.max(0, Math.min(Math.round(region.left * scale), size.width - side)),
    top: Math.max(0, Math.min(Math.round(region.top * scale), size.height - side)),
    width: side,
    height: side,
  };
}
