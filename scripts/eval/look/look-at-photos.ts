import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { createProgress } from '../../../src/commands/progress.ts';
import type { Config } from '../../../src/config.ts';
import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import { messageOf } from '../../../src/errors.ts';
import type { VisionPool } from '../../../src/vision/pool.ts';
import { openVision } from '../../harness/vision.ts';
import { cacheDir } from '../../native/run.ts';
import { LookCache } from './look-cache.ts';
import { lookRevision } from './look-revision.ts';
import type { LookedPhoto, Looks } from './looked-photo.ts';

export interface LookAtPhotosOptions {
  readonly config: Config;
  readonly useCache: boolean;
  readonly signal: AbortSignal;
}

const folder = path.join(cacheDir, 'eval');
/** Photos in hand for each child: the next is read while it looks. */
const PHOTOS_PER_CHILD = 2;

/** Looks at each photo once, in the worker's own vision children, or takes what was seen before. */
export async function lookAtPhotos(
  paths: readonly string[],
  options: LookAtPhotosOptions,
): Promise<Looks> {
  const looks = new Map<string, LookedPhoto>();
  const wanted = [...new Set(paths)];
  const { config, useCache, signal } = options;
  const revision = await lookRevision(config);
  const known = useCache ? await openKnown(config, revision) : null;
  const missing: string[] = [];
  for (const file of wanted) {
    signal.throwIfAborted();
    const seen = known?.get(await checksumOf(file));
    if (seen === undefined) missing.push(file);
    else looks.set(file, { seen, error: null });
  }
  if (missing.length === 0) return looks;
  const pool = await openVision(config);
  try {
    const cache = useCache ? await openCache(config, revision, pool.engine.name) : null;
    const progress = createProgress({
      label: `looking at photos (${pool.engine.name}, ${looks.size} known)`,
      total: missing.length,
      stream: process.stderr,
    });
    let done = 0;
    await eachOf(missing, {
      atOnce: PHOTOS_PER_CHILD * Math.max(1, config.vision.children ?? 8),
      work: async (file) => {
        looks.set(file, await lookAt(file, pool, { cache, signal }));
        progress.update(++done);
      },
    });
    progress.stop();
    return looks;
  } finally {
    await pool.close();
  }
}

async function lookAt(
  file: string,
  pool: VisionPool,
  { cache, signal }: { cache: LookCache | null; signal: AbortSignal },
): Promise<LookedPhoto> {
  let seen: SeenPhoto;
  try {
    seen = await pool.see(file, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { seen: null, error: messageOf(error) };
  }
  await cache?.add(seen);
  return { seen, error: null };
}

/** The cache of the engine asked for; of what `auto` was here before, or null when that is not known. */
async function openKnown(config: Config, revision: string): Promise<LookCache | null> {
  const engine =
    config.engine === 'auto'
      ? await readFile(autoFile(revision), 'utf8').catch(() => null)
      : config.engine;
  return engine === null ? null : LookCache.open(folder, `${revision}-${engine}`);
}

async function openCache(config: Config, revision: string, engine: string): Promise<LookCache> {
  await mkdir(folder, { recursive: true });
  if (config.engine === 'auto') await writeFile(autoFile(revision), engine);
  return LookCache.open(folder, `${revision}-${engine}`);
}

function autoFile(revision: string): string {
  return path.join(folder, `${revision}-auto`);
}

async function checksumOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  return createHash('sha256').update(bytes).digest('hex');
}

async function eachOf<T>(
  items: readonly T[],
  { atOnce, work }: { atOnce: number; work: (item: T) => Promise<void> },
): Promise<void> {
  const waiting = items.values();
  const lanes = Array.from({ length: Math.min(atOnce, items.length) }, async () => {
    for (const item of waiting) await work(item);
  });
  await Promise.all(lanes);
}
