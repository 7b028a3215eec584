import sharp from 'sharp';

import { cutPicture, type PictureWish } from '../../../src/image/cut-picture.ts';
import { codeOf, quarters } from '../../helpers/pictures.ts';

const limits = { maxPhotoPixels: 10_000_000 };
const image = { width: 640, height: 480 };

/** Mean red and green of a picture: the quarters of the photo differ in them. */
async function meanOf(picture: Buffer): Promise<[number, number]> {
  const { channels } = await sharp(picture).stats();
  return [channels[0]!.mean, channels[1]!.mean];
}

const faceIn = (x: number, y: number): PictureWish => ({
  image,
  box: { x, y, width: 100, height: 80 },
  sizePx: 96,
});

test('a face is cut from its own quarter, whatever the orientation in the file', async () => {
  const upright = await quarters(640, 480).png().toBuffer();
  for (let orientation = 1; orientation <= 8; orientation++) {
    // What EXIF undoes: the file lies as a camera would have written it.
    const angle = { 3: 180, 4: 180, 5: 90, 6: 270, 7: 270, 8: 90 }[orientation] ?? 0;
    let lying = sharp(upright).rotate(angle);
    if ([2, 4, 5, 7].includes(orientation)) {
      lying = sharp(await lying.png().toBuffer());
      lying = orientation >= 5 ? lying.flop() : lying.flop();
    }
    const bytes = await lying.withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
    const shown = await sharp(bytes).rotate().raw().toBuffer({ resolveWithObject: true });
    for (const [x, y] of [
      [20, 20],
      [520, 20],
      [20, 380],
      [520, 380],
    ] as const) {
      const at = ((y + 40) * shown.info.width + x + 50) * shown.info.channels;
      const [red, green] = await meanOf(await cutPicture(bytes, faceIn(x, y), limits));
      expect(Math.abs(red - shown.data[at]!)).toBeLessThan(12);
      expect(Math.abs(green - shown.data[at + 1]!)).toBeLessThan(12);
    }
  }
}, 30_000);

test('at every border, and larger than the photo, the square stays inside', async () => {
  const bytes = await quarters(640, 480).jpeg({ quality: 95 }).toBuffer();
  for (const box of [
    { x: -30, y: -20, width: 60, height: 60 },
    { x: 600, y: 440, width: 80, height: 80 },
    { x: 639, y: 0, width: 10, height: 10 },
    { x: -100, y: -100, width: 900, height: 900 },
    { x: 300.25, y: 470.5, width: 1.5, height: 1.5 },
  ]) {
    for (const sizePx of [96, 384]) {
      const picture = await cutPicture(bytes, { image, box, sizePx }, limits);
      expect(await sharp(picture).metadata()).toMatchObject({
        format: 'webp',
        width: sizePx,
        height: sizePx,
      });
    }
  }
});

test('boxes found at another size of the same photo are met; another photo is refused', async () => {
  const preview = await quarters(320, 240).jpeg({ quality: 95 }).toBuffer();
  const [red, green] = await meanOf(await cutPicture(preview, faceIn(520, 380), limits));
  expect(red).toBeLessThan(50);
  expect(green).toBeLessThan(60);
  const other = await quarters(480, 640).jpeg().toBuffer();
  expect(await codeOf(cutPicture(other, faceIn(20, 20), limits))).toBe('PHOTO_CHANGED');
  const whole = await cutPicture(other, { image, box: null, sizePx: 320 }, limits);
  expect(await sharp(whole).metadata()).toMatchObject({ width: 240, height: 320 });
});

test('limits and damage are told as for a photo that is looked at', async () => {
  const bytes = await quarters(640, 480).jpeg().toBuffer();
  const wish = faceIn(20, 20);
  expect(await codeOf(cutPicture(bytes, wish, { maxPhotoPixels: 1000 }))).toBe(
    'PHOTO_TOO_MANY_PIXELS',
  );
  const half = bytes.subarray(0, bytes.length / 2);
  expect(await codeOf(cutPicture(half, faceIn(20, 380), limits))).toBe('PHOTO_DAMAGED');
  expect(await codeOf(cutPicture(Buffer.from('nothing'), wish, limits))).toBe('PHOTO_NOT_AN_IMAGE');
});
