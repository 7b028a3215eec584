import sharp, { type Sharp } from 'sharp';

import { readPictureSize } from '../../../src/immich/client/picture-size.ts';

const picture = (): Sharp =>
  sharp({ create: { width: 301, height: 207, channels: 4, background: '#12345680' } });

test.each([
  ['JPEG', (): Sharp => picture().jpeg()],
  ['progressive JPEG', (): Sharp => picture().jpeg({ progressive: true })],
  [
    'mozjpeg with a profile and EXIF',
    (): Sharp =>
      picture()
        .withIccProfile('p3')
        .withExif({ IFD0: { Artist: 'nobody' } })
        .jpeg({ mozjpeg: true }),
  ],
  ['WebP', (): Sharp => picture().removeAlpha().webp()],
  ['lossless WebP', (): Sharp => picture().removeAlpha().webp({ lossless: true })],
  ['WebP with alpha', (): Sharp => picture().webp()],
])('the size of a %s stands in its beginning', async (_, make) => {
  const bytes = await make().toBuffer();
  expect(readPictureSize(bytes)).toEqual({ width: 301, height: 207 });
  expect(readPictureSize(bytes.subarray(0, 65_536))).toEqual({ width: 301, height: 207 });
});

test('anything else, cut short or of no size says nothing', async () => {
  const jpeg = await picture().jpeg().toBuffer();
  const webp = await picture().removeAlpha().webp().toBuffer();
  const nothing = Buffer.from(webp);
  nothing.writeUInt16LE(0, 26);
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('<html>'),
    jpeg.subarray(0, 40),
    Buffer.concat([jpeg.subarray(0, 2), Buffer.alloc(40)]),
    webp.subarray(0, 20),
    nothing,
    await picture().png().toBuffer(),
  ]) {
    expect(readPictureSize(bytes)).toBeNull();
  }
});
