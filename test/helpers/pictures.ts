import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import sharp from 'sharp';

/** The sample photos that the face-api package ships: 22 faces on six photos. */
export function samplePhoto(number: 1 | 2 | 3 | 4 | 5 | 6): string {
  const demo = path.join(
    path.dirname(require.resolve('@vladmandic/face-api/package.json')),
    'demo',
  );
  return path.join(demo, `sample${number}.jpg`);
}

/** A small picture of four differently coloured quarters, so that turns and mirrors show. */
export function quarters(widthPx = 64, heightPx = 48): sharp.Sharp {
  const data = Buffer.alloc(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = (y * widthPx + x) * 3;
      data[at] = x < widthPx / 2 ? 220 : 30;
      data[at + 1] = y < heightPx / 2 ? 200 : 40;
      data[at + 2] = 90;
    }
  }
  return sharp(data, { raw: { width: widthPx, height: heightPx, channels: 3 } });
}

/** A folder of its own for one test file; removed by `remove`. */
export async function tempFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'faces-test-'));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The code of the error that a promise ends with; fails when it does not end with one. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.then(
    () => 'resolved',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
  return outcome;
}
