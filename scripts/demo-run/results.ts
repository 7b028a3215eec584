import { Queue, QueueEvents, Worker } from 'bullmq';
import cliProgress from 'cli-progress';
import type { RedisOptions } from 'ioredis';

import { patientConnection } from '../../src/queue/connection.ts';
import { FACES_IDENTIFIED, type FacesIdentified } from '../../src/queue/faces-identified.ts';
import { IMAGE_ADDED } from '../../src/queue/image-added.ts';
import { createProducer } from '../../src/queue/producer.ts';
import type { DemoPhoto } from './photos.ts';

export interface PhotoResult {
  readonly photo: DemoPhoto;
  readonly result: FacesIdentified;
}

export interface PhotoFailure {
  readonly photo: DemoPhoto;
  readonly reason: string;
}

export interface DemoResults {
  /** In the order of the photos. */
  readonly results: readonly PhotoResult[];
  readonly failures: readonly PhotoFailure[];
  readonly seconds: number;
}

/**
 * Puts one `image-added` job a photo on the queue and takes the answers off `faces-identified`, as
 * any consumer would, with a progress bar. Rejects when `died` does.
 */
export async function identifyPhotos(options: {
  photos: readonly DemoPhoto[];
  redis: RedisOptions;
  prefix: string;
  retry: { attempts: number; backoffMillis: number };
  died: Promise<never>;
  stop: AbortSignal;
}): Promise<DemoResults> {
  const { photos, redis, prefix } = options;
  const results = new Map<string, FacesIdentified>();
  const failures = new Map<string, string>();
  const bar = startBar(photos.length);
  const connection = patientConnection(redis);
  const producer = createProducer({ redis, prefix, retry: options.retry });
  // From the beginning: a photo may fail before the first reading, which would else miss it.
  const events = new QueueEvents(IMAGE_ADDED, { connection, prefix, lastEventId: '0-0' });
  let consumer: Worker<FacesIdentified> | undefined;
  try {
    await events.waitUntilReady();
    const start = performance.now();
    const allAnswered = new Promise<void>((resolve) => {
      const count = (): void => {
        bar.update(results.size + failures.size);
        if (results.size + failures.size >= photos.length) resolve();
      };
      consumer = new Worker<FacesIdentified>(
        FACES_IDENTIFIED,
        (job) => {
          results.set(job.data.assetId, job.data);
          count();
          return Promise.resolve();
        },
        { connection, prefix },
      );
      events.on('failed', ({ jobId, failedReason }) => {
        const photo = photos[Number(jobId.replace('photo-', ''))];
        if (photo !== undefined) failures.set(photo.assetId, failedReason);
        count();
      });
    });
    await producer.addBulk(
      photos.map(({ assetId, path }, i) => ({ payload: { assetId, path }, jobId: `photo-${i}` })),
    );
    await Promise.race([allAnswered, options.died, aborted(options.stop)]);
    return collect(photos, { results, failures, seconds: (performance.now() - start) / 1000 });
  } finally {
    bar.stop();
    await consumer?.close();
    await events.close();
    await producer.close();
  }
}

/** Removes the demo's queues from a Redis that is not its own. */
export async function removeQueues(redis: RedisOptions, prefix: string): Promise<void> {
  for (const name of [IMAGE_ADDED, FACES_IDENTIFIED]) {
    const queue = new Queue(name, { connection: patientConnection(redis), prefix });
    await queue.obliterate({ force: true });
    await queue.close();
  }
}

function collect(
  photos: readonly DemoPhoto[],
  answers: {
    results: Map<string, FacesIdentified>;
    failures: Map<string, string>;
    seconds: number;
  },
): DemoResults {
  return {
    results: photos.flatMap((photo) => {
      const result = answers.results.get(photo.assetId);
      return result === undefined ? [] : [{ photo, result }];
    }),
    failures: photos.flatMap((photo) => {
      const reason = answers.failures.get(photo.assetId);
      return reason === undefined ? [] : [{ photo, reason }];
    }),
    seconds: answers.seconds,
  };
}

function startBar(total: number): cliProgress.SingleBar {
  const bar = new cliProgress.SingleBar(
    {
      format: 'photos {bar} {value}/{total} · {duration_formatted} · {eta_formatted} left',
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 5000,
      stream: process.stdout,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total, 0);
  return bar;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}
