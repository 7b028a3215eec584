import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { WorkerError, type ErrorCode } from '../../../src/errors.ts';
import { Thumbnails, type OpenedPhoto } from '../../../src/thumbnails/thumbnails.ts';
import { photoPlaceholderSvg } from '../../../src/thumbnails/placeholder.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const folder = temporaryFolder();
const photo = {
  ...{ ownerId: 'o', assetId: 'a', path: '/a.jpg', checksum: 'c' },
  image: { width: 1440, height: 1080 },
};

/** Pictures of one byte; `said` is what the log is told. */
function thumbnails(
  place: string,
  cut = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array([7])),
): { pictures: Thumbnails; said: unknown[] } {
  const said: unknown[] = [];
  const say = (about: unknown, words: unknown): void => void said.push([about, words]);
  const pictures = new Thumbnails({
    folder: place,
    maxBytes: 1000,
    open: () => Promise.resolve({ path: '/a.jpg', discard: () => Promise.resolve() }),
    cut,
    log: { warn: say, error: say } as never,
  });
  return { pictures, said };
}

test('a picture that cannot be kept is shown all the same, and the log says so once', async () => {
  const file = path.join(folder, 'a file where the folder should be');
  await writeFile(file, '');
  const { pictures, said } = thumbnails(file);
  for (const sizePx of [96, 192]) {
    expect((await pictures.picture(photo, null, sizePx)).bytes).toEqual(new Uint8Array([7]));
  }
  expect(said).toMatchObject([
    [{ folder: file, reason: expect.stringContaining('ENOTDIR') as unknown }, expect.anything()],
  ]);
});

test('the log tells why a picture was not made', async () => {
  const { pictures, said } = thumbnails(path.join(folder, 'b'), () =>
    Promise.reject(new Error('a fault of ours')),
  );
  await expect(pictures.picture(photo, null, 96)).rejects.toThrow('a fault of ours');
  expect(said).toEqual([[{ assetId: 'a', reason: 'a fault of ours' }, expect.anything()]]);
});

test('of a file that cannot be read another is fetched, once, and both are discarded', async () => {
  const discarded: string[] = [];
  const file = (source: string): OpenedPhoto => ({
    path: source,
    discard: () => Promise.resolve(void discarded.push(source)),
  });
  const pictures = (code: ErrorCode, readable: string): Thumbnails =>
    new Thumbnails({
      ...{ folder: path.join(folder, code), maxBytes: 1000, log: {} as never },
      open: () =>
        Promise.resolve({
          ...file('original'),
          fetchInstead: () => Promise.resolve(file('preview')),
        }),
      cut: ({ source }) =>
        source === readable
          ? Promise.resolve(new Uint8Array([9]))
          : Promise.reject(new WorkerError(code, source)),
    });
  const { bytes } = await pictures('PHOTO_DAMAGED', 'preview').picture(photo, null, 96);
  expect([...bytes]).toEqual([9]);
  const gone = pictures('PATH_NOT_FOUND', 'neither');
  await expect(gone.picture(photo, null, 96)).rejects.toMatchObject({ message: 'preview' });
  const late = pictures('VISION_DEADLINE', 'preview');
  await expect(late.picture(photo, null, 96)).rejects.toMatchObject({ message: 'original' });
  expect(discarded).toEqual(['original', 'preview', 'original', 'preview', 'original']);
});

test('a photo that is missing says why in lines that fit, as text and not as markup', () => {
  const svg = photoPlaceholderSvg('no <b> was found: ' + 'some words '.repeat(6), photo.image);
  const lines = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, line]) => line!);
  expect(lines.length).toBeGreaterThan(2);
  expect(lines[0]).toBe('no &#60;b&#62; was found: some words some');
  expect(svg).toContain('viewBox="0 0 240 180"');
});
