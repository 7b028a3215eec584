import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import type { Job } from 'bullmq';

import { waitedOf } from '../../src/queue/job-fate.ts';
import { openScene, until } from '../helpers/faults.ts';
import { startRedis } from '../helpers/redis.ts';

test('a full disk: photos wait, and all are done when there is room again', async () => {
  const disk = await mkdtemp(path.join(os.tmpdir(), 'faces-disk-'));
  // Needs root, as CI and containers are.
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
  const redis = await startRedis();
  const scene = await openScene(redis, { dataDir: disk });
  const filler = path.join(disk, 'filler');
  try {
    const worker = await scene.start();
    await scene.add('before');
    await scene.drained();
    const { bavail, bsize } = await statfs(disk);
    writeFileSync(filler, Buffer.alloc(bavail * bsize));
    const assets = Array.from({ length: 6 }, (_, i) => `photo-${i}`);
    const jobs: Job[] = [];
    for (const asset of assets) jobs.push(await scene.add(asset));
    const line = await worker.logged('the photo waits');
    expect(line).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(String(line['err'])).toContain('Free space on the disk');
    // More often than a job may run: a full disk is no photo's fault.
    await until(async () => {
      const progress = await Promise.all(
        jobs.map(({ id }) => scene.producer.queue.getJob(id ?? '')),
      );
      return progress.some((job) => job !== undefined && waitedOf(job).waits > 5);
    });
    rmSync(filler);
    await scene.drained();
    await scene.expectWholeAndOnce(['before', ...assets]);
    expect(await worker.stop()).toBe(0);
  } finally {
    await scene.close();
    await redis.stop();
    // SQLite lets go of the file only when its statements are garbage-collected.
    execFileSync('umount', ['--lazy', disk]);
    await rm(disk, { recursive: true, force: true });
  }
}, 240_000);
