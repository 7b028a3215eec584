import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { SeenPhoto } from '../../src/descriptors/seen-photo.ts';
import { unitDescriptor } from './records.ts';
import { descriptorAt, seenFace, seenPhoto } from './seen.ts';
import { openPool } from './vision.ts';

const lfw = path.resolve(__dirname, '../../../shared/data/lfw-dev/images');
const PEOPLE_AT_LEAST = 3;

/**
 * What the nets see on `count` photos of people who are on several: of LFW's development view where
 * it is there, else photos of made-up people whose descriptors lie as far apart as real ones.
 */
export async function photosOfPeople(count: number): Promise<Map<string, SeenPhoto>> {
  if (!existsSync(lfw)) return madeUp(count);
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

function madeUp(count: number): Map<string, SeenPhoto> {
  return new Map(
    Array.from({ length: count }, (_, i) => {
      const person = unitDescriptor(1000 + Math.floor(i / 4));
      const seen = seenPhoto([seenFace(descriptorAt(person, 0.2, i))], `checksum-${i}`);
      return [`photo-${i}`, seen];
    }),
  );
}
