/** Opens a store and reads an owner's known faces, as a worker does for the owner's first photo. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

import { DESCRIPTOR_REVISION } from '../../src/descriptors/descriptor.ts';
import { createLog } from '../../src/log.ts';
import { FACE_API_PACK } from '../../src/nets/net.ts';
import { KnownFacesCache } from '../../src/pipeline/known-faces-cache.ts';
import { openStore } from '../../src/store/open-store.ts';
import { memoryMiB } from './memory.ts';

export interface ReadingReport {
  readonly faces: number;
  readonly openMillis: number;
  readonly readMillis: number;
  /** The longest time in which nothing else was done: locks, health checks. */
  readonly longestBlockMillis: number;
  readonly memory: { readonly before: number; readonly after: number };
}

async function main(): Promise<void> {
  const { dataDir, mongodbUri, ownerId } = JSON.parse(process.argv[2] ?? '') as {
    dataDir: string;
    mongodbUri?: string;
    ownerId: string;
  };
  const before = memoryMiB();
  const start = performance.now();
  const store = await openStore({ dataDir, mongodbUri, log: createLog({ level: 'silent' }) });
  const opened = performance.now();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const model = { pack: FACE_API_PACK, descriptorRevision: DESCRIPTOR_REVISION };
  const known = await new KnownFacesCache(store).current(ownerId, model);
  const read = performance.now();
  delay.disable();
  const report: ReadingReport = {
    faces: known.size,
    openMillis: opened - start,
    readMillis: read - opened,
    longestBlockMillis: delay.max / 1e6,
    memory: { before, after: memoryMiB() },
  };
  await store.close();
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

void main();
