import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { locatePhoto } from '../../../src/image/locate-photo.ts';
import { locateWithUploads } from '../../../src/queue/locate-upload.ts';
import {
  openUploadFolder,
  ownerUploadFolder,
  ownerUploadFolders,
  uploadsRoot,
  type UploadFolder,
} from '../../../src/queue/upload-folder.ts';
import { tempFolder } from '../../helpers/pictures.ts';

const CHECKSUM = 'c'.repeat(64);
let folder: Awaited<ReturnType<typeof tempFolder>>;

beforeEach(async () => {
  folder = await tempFolder();
});

afterEach(() => folder.remove());

function dataDir(name: string): string {
  return path.join(folder.path, name);
}

async function upload(uploads: UploadFolder): Promise<string> {
  const file = path.join(ownerUploadFolder(uploads, 'ada'), CHECKSUM);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, 'a photo');
  return file;
}

function locateIn(name: string, uploads: UploadFolder): (file: string) => Promise<string> {
  return locateWithUploads((file) => locatePhoto(file, [uploadsRoot(dataDir(name))]), uploads);
}

test('workers that share a DATA_DIR share the folder, also when they start at once', async () => {
  const opened = await Promise.all(
    Array.from({ length: 8 }, () => openUploadFolder(dataDir('one'))),
  );
  expect(new Set(opened.map(({ path: folderPath }) => folderPath)).size).toBe(1);
  expect(await readdir(uploadsRoot(dataDir('one')))).toHaveLength(2);
  expect((await openUploadFolder(dataDir('two'))).id).not.toBe(opened[0]?.id);
});

test('an id that a crash cut short is replaced', async () => {
  await mkdir(uploadsRoot(dataDir('one')), { recursive: true });
  await writeFile(path.join(uploadsRoot(dataDir('one')), 'folder-id'), '0d');
  const { id } = await openUploadFolder(dataDir('one'));
  expect((await openUploadFolder(dataDir('one'))).id).toBe(id);
});

test("another worker's upload is told from a path that is wrong, outside the roots or missing", async () => {
  const [ours, theirs] = [
    await openUploadFolder(dataDir('one')),
    await openUploadFolder(dataDir('two')),
  ];
  const file = await upload(theirs);
  const locate = locateIn('one', ours);
  await expect(locate(file)).rejects.toMatchObject({ code: 'UPLOAD_ELSEWHERE', retryable: true });
  // Containers see each their own /data.
  const same = path.join(dataDir('one'), path.relative(dataDir('two'), file));
  await expect(locate(same)).rejects.toMatchObject({ code: 'UPLOAD_ELSEWHERE' });
  const missing = path.join(ownerUploadFolder(ours, 'ada'), CHECKSUM);
  await expect(locate(missing)).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
  await expect(locate('/etc/hostname')).rejects.toMatchObject({ code: 'PATH_OUTSIDE_ROOTS' });
});

test('a worker finds its uploads where its DATA_DIR is mounted under another path', async () => {
  const former = await upload(await openUploadFolder(dataDir('one')));
  await rename(dataDir('one'), dataDir('moved'));
  const uploads = await openUploadFolder(dataDir('moved'));
  const found = await locateIn('moved', uploads)(former);
  expect(found).toBe(path.join(ownerUploadFolder(uploads, 'ada'), CHECKSUM));
  expect(await ownerUploadFolders(dataDir('moved'), 'ada')).toEqual([path.dirname(found)]);
});
