import sharp from 'sharp';

import type { Box } from '../../../../src/faces/face.ts';

/** A small JPEG as a data URL; null when the file cannot be decoded. */
export type Picture = string | null;

const FACE_PX = 104;
const PHOTO_PX = 360;
/** Room around a face, as a share of it. */
const FACE_MARGIN = 0.35;

/** Pictures for a page that needs no other file; each is made once. */
export class Thumbnails {
  readonly #made = new Map<string, Promise<Picture>>();

  /** A face with some room around it; without a box, the photo. */
  face(file: string, box: Box | null): Promise<Picture> {
    if (box === null) return this.photo(file);
    return this.#once(`${file} ${JSON.stringify(box)}`, () => cutFace(file, box));
  }

  photo(file: string): Promise<Picture> {
    return this.#once(file, () =>
      upright(file)
        .resize({ width: PHOTO_PX, height: PHOTO_PX, fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#ffffff' })
        .jpeg({ quality: 72 })
        .toBuffer(),
    );
  }

  #once(key: string, make: () => Promise<Buffer>): Promise<Picture> {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const picture = make().then(
      (jpeg) => `data:image/jpeg;base64,${jpeg.toString('base64')}`,
      () => null,
    );
    this.#made.set(key, picture);
    return picture;
  }
}

function upright(file: string): sharp.Sharp {
  return sharp(file, { failOn: 'truncated', pages: 1, limitInputPixels: false }).rotate();
}

async function cutFace(file: string, box: Box): Promise<Buffer> {
  const { data, info } = await upright(file)
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const side = Math.max(box.width, box.height) * (1 + 2 * FACE_MARGIN);
  const left = Math.max(0, Math.round(box.x + box.width / 2 - side / 2));
  const top = Math.max(0, Math.round(box.y + box.height / 2 - side / 2));
  const width = Math.max(1, Math.min(info.width - left, Math.round(side)));
  const height = Math.max(1, Math.min(info.height - top, Math.round(side)));
  return sharp(data, {
    raw: { width: info.width, height: info.height, channels: info.channels },
  })
    .extract({ left, top, width, height })
    .resize({ width: FACE_PX, height: FACE_PX, fit: 'contain', background: '#333333' })
    .jpeg({ quality: 78 })
    .toBuffer();
}
