import { createHash } from 'node:crypto';

import sharp, { type Metadata, type Sharp } from 'sharp';

import { messageOf, WorkerError } from '../errors.ts';
import { oneLine } from './one-line.ts';
import type { UprightImage } from './pixels.ts';

export interface DecodeLimits {
  readonly maxPhotoPixels: number;
  /** Longest side of the decoded pixels; larger photos are scaled down while decoding. */
  readonly maxEdgePx: number;
  /** It is known from elsewhere that the pixels stand upright once the file's word is followed. */
  readonly isUpright?: boolean;
}

/** Below this width or height there is no room for a face, nor for the nets' input. */
const MIN_EDGE_PX = 8;

/**
 * Decodes a photo of any format that sharp reads: first frame, upright by EXIF, converted to sRGB,
 * alpha flattened onto white, scaled down to `maxEdgePx`. Limits are checked on the header, before
 * any pixel is decoded. Throws PHOTO_NOT_AN_IMAGE, PHOTO_FORMAT_UNSUPPORTED, PHOTO_TOO_MANY_PIXELS
 * or PHOTO_DAMAGED.
 */
export async function decodePhoto(bytes: Buffer, limits: DecodeLimits): Promise<UprightImage> {
  const header = await readHeader(bytes);
  checkSize(header, limits);
  const { width: widthPx, height: heightPx } = uprightSize(header);
  const longestPx = Math.max(widthPx, heightPx);
  const shrink = longestPx > limits.maxEdgePx ? limits.maxEdgePx / longestPx : 1;
  const photo = openPhoto(bytes).rotate();
  if (shrink < 1) {
    photo.resize({
      width: Math.max(1, Math.round(widthPx * shrink)),
      height: Math.max(1, Math.round(heightPx * shrink)),
      fit: 'fill',
    });
  }
  const { data, info } = await photo
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new WorkerError(
        'PHOTO_DAMAGED',
        `a ${header.format} file that does not decode whole (${oneLine(cause)})`,
        { cause },
      );
    });
  return {
    widthPx,
    heightPx,
    pixels: { data: asRgb(data, info.channels), widthPx: info.width, heightPx: info.height },
    scale: info.width / widthPx,
    isUpright: limits.isUpright === true || header.orientation !== undefined,
    format: header.format,
    checksum: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** sharp over the bytes with the settings that header and pixels share. */
export function openPhoto(bytes: Buffer): Sharp {
  // Our own limit is checked on the header and names its variable; sharp's would hide it.
  return sharp(bytes, { failOn: 'truncated', limitInputPixels: false, pages: 1 });
}

/** A photo's header. Throws PHOTO_NOT_AN_IMAGE, PHOTO_FORMAT_UNSUPPORTED or PHOTO_DAMAGED. */
export async function readHeader(bytes: Buffer): Promise<Metadata> {
  try {
    return await openPhoto(bytes).metadata();
  } catch (cause) {
    const unknownFormat = messageOf(cause).includes('unsupported image format');
    if (unknownFormat && looksLikeHeif(bytes)) throw heifError(oneLine(cause), cause);
    throw new WorkerError(
      unknownFormat ? 'PHOTO_NOT_AN_IMAGE' : 'PHOTO_DAMAGED',
      `expected a photo, got ${bytes.length} bytes that begin with ${firstBytes(bytes)} (${oneLine(cause)})`,
      { cause },
    );
  }
}

/** Throws PHOTO_TOO_MANY_PIXELS, PHOTO_DAMAGED or PHOTO_FORMAT_UNSUPPORTED by the header alone. */
export function checkSize(header: Metadata, limits: Pick<DecodeLimits, 'maxPhotoPixels'>): void {
  const { width, height } = header;
  if (header.format === 'heif' && header.compression === 'hevc') throw heifError('HEVC inside');
  if (!(width >= MIN_EDGE_PX && height >= MIN_EDGE_PX)) {
    throw new WorkerError(
      'PHOTO_DAMAGED',
      `expected a photo of at least ${MIN_EDGE_PX}×${MIN_EDGE_PX} pixels, got ${width}×${height}`,
    );
  }
  if (width * height > limits.maxPhotoPixels) {
    throw new WorkerError(
      'PHOTO_TOO_MANY_PIXELS',
      `expected at most ${limits.maxPhotoPixels} pixels (MAX_PHOTO_PIXELS), the ${header.format} header claims ${width}×${height}`,
    );
  }
}

/** EXIF orientations 5 to 8 lie on their side. */
export function uprightSize({ width, height, orientation }: Metadata): {
  width: number;
  height: number;
} {
  return (orientation ?? 1) >= 5 ? { width: height, height: width } : { width, height };
}

function heifError(reason: string, cause?: unknown): WorkerError {
  return new WorkerError(
    'PHOTO_FORMAT_UNSUPPORTED',
    `this HEIF file cannot be decoded here (${reason}): sharp's own libvips reads AVIF, not HEIC. ` +
      "Give the worker a JPEG, for example Immich's preview, or build sharp on a libvips with HEVC",
    { cause },
  );
}

/** An ISO media file whose major brand is a still picture's; a video has other brands. */
function looksLikeHeif(bytes: Buffer): boolean {
  return /^ftyp(hei|hev|mif1|msf1|avi[fs])/.test(bytes.subarray(4, 12).toString('latin1'));
}

/** sharp gives grey photos one channel; the nets want three. */
function asRgb(data: Buffer, channels: number): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; from < data.length; from += channels, to += 3) {
    const grey = data[from] as number;
    rgb[to] = grey;
    rgb[to + 1] = channels === 1 ? grey : (data[from + 1] as number);
    rgb[to + 2] = channels === 1 ? grey : (data[from + 2] as number);
  }
  return rgb;
}

function firstBytes(bytes: Buffer): string {
  return JSON.stringify(bytes.subarray(0, 16).toString('latin1'));
}
