import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

import type { Queue } from 'bullmq';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { JobMishap, PhotoOutcome } from '../queue/photo-worker.ts';
import { countImmich, type ImmichMetrics } from './immich-metrics.ts';
import type { StoredFaces } from '../store/store.ts';
import { countPhotos } from './photo-metrics.ts';

export interface Metrics {
  readonly registry: Registry;
  /** Counts what became of a photo. */
  readonly observe: (outcome: PhotoOutcome) => void;
  readonly mishap: (mishap: JobMishap, jobs: number) => void;
  readonly childReplaced: (reason: string) => void;
  /** How long a photo's faces were compared with the known ones. */
  readonly compared: (millis: number) => void;
  /** From now on the jobs of these queues are counted too. */
  readonly watchQueues: (queues: readonly Queue[]) => void;
  readonly immich: ImmichMetrics;
  close(): Promise<void>;
}

export interface MetricsOptions {
  readonly lockMillis: number;
  /** Faces in memory to compare with. */
  readonly knownFaces: () => number;
  /** What is stored of all owners. */
  readonly storedFaces: () => Promise<StoredFaces>;
}

const SEARCH_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const COUNTED_STATES = [
  'waiting',
  'prioritized',
  'active',
  'delayed',
  'failed',
  'completed',
] as const;

/** The worker's own figures and Node's, in a registry of their own. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { lockMillis, knownFaces, storedFaces } = options;
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const delay = watchEventLoop(registers, lockMillis);
  watchIndex(registers, knownFaces);
  watchStore(registers, storedFaces);
  return {
    registry,
    observe: countPhotos(registers),
    ...countMishaps(registers),
    immich: countImmich(registers),
    watchQueues: (queues) => {
      countJobs(queues, registers);
    },
    close: () => {
      delay.disable();
      return Promise.resolve();
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

function countMishaps(
  registers: Registry[],
): Pick<Metrics, 'mishap' | 'childReplaced' | 'compared'> {
  const mishaps = new Counter({
    name: 'face_worker_job_mishaps_total',
    help: 'Jobs whose worker was lost (stalled) and jobs whose lock was lost here (lock-lost)',
    labelNames: ['mishap'] as const,
    registers,
  });
  const replaced = new Counter({
    name: 'face_worker_children_replaced_total',
    help: 'Vision children that were replaced, by reason',
    labelNames: ['reason'] as const,
    registers,
  });
  const search = new Histogram({
    name: 'face_worker_nearest_neighbour_seconds',
    help: "Comparing a photo's faces with all that are known",
    buckets: SEARCH_SECONDS,
    registers,
  });
  return {
    mishap: (mishap, jobs) => {
      mishaps.inc({ mishap }, jobs);
    },
    childReplaced: (reason) => {
      replaced.inc({ reason });
    },
    compared: (millis) => {
      search.observe(millis / 1000);
    },
  };
}

function watchIndex(registers: Registry[], knownFaces: () => number): void {
  new Gauge({
    name: 'face_worker_index_faces',
    help: 'Known faces in memory, of the owners whose photos came',
    registers,
    collect() {
      this.set(knownFaces());
    },
  });
}

/** Asked of the store when someone asks for the metrics; as they were while it does not answer. */
function watchStore(registers: Registry[], storedFaces: MetricsOptions['storedFaces']): void {
  const count = rarely(() => withinSeconds(2, storedFaces()));
  const watch = (name: string, help: string, of: (stored: StoredFaces) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const stored = await count().catch(() => null);
        if (stored !== null) this.set(of(stored));
      },
    });
  };
  watch('face_worker_stored_faces', 'Faces in the store, of all owners', ({ faces }) => faces);
  watch(
    'face_worker_people',
    'People in the store, of all owners, before merges',
    ({ people }) => people,
  );
  watch(
    'face_worker_unknown_share',
    "Share of the faces in the store, of all owners, that are nobody's",
    ({ faces, unknown }) => (faces === 0 ? 0 : unknown / faces),
  );
}

/** The answer of `work`, which is done again only so often that it takes a hundredth of the time. */
function rarely<T>(work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let againAt = -Infinity;
  return () => {
    const start = performance.now();
    if (answer !== undefined && start < againAt) return answer;
    againAt = Infinity;
    answer = work().finally(() => {
      const end = performance.now();
      againAt = end + (end - start) * 99;
    });
    return answer;
  };
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
