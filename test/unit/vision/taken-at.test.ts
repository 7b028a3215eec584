import { utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { Exif } from 'sharp';

import { takenAtOf } from '../../../src/vision/taken-at.ts';
import { quarters } from '../../helpers/pictures.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const folder = temporaryFolder();
const WRITTEN = new Date('2019-08-07T06:05:04.000Z');

async function photo(exif: Exif | null, format: 'jpeg' | 'png' | 'webp' = 'jpeg'): Promise<string> {
  const file = path.join(folder, `${Math.random()}.${format}`);
  const picture = quarters()[format]();
  await writeFile(file, await (exif === null ? picture : picture.withExif(exif)).toBuffer());
  await utimes(file, WRITTEN, WRITTEN);
  return file;
}

test.each([
  ['the camera says', { IFD2: { DateTimeOriginal: '2010:05:04 14:30:59' } }, '2010-05-04T14:30:59'],
  [
    'the scanner says',
    { IFD2: { DateTimeDigitized: '2011:01:02 03:04:05' } },
    '2011-01-02T03:04:05',
  ],
  ['a program says', { IFD0: { DateTime: '2012:01:02 03:04:05' } }, '2012-01-02T03:04:05'],
  [
    'no clock was set',
    { IFD2: { DateTimeOriginal: '0000:00:00 00:00:00' } },
    '2019-08-07T06:05:04',
  ],
  [
    'a clock ran wild',
    { IFD2: { DateTimeOriginal: '9999:05:04 14:30:59' } },
    '2019-08-07T06:05:04',
  ],
  ['something else is said', { IFD2: { DateTimeOriginal: 'spring' } }, '2019-08-07T06:05:04'],
  ['nothing is said', null, '2019-08-07T06:05:04'],
] as const)(
  'a photo was taken when its EXIF says, else when it was written: %s',
  async (_, exif, at) => {
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      expect(await takenAtOf(await photo(exif, format))).toBe(`${at}.000Z`);
    }
  },
);

test('of bytes without a date nobody knows when they were taken, nor of what is no photo', async () => {
  expect(await takenAtOf(await quarters().jpeg().toBuffer())).toBeNull();
  expect(await takenAtOf(Buffer.from('no photo'))).toBeNull();
  expect(await takenAtOf(path.join(folder, 'not-there.jpg'))).toBeNull();
});

test('damaged EXIF says nothing, and does no harm', async () => {
  const exif = { IFD2: { DateTimeOriginal: '2010:05:04 14:30:59' } };
  const bytes = await quarters().jpeg().withExif(exif).toBuffer();
  const start = bytes.indexOf('Exif');
  for (let at = start; at < start + 120; at++) {
    const damaged = Buffer.from(bytes);
    damaged.fill(0xff, at, at + 4);
    const said = await takenAtOf(damaged);
    expect([null, '2010-05-04T14:30:59.000Z']).toContain(said);
  }
});
