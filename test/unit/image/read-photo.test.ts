import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { readPhoto } from '../../../src/image/read-photo.ts';
import { codeOf, tempFolder } from '../../helpers/pictures.ts';

const limits = { maxPhotoBytes: 1000 };
let folder: Awaited<ReturnType<typeof tempFolder>>;
const at = (name: string): string => path.join(folder.path, name);

beforeAll(async () => {
  folder = await tempFolder();
});
afterAll(() => folder.remove());

test('reads a whole file', async () => {
  await writeFile(at('whole'), Buffer.alloc(1000, 7));
  expect(await readPhoto(at('whole'), limits)).toEqual(Buffer.alloc(1000, 7));
});

test('refuses what is not a readable file of the right size, each with its code', async () => {
  await mkdir(at('dir'));
  await writeFile(at('empty'), '');
  await writeFile(at('large'), Buffer.alloc(1001));
  await symlink('whole', at('link'));
  execFileSync('mkfifo', [at('pipe')]);
  expect(await codeOf(readPhoto(at('dir'), limits))).toBe('PATH_NOT_A_FILE');
  expect(await codeOf(readPhoto(at('pipe'), limits))).toBe('PATH_NOT_A_FILE');
  expect(await codeOf(readPhoto('/dev/zero', limits))).toBe('PATH_NOT_A_FILE');
  expect(await codeOf(readPhoto(at('empty'), limits))).toBe('PHOTO_EMPTY');
  expect(await codeOf(readPhoto(at('large'), limits))).toBe('PHOTO_TOO_LARGE');
  expect(await codeOf(readPhoto(at('none'), limits))).toBe('PATH_NOT_FOUND');
});

test('a link put in place of a located photo is not followed', async () => {
  expect(await codeOf(readPhoto(at('link'), limits))).toBe('PATH_UNREADABLE');
});
