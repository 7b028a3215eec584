/** Many jobs, four workers, random kills: is anything lost or doubled? See `npm run soak -- --help`. */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { Queue } from 'bullmq';

import { readConfig, type Config } from '../../src/config.ts';
import { messageOf } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { waitForRedis } from '../../src/queue/connection.ts';
import { FACES_IDENTIFIED, type FacesIdentified } from '../../src/queue/faces-identified.ts';
import type { PeopleChanged } from '../../src/queue/people-changed.ts';
import { createProducer } from '../../src/queue/producer.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startMongo } from '../harness/mongodb.ts';
import { startRedis } from '../harness/redis.ts';
import { cacheDir } from '../native/run.ts';
import { readArguments, type SoakArguments } from './arguments.ts';
import { checkAll } from './check.ts';
import { planSoak } from './jobs.ts';
import { addPhotos, drain } from './load.ts';
import { slopeMiBPer1000Jobs } from './steady-worker.ts';
import { Progress } from './progress.ts';
import { recordOnce } from './record.ts';
import { copiesOf, readRecordings } from './recordings.ts';
import { describe, isGood, type SoakReport } from './report.ts';
import { SoakWorkers } from './workers.ts';

/** A sweep of the outbox comes every 10 s. */
const OUTBOX_PATIENCE_MILLIS = 40_000;
/** The worker whose memory is measured is spared until so much is done. */
const SPARED_SHARE = 0.8;

const log = createLog({ level: 'warn', destination: 'stderr' });
const say = (line: string): void => {
  console.error(line);
};

/** What was opened, to be closed in reverse. */
type Closers = (() => Promise<unknown>)[];

interface Place {
  readonly folder: string;
  readonly logFolder: string;
  readonly config: Config;
  readonly environment: Readonly<Record<string, string>>;
  readonly storeName: string;
}

async function openPlace(
  options: SoakArguments,
  recordingsFile: string,
  closers: Closers,
): Promise<Place> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'face-worker-soak-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const redis = await startRedis(folder);
  closers.push(() => redis.close());
  const mongo = options.store === 'mongodb' ? await startMongo() : null;
  if (mongo !== null) closers.push(() => mongo.stop());
  const logFolder = path.join(folder, 'logs');
  await mkdir(logFolder);
  await mkdir(path.join(folder, 'media'));
  const environment = {
    ...redis.environment,
    // A killed worker's photos come back within one and a half of it.
    JOB_LOCK_MILLIS: '5000',
    ...(mongo === null ? {} : { MONGODB_URI: mongo.uri }),
    QUEUE_PREFIX: 'soak',
    DATA_DIR: path.join(folder, 'data'),
    MEDIA_ROOTS: JSON.stringify([path.join(folder, 'media')]),
    VISION_CHILDREN: '1',
    LOG_LEVEL: 'warn',
    TIDY_EVERY_MILLIS: String(Math.round(options.tidyEverySeconds * 1000)),
    SOAK_RECORDINGS: recordingsFile,
    SOAK_SEED: String(options.seed),
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
  };
  const storeName = mongo === null ? 'SQLite' : `MongoDB (${mongo.description})`;
  return { folder, logFolder, config: readConfig(environment), environment, storeName };
}

async function soak(
  options: SoakArguments,
  closers: Closers,
  signal: AbortSignal,
): Promise<SoakReport> {
  const recordingsFile = await recordOnce(options.photos, { signal, say });
  const place = await openPlace(options, recordingsFile, closers);
  const { redis, queuePrefix: prefix, jobs: retry, dataDir, mongodbUri } = place.config;
  await waitForRedis(redis, { log, signal });
  const plan = planSoak({ ...options, mediaRoot: path.join(place.folder, 'media') });
  const producer = createProducer({ redis, prefix, retry });
  closers.push(() => producer.close());
  const progress = new Progress({ redis, prefix }, plan.backlog);
  closers.push(() => progress.close());
  const results = new Queue<FacesIdentified | PeopleChanged>(FACES_IDENTIFIED, {
    connection: redis,
    prefix,
  });
  closers.push(() => results.close());
  // Nobody begins before all are there.
  await producer.queue.pause();
  say(`adding a backlog of ${plan.backlog} jobs`);
  await addPhotos(producer, { from: 0, to: plan.backlog }, { plan, signal });
  const workers = await SoakWorkers.start({
    ...{ ...options, ...place, signal },
    jobsDone: () => progress.done,
    steadyUntilJobs: plan.jobs * SPARED_SHARE,
  });
  let ends: Promise<readonly (number | null)[]> | undefined;
  const end = (): Promise<readonly (number | null)[]> => (ends ??= workers.close());
  closers.push(end);
  const start = Date.now();
  await producer.queue.resume();
  workers.unleash();
  await drain({ plan, producer, progress, signal, say, workers });
  const store = await openStore({ dataDir, mongodbUri, log });
  closers.push(() => store.close());
  const inOutbox = await waitForOutbox(store, signal);
  const badEnds = (await end()).filter((exitCode) => exitCode !== 0).length;
  const recordings = await readRecordings(recordingsFile);
  const copyOf = copiesOf(recordings, plan.seed);
  const findings = await checkAll(store, results, { plan, copyOf });
  const seconds = (progress.lastDoneMillis - start) / 1000;
  const report: SoakReport = {
    figures: {
      jobs: plan.jobs,
      lost: findings.lost.size,
      doubled: findings.doubled.size,
      kills: workers.kills,
      jobsPerSecond: rounded(progress.done / seconds),
      rssSlopeMiBPer1000Jobs: rounded(slopeMiBPer1000Jobs(workers.steadySamples)),
    },
    ...{ seconds, findings, inOutbox, badEnds, seed: options.seed, store: place.storeName },
    recordings: recordings.source,
    reasons: progress.reasons,
    overtaking: progress.overtaking(),
    steady: workers.steadySamples,
  };
  if (!isGood(report)) await keepLogs(place.logFolder);
  return report;
}

/** How many results wait for being published when the workers have had their time. */
async function waitForOutbox(store: Store, signal: AbortSignal): Promise<number> {
  const giveUpAt = performance.now() + OUTBOX_PATIENCE_MILLIS;
  for (;;) {
    const photos = await store.findUnpublished(100);
    const length = photos.length + (await store.findUnpublishedFacts(100)).length;
    if (length === 0 || performance.now() > giveUpAt) return length;
    await wait(200, undefined, { signal });
  }
}

async function keepLogs(logFolder: string): Promise<void> {
  const kept = path.join(cacheDir, 'soak', `logs-${Date.now()}`);
  await cp(logFolder, kept, { recursive: true });
  say(`the workers' logs are kept in ${kept}`);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  const closers: Closers = [];
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  try {
    const report = await soak(options, closers, stop.signal);
    (options.json ? console.error : console.log)(describe(report));
    if (options.json) process.stdout.write(`${JSON.stringify(report.figures)}\n`);
    return isGood(report) ? 0 : 1;
  } catch (error) {
    say(stop.signal.aborted ? 'Stopped.' : messageOf(error));
    return stop.signal.aborted ? 130 : 1;
  } finally {
    for (const close of closers.reverse()) {
      await close().catch((error: unknown) => {
        say(messageOf(error));
      });
    }
  }
}

// All is closed; an explicit end, since ioredis 5.11 leaves socket timers behind for half a minute.
void main().then((exitCode) => process.exit(exitCode));
