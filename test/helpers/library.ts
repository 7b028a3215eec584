import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { SeenPhoto } from '../../src/descriptors/seen-photo.ts';
import { recordOnce } from '../../scripts/soak/record.ts';
import { photoOf, readRecordings } from '../../scripts/soak/recordings.ts';
import { openPool } from './vision.ts';

const lfw = path.resolve(__dirname, '../../../shared/data/lfw-dev/images');
const PEOPLE_AT_LEAST = 3;

/**
 * What the nets see on `count` photos of people who are on several: of LFW's development view where
 * it is there, else on the samples of the face-api package, each of them as several photos.
 */
export async function photosOfPeople(count: number): Promise<Map<string, SeenPhoto>> {
  if (!existsSync(lfw)) return ofSamples(count);
  const byPerson = new Map<string, string[]>();
  for (const file of readdirSync(lfw).sort()) {
    const person = file.replace(/_\d+\.\w+$/, '');
    byPerson.set(person, [...(byPerson.get(person) ?? []), file]);
  }
  const files = [...byPerson.values()]
    .filter((photos) => photos.length >= PEOPLE_AT_LEAST)
    .flat()
    .slice(0, count);
  const pool = await openPool({ engine: 'auto', plan: { children: 2, threads: 1 } });
  try {
    const { signal } = new AbortController();
    const seen = await Promise.all(files.map((file) => pool.see(path.join(lfw, file), signal)));
    return new Map(files.map((file, i) => [file, seen[i] as SeenPhoto]));
  } finally {
    await pool.close();
  }
}

/** Each recorded sample is several photos here, its faces moved as those of one person differ. */
async function ofSamples(count: number): Promise<Map<string, SeenPhoto>> {
  const { signal } = new AbortController();
  const file = await recordOnce(count, { signal, say: () => undefined });
  const recordings = await readRecordings(file);
  return new Map(
    Array.from({ length: count }, (_, i) => [`photo-${i}`, photoOf(recordings, i, 1)]),
  );
}
