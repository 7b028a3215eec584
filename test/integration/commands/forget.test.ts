import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';

import { runForget } from '../../../src/commands/run-forget.ts';
import { readConfig } from '../../../src/config.ts';
import { fetchedFolder, previewName } from '../../../src/immich/fetch-photo.ts';
import { createLog } from '../../../src/log.ts';
import { openUploadFolder, ownerUploadFolder } from '../../../src/queue/upload-folder.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { startMongo } from '../../helpers/mongodb.ts';
import { tempFolder } from '../../helpers/pictures.ts';
import { makePhotoRecord } from '../../helpers/records.ts';
import { startRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });

test('forget on one of many machines clears its folder and says that the others have theirs', async () => {
  const [redis, mongo, folder] = await Promise.all([startRedis(), startMongo(), tempFolder()]);
  const mongodbUri = mongo.newDatabaseUri();
  const machines = ['one', 'two'].map((name) => path.join(folder.path, name));
  const uploads: string[] = [];
  const previews = ['ada', 'bob'].map(previewName);
  for (const dataDir of machines) {
    const own = ownerUploadFolder(await openUploadFolder(dataDir), 'ada');
    await mkdir(own, { recursive: true });
    await writeFile(path.join(own, 'photo.jpg'), 'a photo');
    uploads.push(own);
    await mkdir(fetchedFolder(dataDir), { recursive: true });
    for (const name of previews) {
      await writeFile(path.join(fetchedFolder(dataDir), name), 'left by a killed worker');
    }
  }
  const store = await openStore({ dataDir: '', mongodbUri, log });
  await store.commitPhoto(makePhotoRecord({ ownerId: 'ada' }), null);
  const forget = async (dataDir = ''): Promise<string> => {
    const config = readConfig({
      REDIS_HOSTNAME: redis.host,
      REDIS_PORT: String(redis.port),
      MONGODB_URI: mongodbUri,
      DATA_DIR: dataDir,
    });
    const output = new PassThrough({ encoding: 'utf8' });
    await runForget('ada', { config, log, output, signal: new AbortController().signal });
    return String(output.read());
  };
  const said = await forget(machines[0]);
  expect(said).toContain('1 photo, 1 face, 0 corrections, 0 jobs, 1 uploaded file, 1 fetched');
  expect(said).toContain(`went from ${machines[0] ?? ''} alone; run this again`);
  expect(await store.countPhotos('ada')).toBe(0);
  expect(await readdir(fetchedFolder(machines[0] ?? ''))).toEqual([previews[1]]);
  expect(await readdir(uploads[1] ?? '')).toEqual(['photo.jpg']);
  expect(await forget(machines[1])).toContain('0 photos, 0 faces, 0 corrections, 0 jobs, 1 upload');
  await store.close();
  await Promise.all([redis.stop(), mongo.stop(), folder.remove()]);
}, 90_000);
