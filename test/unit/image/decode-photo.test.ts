import sharp from 'sharp';
import zlib from 'node:zlib';

import { decodePhoto } from '../../../src/image/decode-photo.ts';
import type { UprightImage } from '../../../src/image/pixels.ts';
import { codeOf, quarters } from '../../helpers/pictures.ts';

const limits = { maxPhotoPixels: 1_000_000, maxEdgePx: 2000 };

function colourAt(image: UprightImage, x: number, y: number): number[] {
  const from = (y * image.pixels.widthPx + x) * 3;
  return Array.from(image.pixels.data.subarray(from, from + 3));
}

/** Each quarter's colour as bright or dark in red and green, left top first. */
function corners(image: UprightImage): string[] {
  const { widthPx, heightPx } = image.pixels;
  return [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ].map(([x = 0, y = 0]) => {
    const [red = 0, green = 0] = colourAt(image, Math.floor(x * widthPx), Math.floor(y * heightPx));
    return `${red > 120 ? 'R' : '-'}${green > 120 ? 'G' : '-'}`;
  });
}

const UPRIGHT = ['RG', '-G', 'R-', '--'];

test.each([
  ['jpeg', () => quarters().jpeg({ quality: 95 })],
  ['progressive jpeg', () => quarters().jpeg({ progressive: true })],
  ['CMYK jpeg', () => quarters().toColourspace('cmyk').jpeg()],
  ['png', () => quarters().png()],
  ['16-bit png', () => quarters().toColourspace('rgb16').png()],
  ['palette png', () => quarters().png({ palette: true })],
  ['png with alpha', () => quarters().ensureAlpha().png()],
  ['webp', () => quarters().webp({ quality: 95 })],
  ['tiff', () => quarters().tiff()],
  ['gif', () => quarters().gif()],
  ['avif', () => quarters().avif({ quality: 90 })],
])('%s decodes to upright 8-bit RGB', async (_name, make) => {
  const image = await decodePhoto(await make().toBuffer(), limits);
  expect(image).toMatchObject({ widthPx: 64, heightPx: 48, scale: 1 });
  expect(image.pixels.data).toHaveLength(64 * 48 * 3);
  expect(corners(image)).toEqual(UPRIGHT);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %d ends upright', async (orientation) => {
  const image = await decodePhoto(await storedAs(orientation), limits);
  expect({ width: image.widthPx, height: image.heightPx }).toEqual({ width: 64, height: 48 });
  expect(corners(image)).toEqual(UPRIGHT);
});

/** The upright quarters, stored the way a camera does that writes this EXIF orientation. */
async function storedAs(orientation: number): Promise<Buffer> {
  const stored = sharp(await quarters().png().toBuffer());
  // sharp mirrors before it turns, whatever the order of the calls.
  const undo: Record<number, () => sharp.Sharp> = {
    1: () => stored,
    2: () => stored.flop(),
    3: () => stored.rotate(180),
    4: () => stored.flip(),
    5: () => stored.flop().rotate(270),
    6: () => stored.rotate(270),
    7: () => stored.flop().rotate(90),
    8: () => stored.rotate(90),
  };
  const turned = await (undo[orientation] as () => sharp.Sharp)().png().toBuffer();
  return sharp(turned).jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer();
}

test('grey photos get three channels', async () => {
  const image = await decodePhoto(await quarters().grayscale().png().toBuffer(), limits);
  const [red, green, blue] = colourAt(image, 5, 5);
  expect([green, blue]).toEqual([red, red]);
});

test('alpha is flattened onto white', async () => {
  const clear = sharp({ create: { width: 20, height: 20, channels: 4, background: '#00000000' } });
  const image = await decodePhoto(await clear.png().toBuffer(), limits);
  expect(colourAt(image, 10, 10)).toEqual([255, 255, 255]);
});

test('a wide-gamut photo is brought to sRGB', async () => {
  const p3 = await sharp({ create: { width: 20, height: 20, channels: 3, background: '#c04040' } })
    .withIccProfile('p3')
    .png()
    .toBuffer();
  const [red = 0, green = 0] = colourAt(await decodePhoto(p3, limits), 10, 10);
  expect(Math.abs(red - 0xc0)).toBeLessThanOrEqual(3);
  expect(Math.abs(green - 0x40)).toBeLessThanOrEqual(3);
});

test('of an animation the first frame is taken', async () => {
  const frames = [await quarters().png().toBuffer(), await quarters().negate().png().toBuffer()];
  const animation = await sharp(frames, { join: { animated: true } })
    .webp()
    .toBuffer();
  const image = await decodePhoto(animation, limits);
  expect({ width: image.widthPx, height: image.heightPx }).toEqual({ width: 64, height: 48 });
  expect(corners(image)).toEqual(UPRIGHT);
});

test('a large photo is scaled down and knows its whole size', async () => {
  const image = await decodePhoto(await quarters(600, 400).jpeg().toBuffer(), {
    ...limits,
    maxEdgePx: 300,
  });
  expect(image).toMatchObject({ widthPx: 600, heightPx: 400, scale: 0.5 });
  expect(image.pixels).toMatchObject({ widthPx: 300, heightPx: 200 });
  expect(corners(image)).toEqual(UPRIGHT);
});

describe('bad photos', () => {
  test('text and noise are not images', async () => {
    expect(await codeOf(decodePhoto(Buffer.from('<!DOCTYPE html>'), limits))).toBe(
      'PHOTO_NOT_AN_IMAGE',
    );
    expect(await codeOf(decodePhoto(Buffer.alloc(5000, 0x5a), limits))).toBe('PHOTO_NOT_AN_IMAGE');
  });

  test('a truncated photo is damaged', async () => {
    const jpeg = await quarters(640, 480).jpeg({ quality: 95 }).toBuffer();
    const png = await quarters(640, 480).png({ compressionLevel: 0 }).toBuffer();
    for (const whole of [jpeg, png]) {
      const part = whole.subarray(0, Math.floor(whole.length * 0.6));
      expect(await codeOf(decodePhoto(part, limits))).toBe('PHOTO_DAMAGED');
    }
  });

  test('bytes after the end of a photo do no harm', async () => {
    const jpeg = await quarters().jpeg().toBuffer();
    const image = await decodePhoto(Buffer.concat([jpeg, Buffer.alloc(5000, 1)]), limits);
    expect(corners(image)).toEqual(UPRIGHT);
  });

  test('zero-size dimensions are damage', async () => {
    const jpeg = Buffer.from(await quarters().jpeg().toBuffer());
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    jpeg.writeUInt32BE(0, frame + 5);
    expect(await codeOf(decodePhoto(jpeg, limits))).toBe('PHOTO_DAMAGED');
    expect(await codeOf(decodePhoto(await quarters(64, 4).png().toBuffer(), limits))).toBe(
      'PHOTO_DAMAGED',
    );
  });

  test('a decompression bomb is refused by its header', async () => {
    await expect(decodePhoto(pngHeader(60_000, 60_000), limits)).rejects.toMatchObject({
      code: 'PHOTO_TOO_MANY_PIXELS',
      message: expect.stringContaining('60000×60000') as string,
    });
  });

  test('HEIC that sharp cannot read is called unsupported, with what to do', async () => {
    const heic = Buffer.concat([
      Buffer.from([0, 0, 0, 24]),
      Buffer.from('ftypheic\0\0\0\0mif1heic', 'latin1'),
      Buffer.alloc(200),
    ]);
    expect(await codeOf(decodePhoto(heic, limits))).toMatch(/PHOTO_(FORMAT_UNSUPPORTED|DAMAGED)/);
  });
});

/** A PNG that claims a size and holds one row's worth of data. */
function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, body: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(body.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(named));
    return Buffer.concat([size, named, check]);
  };
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', zlib.deflateSync(Buffer.alloc(width * 3 + 1))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** PNG's checksum; zlib.crc32 came with Node 20.15 and is not typed for 20 yet. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
