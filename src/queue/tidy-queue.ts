import { Queue, Worker } from 'bullmq';
import type { RedisOptions } from 'ioredis';

import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { TidyReport } from '../pipeline/tidy-people.ts';
import { closeQueue, outageReporter, promptConnection, redisAddress } from './connection.ts';
import { closeWithin, lockedOptions, reportOutages, signalOf } from './job-worker.ts';
import { watchRedisRun } from './redis-run.ts';

/** Name of the queue of the maintenance, of its jobs and of what schedules them. */
export const TIDY_PEOPLE = 'tidy-people';

/** What a run did, as Bull Board shows it. */
export interface TidySummary {
  readonly owners: number;
  readonly merges: number;
  readonly photos: number;
}

export interface TidyQueue {
  readonly queue: Queue<unknown, TidySummary>;
  close(): Promise<void>;
}

const KEEP = { removeOnComplete: { count: 200 }, removeOnFail: { count: 200 } };

/**
 * Opens the queue and has a job put on it from time to time, one for all workers; with 0 milliseconds
 * none. One job runs at a time, whoever takes it.
 */
export function createTidyQueue(options: {
  redis: RedisOptions;
  prefix: string;
  everyMillis: number;
  log: Log;
}): TidyQueue {
  const { redis, prefix, everyMillis, log } = options;
  const queue = new Queue<unknown, TidySummary>(TIDY_PEOPLE, {
    connection: promptConnection(redis),
    prefix,
  });
  const reporter = outageReporter(log, `maintenance at ${redisAddress(redis)}`);
  queue.on('error', reporter.failed);
  const schedule = async (): Promise<void> => {
    await queue.setGlobalConcurrency(1);
    if (everyMillis === 0) await queue.removeJobScheduler(TIDY_PEOPLE);
    else await queue.upsertJobScheduler(TIDY_PEOPLE, { every: everyMillis }, { opts: KEEP });
  };
  const scheduleOrSay = (): Promise<void> =>
    schedule().catch((error: unknown) => {
      log.warn({ reason: messageOf(error) }, 'the maintenance of people could not be scheduled');
    });
  let scheduling = scheduleOrSay();
  watchRedisRun(queue, () => {
    scheduling = scheduling.then(scheduleOrSay);
  });
  return {
    queue,
    close: async () => {
      await scheduling;
      await closeQueue(queue);
    },
  };
}

export interface TidyWorker {
  /** Waits for the run in hand; after `graceMillis` it ends after its next write. */
  close(graceMillis: number): Promise<void>;
}

/** Starts taking the maintenance's jobs. `run` tidies all owners and tells of each. */
export function startTidyWorker(options: {
  redis: RedisOptions;
  prefix: string;
  lockMillis: number;
  log: Log;
  run: (context: {
    signal: AbortSignal;
    report: (done: TidyReport) => void;
  }) => Promise<readonly TidyReport[]>;
}): TidyWorker {
  const { redis, log, run } = options;
  const stopping = new AbortController();
  const worker = new Worker<unknown, TidySummary>(
    TIDY_PEOPLE,
    async (job, _token, lockLost) => {
      const lines: string[] = [];
      const reports = await run({
        signal: signalOf(stopping.signal, lockLost),
        report: (done) => {
          lines.push(...toLines(done));
        },
      });
      for (const line of lines) await job.log(line);
      const summary = summarise(reports);
      if (summary.merges + summary.photos > 0) log.info(summary, 'people were tidied');
      return summary;
    },
    lockedOptions(options),
  );
  reportOutages(worker, { jobs: 'maintenance jobs of', redis, log });
  worker.on('failed', (job, error) => {
    log.warn({ jobId: job?.id, reason: messageOf(error) }, 'tidying people failed');
  });
  return { close: (graceMillis) => closeWithin(graceMillis, worker, stopping) };
}

/** Counts alone: a job's log outlives an owner who is forgotten. */
function toLines({ merges, photos }: TidyReport): string[] {
  if (merges.length + photos.length === 0) return [];
  return [
    `merges: ${merges.length}, photos decided again: ${photos.length}`,
    ...merges.map(
      ({ evidence }) =>
        `merged people of ${evidence.faces.join(' and ')} faces: ` +
        `${evidence.distance.toFixed(3)} apart, at most ${evidence.limitDistance.toFixed(3)}`,
    ),
  ];
}

function summarise(reports: readonly TidyReport[]): TidySummary {
  return {
    owners: reports.length,
    merges: reports.reduce((sum, { merges }) => sum + merges.length, 0),
    photos: reports.reduce((sum, { photos }) => sum + photos.length, 0),
  };
}
