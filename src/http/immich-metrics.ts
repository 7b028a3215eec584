import { Counter, Gauge, type Registry } from 'prom-client';

/** Counts what goes on with Immich. */
export interface ImmichMetrics {
  readonly requested: (outcome: string) => void;
  readonly wrote: (write: { readonly object: string; readonly action: string }) => void;
  readonly nudged: () => void;
  readonly swept: (user: string, millis: number) => void;
  readonly queued: (source: string, jobs: number) => void;
  /** From now on the users are counted by their state. */
  readonly watchUsers: (users: () => readonly { readonly state: string }[]) => void;
}

const STATES = ['ok', 'refused', 'unreachable'];
/** What takes back what the worker wrote before. */
const WITHDRAWING: readonly string[] = ['deleted', 'emptied'];

/** Metrics of the source of Immich's photos and of writing into Immich; without one they are empty. */
export function countImmich(registers: Registry[]): ImmichMetrics {
  return { ...countRequests(registers), ...countSource(registers), ...countUsers(registers) };
}

function countRequests(registers: Registry[]): Pick<ImmichMetrics, 'requested' | 'wrote'> {
  const requests = new Counter({
    name: 'face_worker_immich_requests_total',
    help: 'Requests to Immich by outcome: done, or the error code; each try counts',
    labelNames: ['outcome'] as const,
    registers,
  });
  const writes = new Counter({
    name: 'face_worker_immich_writes_total',
    help: 'What was written into Immich',
    labelNames: ['object', 'action'] as const,
    registers,
  });
  const withdrawn = new Counter({
    name: 'face_worker_immich_withdrawn_total',
    help: 'Of it, what took back something that the worker had written',
    labelNames: ['object'] as const,
    registers,
  });
  return {
    requested: (outcome) => {
      requests.inc({ outcome });
    },
    wrote: ({ object, action }) => {
      writes.inc({ object, action });
      if (WITHDRAWING.includes(action)) withdrawn.inc({ object });
    },
  };
}

function countSource(registers: Registry[]): Pick<ImmichMetrics, 'nudged' | 'swept' | 'queued'> {
  const nudges = new Counter({
    name: 'face_worker_immich_nudges_total',
    help: "Immich's events that were heard",
    registers,
  });
  const sweptAt = new Gauge({
    name: 'face_worker_immich_sweep_timestamp_seconds',
    help: 'When Immich was last asked for what has changed, by user',
    labelNames: ['user'] as const,
    registers,
  });
  const sweepSeconds = new Gauge({
    name: 'face_worker_immich_sweep_seconds',
    help: 'How long that took',
    labelNames: ['user'] as const,
    registers,
  });
  const jobs = new Counter({
    name: 'face_worker_immich_jobs_total',
    help: "Jobs made of Immich's photos: uploads, reruns, a backfill, removals",
    labelNames: ['source'] as const,
    registers,
  });
  return {
    nudged: () => {
      nudges.inc();
    },
    swept: (user, millis) => {
      sweptAt.set({ user }, Date.now() / 1000);
      sweepSeconds.set({ user }, millis / 1000);
    },
    queued: (source, count) => {
      jobs.inc({ source }, count);
    },
  };
}

function countUsers(registers: Registry[]): Pick<ImmichMetrics, 'watchUsers'> {
  let users: (() => readonly { readonly state: string }[]) | undefined;
  new Gauge({
    name: 'face_worker_immich_users',
    help: "Users of Immich's whose API keys the worker has, by state: ok, refused (the key), unreachable",
    labelNames: ['state'] as const,
    registers,
    collect() {
      this.reset();
      if (users === undefined) return;
      const all = users();
      for (const state of STATES) {
        this.set({ state }, all.filter((user) => user.state === state).length);
      }
    },
  });
  return {
    watchUsers: (watched) => {
      users = watched;
    },
  };
}
