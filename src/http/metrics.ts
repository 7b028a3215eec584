import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

import type { Queue } from 'bullmq';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { PhotoOutcome } from '../queue/photo-worker.ts';

export interface Metrics {
  readonly registry: Registry;
  /** Counts what became of a photo. */
  readonly observe: (outcome: PhotoOutcome) => void;
  close(): Promise<void>;
}

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const COUNTED_STATES = [
  'waiting',
  'prioritized',
  'active',
  'delayed',
  'failed',
  'completed',
] as const;

/** The worker's own figures and Node's, in a registry of their own. */
export function createMetrics(queues: readonly Queue[], lockMillis: number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const photos = new Counter({
    name: 'face_worker_photos_total',
    help: 'Photos by outcome; code is the error code of a failed one',
    labelNames: ['outcome', 'code'] as const,
    registers,
  });
  const faces = new Counter({ name: 'face_worker_faces_total', help: 'Faces found', registers });
  const people = new Counter({
    name: 'face_worker_new_people_total',
    help: 'People met for the first time',
    registers,
  });
  const photoSeconds = new Histogram({
    name: 'face_worker_photo_seconds',
    help: 'From taking a job to its result',
    buckets: SECONDS,
    registers,
  });
  const stageSeconds = new Histogram({
    name: 'face_worker_stage_seconds',
    help: 'Time in one stage of a photo',
    labelNames: ['stage'] as const,
    buckets: SECONDS,
    registers,
  });
  countJobs(queues, registers);
  const delay = watchEventLoop(registers, lockMillis);
  return {
    close: () => {
      delay.disable();
      return Promise.resolve();
    },
    registry,
    observe: (outcome) => {
      photoSeconds.observe(outcome.millis / 1000);
      if (outcome.kind === 'failed') {
        photos.inc({ outcome: 'failed', code: outcome.code });
        return;
      }
      photos.inc({ outcome: 'done', code: '' });
      faces.inc(outcome.record.faces.length);
      people.inc(outcome.record.faces.filter(({ isNewPerson }) => isNewPerson).length);
      for (const [stage, millis] of Object.entries(outcome.record.timings)) {
        stageSeconds.observe({ stage: stage.replace(/Millis$/, '') }, millis / 1000);
      }
    },
  };
}

/**
 * The longest that the main process was kept from its timers since it started. Locks are renewed by
 * timers: near a job's lock time, photos would be taken away from the worker that has them in hand.
 */
function watchEventLoop(registers: Registry[], lockMillis: number): IntervalHistogram {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  new Gauge({
    name: 'face_worker_event_loop_delay_max_seconds',
    help: 'Longest delay of the main process since its start; locks are lost near the lock time',
    registers,
    collect() {
      this.set(delay.max / 1e9);
    },
  });
  new Gauge({
    name: 'face_worker_lock_seconds',
    help: "How long a job's lock holds without being renewed",
    registers,
  }).set(lockMillis / 1000);
  return delay;
}

/** Asked of Redis when someone asks for the metrics; left out when Redis does not answer. */
function countJobs(queues: readonly Queue[], registers: Registry[]): void {
  new Gauge({
    name: 'face_worker_jobs',
    help: 'Jobs in each queue by state',
    labelNames: ['queue', 'state'] as const,
    registers,
    async collect() {
      this.reset();
      for (const queue of queues) {
        const counts = await withinSeconds(2, queue.getJobCounts(...COUNTED_STATES)).catch(
          () => ({}),
        );
        for (const [state, count] of Object.entries(counts)) {
          this.set({ queue: queue.name, state }, count);
        }
      }
    },
  });
}

/** A promise that gives up; used where an answer that comes late is worth nothing. */
export async function withinSeconds<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${seconds} s`));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
