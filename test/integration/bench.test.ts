import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { samplePhoto, tempFolder } from '../helpers/pictures.ts';

const main = path.resolve(__dirname, '../../dist/scripts/bench/main.js');

test('the bench measures every way and writes its figures and its chart', async () => {
  const folder = await tempFolder();
  const chart = path.join(folder.path, 'chart.svg');
  const photos = path.dirname(samplePhoto(1));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    main,
    ...['--quick', '--json', '--limit', '2', '--photos', photos, '--chart', chart],
  ]);
  const report = JSON.parse(stdout) as Record<string, unknown>;
  const positive = expect.any(Number) as number;
  expect(report).toMatchObject({
    photos: 2,
    imagesPerSecond: { worker: positive, faceApiTfjsNode: positive, faceApiWasm: positive },
    ratio: { tfjsNode: positive, wasm: positive },
    memoryMiB: { visionChildPeak: positive, total: positive, faceApiTfjsNode: positive },
    overheadShare: positive,
    nearest: { 100000: { exactMillis: positive, hnswMillis: positive, hnswRecall: positive } },
  });
  expect(stderr).toContain('this worker, low-power');
  expect(await readFile(chart, 'utf8')).toMatch(/^<svg [^]*this worker, 2 children[^]*<\/svg>\n$/);
  await folder.remove();
}, 240_000);

test('the bench refuses a folder without photos and says what it wants', async () => {
  const folder = await tempFolder();
  await expect(
    promisify(execFile)(process.execPath, [main, '--photos', folder.path]),
  ).rejects.toMatchObject({ stderr: expect.stringContaining('JPEG or PNG photos') as string });
  await folder.remove();
}, 60_000);
