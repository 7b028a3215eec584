import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { Worker } from 'bullmq';

import { readConfig } from '../../src/config.ts';
import { FACES_IDENTIFIED, type FacesIdentified } from '../../src/queue/faces-identified.ts';
import { createProducer } from '../../src/queue/producer.ts';
import { freePort, startRedis } from '../harness/redis.ts';
import { startWorkerProcess } from '../harness/worker-process.ts';

export interface WorkerReport {
  readonly photos: number;
  readonly faces: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Processor time of the main process, whose work is queue, store, identities and traffic. */
  readonly mainCpuSeconds: number;
  /** From starting the process to the first result. */
  readonly coldStartMillis: number;
  readonly mainPeakMiB: number;
  readonly visionPeaksMiB: readonly number[];
  /** Mean of each stage. */
  readonly stageMillis: Readonly<Record<string, number>>;
  readonly engine: string;
}

/**
 * The worker as it ships, on the photos: jobs in through Redis, results out of the result queue, a
 * store of its own. The first photo is the warm-up.
 */
export async function runWorker(
  photos: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<WorkerReport> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'face-worker-bench-'));
  const redis = await startRedis(folder);
  try {
    return await measure(photos, {
      ...settings,
      ...redis.environment,
      QUEUE_PREFIX: 'bench',
      DATA_DIR: path.join(folder, 'data'),
      MEDIA_ROOTS: JSON.stringify([...new Set(photos.map((photo) => path.dirname(photo)))]),
      // The runtime's own, so that it finds its way; the rest is named above.
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      LOG_FILE: path.join(folder, 'worker.log'),
    });
  } finally {
    await redis.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  photos: readonly string[],
  { LOG_FILE: logFile = '', ...environment }: Record<string, string>,
): Promise<WorkerReport> {
  const config = readConfig(environment);
  const { redis, queuePrefix: prefix, jobs: retry } = config;
  const start = performance.now();
  const worker = await startWorkerProcess({ environment, port: await freePort(), logFile });
  const producer = createProducer({ redis, prefix, retry });
  const results = collectResults({ connection: redis, prefix });
  const add = (some: readonly string[]): Promise<void> =>
    producer.addBulk(
      some.map((file) => ({ payload: { assetId: randomUUID(), path: file, source: 'upload' } })),
    );
  try {
    await add(photos.slice(0, 1));
    await Promise.race([results.count(1), worker.died]);
    const coldStartMillis = performance.now() - start;
    const [wall, cpu] = [performance.now(), await worker.usedCpu()];
    await add(photos.slice(1));
    const answers = await Promise.race([results.count(photos.length), worker.died]);
    const wallSeconds = (performance.now() - wall) / 1000;
    const used = await worker.usedCpu();
    const memory = await worker.peakMemory();
    const mainCpuSeconds = used.mainSeconds - cpu.mainSeconds;
    return {
      photos: photos.length - 1,
      faces: answers.slice(1).reduce((sum, { faces }) => sum + faces.length, 0),
      wallSeconds,
      cpuSeconds: mainCpuSeconds + used.visionSeconds - cpu.visionSeconds,
      mainCpuSeconds,
      coldStartMillis,
      mainPeakMiB: memory.mainMiB,
      visionPeaksMiB: memory.visionMiB,
      stageMillis: meanStages(answers.slice(1)),
      engine: worker.engine.name,
    };
  } finally {
    await results.close();
    await producer.close();
    await worker.close();
  }
}

function collectResults(queue: { connection: object; prefix: string }): {
  count(wanted: number): Promise<FacesIdentified[]>;
  close(): Promise<void>;
} {
  const results: FacesIdentified[] = [];
  const consumer = new Worker<FacesIdentified>(
    FACES_IDENTIFIED,
    ({ data }) => {
      results.push(data);
      return Promise.resolve();
    },
    queue,
  );
  consumer.on('error', () => undefined);
  return {
    count: (wanted) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (results.length >= wanted) resolve(results);
        };
        consumer.on('completed', check);
        check();
      }),
    close: () => consumer.close(),
  };
}

function meanStages(results: readonly FacesIdentified[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { timings } of results) {
    for (const [stage, millis] of Object.entries(timings)) {
      sums[stage] = (sums[stage] ?? 0) + millis / results.length;
    }
  }
  return sums;
}
