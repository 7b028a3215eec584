import type { Config } from '../config.ts';
import type { DescriptorModel } from '../descriptors/descriptor.ts';
import { messageOf, WorkerError } from '../errors.ts';
import type { Log } from '../log.ts';
import { redisAddress, waitForRedis } from '../queue/connection.ts';
import { createProducer } from '../queue/producer.ts';
import { openStore } from '../store/open-store.ts';
import { backfill, type BackfillSummary } from './backfill.ts';
import { watchJobs, type JobWatch } from './job-watch.ts';
import { createProgress, type ProgressStream } from './progress.ts';
import { counted } from './counted.ts';

export interface BackfillArguments {
  readonly folder: string;
  readonly owner?: string | undefined;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly wait: boolean;
}

export interface CommandContext {
  readonly config: Config;
  readonly log: Log;
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal;
  readonly output: ProgressStream;
}

/** A command that someone waits at does not wait for Redis as the worker does. */
const REDIS_PATIENCE_MILLIS = 5000;

/** `backfill`: queues the photos of a folder and, asked to, waits for their end; prints a summary. */
export async function runBackfill(
  options: BackfillArguments,
  context: CommandContext & { isCurrent: (model: DescriptorModel) => boolean },
): Promise<number> {
  const { config, log, signal, output, isCurrent } = context;
  const { redis, queuePrefix: prefix, dataDir, mongodbUri } = config;
  await redisOrError(context);
  const store = await openStore({ dataDir, log, mongodbUri });
  const producer = createProducer({ redis, prefix, retry: config.jobs });
  let watch: JobWatch | undefined;
  try {
    if (options.wait && !options.dryRun) {
      watch = await watchJobs({ queue: producer.queue, redis, prefix, onEnded: () => undefined });
    }
    const summary = await backfill(
      { ...options, ownerId: options.owner, signal },
      {
        mediaRoots: config.mediaRoots,
        producer,
        watch,
        isKnown: async (ownerId, assetId) => {
          const record = await store.findPhoto(ownerId, assetId);
          return record !== null && !record.removed && isCurrent(record.model);
        },
        startProgress: (total) =>
          createProgress({ label: queueingLabel(options), total, stream: output }),
      },
    );
    output.write(summaryLine(summary, options.dryRun));
    if (watch !== undefined) await waitForEnd(watch, { signal, output });
    if (signal.aborted) return 130;
    return watch === undefined || watch.failures.length === 0 ? 0 : 2;
  } finally {
    await watch?.close();
    await producer.close();
    await store.close();
  }
}

/** Fails after some seconds without a Redis. */
export async function redisOrError({ config, log, signal }: CommandContext): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(REDIS_PATIENCE_MILLIS)]);
  try {
    await waitForRedis(config.redis, { log, signal: patience });
  } catch (error) {
    if (!patience.aborted || signal.aborted) throw error;
    throw new WorkerError(
      'REDIS_UNAVAILABLE',
      `expected a Redis at ${redisAddress(config.redis)}, none answered within ` +
        `${REDIS_PATIENCE_MILLIS / 1000} s; check REDIS_HOSTNAME and REDIS_PORT, or REDIS_URL`,
      { cause: error },
    );
  }
}

async function waitForEnd(
  watch: JobWatch,
  { signal, output }: { signal: AbortSignal; output: ProgressStream },
): Promise<void> {
  if (watch.expected === 0) return;
  const progress = createProgress({ label: 'looked at', total: watch.expected, stream: output });
  const timer = setInterval(() => {
    progress.update(watch.ended);
  }, 200);
  try {
    await watch.settled(signal);
  } finally {
    clearInterval(timer);
    progress.update(watch.ended);
    progress.stop();
  }
  output.write(`${watch.ended - watch.failures.length} done, ${watch.failures.length} failed\n`);
  for (const { path, reason } of watch.failures) output.write(`  ${path}: ${messageOf(reason)}\n`);
}

/** What the progress counts before jobs are waited for. */
export function queueingLabel({ dryRun }: { readonly dryRun: boolean }): string {
  return dryRun ? 'counted' : 'queued';
}

/** What a backfill found and did, in a line. */
export function summaryLine(
  summary: BackfillSummary,
  dryRun: boolean,
  passedOver = 'links and unreadable folders',
): string {
  const { found, queued, waiting, known, skipped } = summary;
  const verb = dryRun ? 'would be queued' : 'queued';
  return (
    `${counted(found, 'photo')}: ${queued} ${verb}, ${known} known already, ${waiting} waiting already` +
    `${skipped === 0 ? '' : `; ${skipped} ${passedOver} passed over`}\n`
  );
}
