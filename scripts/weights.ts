/** Copies the face-api pack's model files from the npm package to weights/files and checks them. */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';

import { messageOf } from '../src/errors.ts';
import { readNetWeights, type NetFile } from '../src/nets/weights.ts';
import manifest from '../weights/face-api.json';

const root = path.resolve(__dirname, '../..');

async function main(): Promise<void> {
  const weightsDir = path.join(root, 'weights/files');
  const target = path.join(weightsDir, manifest.pack);
  const source = path.join(
    path.dirname(require.resolve('@vladmandic/face-api/package.json')),
    'model',
  );
  await mkdir(target, { recursive: true });
  for (const [net, { files }] of Object.entries(manifest.nets)) {
    for (const file of files) {
      await copyFile(path.join(source, file.name), path.join(target, file.name));
    }
    await readNetWeights(weightsDir, net as NetFile);
    console.log(`weights: ${net} checked`);
  }
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
