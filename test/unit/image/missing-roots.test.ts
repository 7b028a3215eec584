import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { missingRoots } from '../../../src/image/missing-roots.ts';
import { tempFolder } from '../../helpers/pictures.ts';

test('folders that are not there or are files are named with the reason', async () => {
  const folder = await tempFolder();
  const file = path.join(folder.path, 'a.jpg');
  const nowhere = path.join(folder.path, 'nowhere');
  await writeFile(file, 'a');
  expect(await missingRoots([folder.path, file, nowhere])).toEqual([
    { root: file, reason: expect.stringContaining('ENOTDIR') as string },
    { root: nowhere, reason: expect.stringContaining('ENOENT') as string },
  ]);
  await folder.remove();
});
