import { stat } from 'node:fs/promises';

import readExif, { type Exif } from 'exif-reader';
import sharp from 'sharp';

import type { PhotoSource } from './look-at-photo.ts';

/** A clock that was never set says 0000:00:00, which JavaScript takes for the end of 1899. */
const EARLIEST = Date.UTC(1900, 0, 2);
/** Clocks of cameras run ahead, and those of the places they travel to. */
const MOST_AHEAD_MILLIS = 48 * 3_600_000;

/**
 * When a photo was taken, by the clock of its place, written as if that were UTC (ISO 8601): what its
 * EXIF says, else when its file was last written. Null where neither is to be had; never an error, since
 * a photo is not worth less for it.
 */
export async function takenAtOf(source: PhotoSource): Promise<string | null> {
  const said = await exifDate(source).catch(() => null);
  if (said !== null || typeof source !== 'string') return said;
  const status = await stat(source).catch(() => null);
  return status === null ? null : status.mtime.toISOString();
}

/** Reads the file's header alone. */
async function exifDate(source: PhotoSource): Promise<string | null> {
  const { exif } = await sharp(source, { limitInputPixels: false, pages: 1 }).metadata();
  if (exif === undefined) return null;
  const { Photo, Image } = readExif(exif) as Partial<Exif>;
  const dates = [Photo?.DateTimeOriginal, Photo?.DateTimeDigitized, Image?.DateTime];
  return dates.find(isLikely)?.toISOString() ?? null;
}

function isLikely(date: unknown): date is Date {
  if (!(date instanceof Date)) return false;
  const time = date.getTime();
  return time >= EARLIEST && time <= Date.now() + MOST_AHEAD_MILLIS;
}
