import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import type { Config } from '../../../src/config.ts';
import { DESCRIPTOR_REVISION } from '../../../src/descriptors/descriptor.ts';
import { systemCodeOf } from '../../../src/errors.ts';
import { root } from '../../native/run.ts';

/** Parts of the code that make what is seen of a photo, as compiled, and the weights' checksums. */
const PARTS = ['dist/src/image', 'dist/src/faces', 'dist/src/descriptors', 'dist/src/nets'];
const VISION = ['dist/src/vision/look-at-photo.js', 'dist/weights'];
const PACKAGES = ['sharp', 'onnxruntime-node', '@tensorflow/tfjs', '@vladmandic/face-api'];

const requirePackage = createRequire(__filename);

/**
 * Names everything besides the photo and the engine that decides what is seen: code, weights,
 * libraries, detector and its settings. A look is never taken for that of other code.
 */
export async function lookRevision(config: Config): Promise<string> {
  const hash = createHash('sha256');
  for (const part of [...PARTS, ...VISION]) {
    for (const file of await filesBelow(path.join(root, part))) {
      if (!/\.js(on)?$/.test(file)) continue;
      hash.update(path.relative(root, file));
      hash.update(await readFile(file));
    }
  }
  for (const name of PACKAGES) hash.update(`${name} ${await versionOf(name)}`);
  hash.update(JSON.stringify([config.detector, config.limits]));
  const { kind } = config.detector;
  return `r${DESCRIPTOR_REVISION}-${kind}-${hash.digest('hex').slice(0, 16)}`;
}

async function filesBelow(place: string): Promise<string[]> {
  try {
    const names = await readdir(place, { recursive: true, withFileTypes: true });
    return names
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOTDIR') return [place];
    throw error;
  }
}

/** Optional packages may be missing. */
async function versionOf(name: string): Promise<string> {
  try {
    const folders = requirePackage.resolve.paths(name) ?? [];
    for (const folder of folders) {
      const file = path.join(folder, name, 'package.json');
      const text = await readFile(file, 'utf8').catch(() => null);
      if (text !== null) return (JSON.parse(text) as { version: string }).version;
    }
    return 'none';
  } catch {
    return 'none';
  }
}
