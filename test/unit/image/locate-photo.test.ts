import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { locatePhoto } from '../../../src/image/locate-photo.ts';
import { codeOf, tempFolder } from '../../helpers/pictures.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;
let root: string;

beforeAll(async () => {
  folder = await tempFolder();
  root = path.join(folder.path, 'media');
  await mkdir(path.join(root, 'sub'), { recursive: true });
  await mkdir(path.join(folder.path, 'media-secret'));
  await writeFile(path.join(root, 'sub', 'a.jpg'), 'a');
  await writeFile(path.join(folder.path, 'secret.jpg'), 's');
  await writeFile(path.join(folder.path, 'media-secret', 'b.jpg'), 'b');
  await symlink('../secret.jpg', path.join(root, 'link-out.jpg'));
  await symlink('sub/a.jpg', path.join(root, 'link-in.jpg'));
  await symlink('..', path.join(root, 'up'));
  await symlink('loop.jpg', path.join(root, 'loop.jpg'));
  await symlink(root, path.join(folder.path, 'linked-root'));
});

afterAll(() => folder.remove());

test('a photo inside a root is found, also through a link that stays inside', async () => {
  const photo = path.join(root, 'sub', 'a.jpg');
  expect(await locatePhoto(photo, [root])).toBe(photo);
  expect(await locatePhoto(path.join(root, 'link-in.jpg'), [root])).toBe(photo);
});

test('a root that is itself a link works under both of its names', async () => {
  const linkedRoot = path.join(folder.path, 'linked-root');
  const photo = path.join(root, 'sub', 'a.jpg');
  expect(await locatePhoto(path.join(linkedRoot, 'sub/a.jpg'), [linkedRoot])).toBe(photo);
  expect(await locatePhoto(photo, [linkedRoot])).toBe(photo);
});

test.each([
  ['another folder', () => path.join(folder.path, 'secret.jpg')],
  [
    'a folder whose name only begins like the root',
    () => path.join(folder.path, 'media-secret/b.jpg'),
  ],
  ['dots that climb out', () => `${root}/sub/../../secret.jpg`],
  ['a link out of the root', () => path.join(root, 'link-out.jpg')],
  ['a linked folder that leads out', () => path.join(root, 'up/secret.jpg')],
  ['a relative path', () => 'sub/a.jpg'],
  ['the root itself', () => root],
])('%s is refused', async (_name, photo) => {
  expect(await codeOf(locatePhoto(photo(), [root]))).toBe('PATH_OUTSIDE_ROOTS');
});

test('nothing is allowed without roots, and the message says so', async () => {
  await expect(locatePhoto(path.join(root, 'sub/a.jpg'), [])).rejects.toThrow(/it is empty/);
});

test('a missing photo and a link in a circle have codes of their own', async () => {
  expect(await codeOf(locatePhoto(path.join(root, 'none.jpg'), [root]))).toBe('PATH_NOT_FOUND');
  expect(await codeOf(locatePhoto(path.join(root, 'loop.jpg'), [root]))).toBe('PATH_UNREADABLE');
});
