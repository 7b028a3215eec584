import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { readConfig } from '../../src/config.ts';
import { DESCRIPTOR_REVISION } from '../../src/descriptors/descriptor.ts';
import type { SeenPhoto } from '../../src/descriptors/seen-photo.ts';
import { openVision } from '../harness/vision.ts';
import { cacheDir, root } from '../native/run.ts';
import { readRecordings, toJson } from './recordings.ts';

interface Source {
  readonly name: 'lfw-dev' | 'samples';
  readonly description: string;
  readonly photos: readonly string[];
}

/**
 * The file of what the real nets see on `count` photos of lfw-dev, or on the samples of the face-api
 * package where lfw-dev is not there. Made once and kept in .cache.
 */
export async function recordOnce(
  count: number,
  { signal, say }: { signal: AbortSignal; say: (line: string) => void },
): Promise<string> {
  const source = await chooseSource(count);
  const name = `${source.name}-${source.photos.length}-revision-${DESCRIPTOR_REVISION}.json`;
  const file = path.join(cacheDir, 'soak', name);
  if (await isReadable(file)) return file;
  say(`recording what the nets see on ${source.photos.length} photos, once`);
  const photos = await lookAt(source.photos, { signal, say });
  await mkdir(path.dirname(file), { recursive: true });
  // Another soak may be recording too: each writes a file of its own and the last one stays.
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, toJson({ source: source.description, photos }));
  await rename(draft, file);
  return file;
}

async function isReadable(file: string): Promise<boolean> {
  return (await readRecordings(file).catch(() => null)) !== null;
}

async function chooseSource(count: number): Promise<Source> {
  const lfw = path.resolve(root, '../shared/data/lfw-dev/images');
  if (existsSync(lfw)) {
    // By name: photos of one person follow each other.
    const photos = (await jpegsOf(lfw)).slice(0, count);
    return { name: 'lfw-dev', description: `${photos.length} photos of lfw-dev`, photos };
  }
  const packageFile = require.resolve('@vladmandic/face-api/package.json');
  const photos = await jpegsOf(path.join(path.dirname(packageFile), 'demo'));
  const description = `${photos.length} samples of the face-api package (lfw-dev is not there)`;
  return { name: 'samples', description, photos };
}

async function jpegsOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  return names.map((name) => path.join(folder, name));
}

async function lookAt(
  files: readonly string[],
  { signal, say }: { signal: AbortSignal; say: (line: string) => void },
): Promise<SeenPhoto[]> {
  const pool = await openVision(readConfig({}));
  let done = 0;
  const look = async (file: string): Promise<SeenPhoto> => {
    const seen = await pool.see(file, signal);
    if (++done % 50 === 0) say(`${done} of ${files.length} photos looked at`);
    return seen;
  };
  try {
    return await Promise.all(files.map(look));
  } finally {
    await pool.close();
  }
}
