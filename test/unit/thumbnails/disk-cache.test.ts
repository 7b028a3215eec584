import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { DiskCache } from '../../../src/thumbnails/disk-cache.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const folder = temporaryFolder();
const bytes = (length: number): Buffer => Buffer.alloc(length, 7);

test('what was not used for the longest time goes when there is no room', async () => {
  const cache = new DiskCache(path.join(folder, 'a'), 300);
  for (const name of ['x/1', 'x/2', 'y/3']) await cache.set(name, bytes(100));
  expect(await cache.get('x/1')).toHaveLength(100);
  await cache.set('y/4', bytes(100));
  expect(await cache.get('x/2')).toBeNull();
  expect(await cache.get('x/1')).toHaveLength(100);
  expect(cache.bytes).toBe(300);
  await cache.set('z/large', bytes(301));
  expect(await cache.get('z/large')).toBeNull();
  await cache.drop('x');
  expect(await cache.get('x/1')).toBeNull();
  expect(cache.bytes).toBe(200);
});

test('what an earlier run left counts, and is let go of first', async () => {
  const place = path.join(folder, 'b');
  await new DiskCache(place, 1000).set('x/old', bytes(200));
  const cache = new DiskCache(place, 300);
  expect(await cache.get('x/old')).toHaveLength(200);
  await cache.set('x/new', bytes(200));
  expect(await cache.get('x/old')).toBeNull();
  expect(readdirSync(path.join(place, 'x'))).toEqual(['new']);
});

test('files that somebody else removed are made again', async () => {
  const place = path.join(folder, 'c');
  const cache = new DiskCache(place, 300);
  await cache.set('x/1', bytes(100));
  rmSync(place, { recursive: true });
  expect(await cache.get('x/1')).toBeNull();
  expect(cache.bytes).toBe(0);
  await cache.set('x/1', bytes(100));
  expect(await cache.get('x/1')).toHaveLength(100);
});

test('several processes on one folder keep to the bound together, but for little', async () => {
  const place = path.join(folder, 'd');
  const caches = [new DiskCache(place, 3200), new DiskCache(place, 3200)];
  for (let i = 0; i < 40; i++) await caches[i % 2]?.set(`x/${i}`, bytes(160));
  const kept = readdirSync(path.join(place, 'x')).length * 160;
  expect(kept).toBeGreaterThan(2800);
  expect(kept).toBeLessThanOrEqual(3200 + 2 * (200 + 160));
});
