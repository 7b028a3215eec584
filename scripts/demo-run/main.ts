/** The demo: photos in, people out, on a Redis and a store of its own. See `scripts/demo --help`. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { readConfig, type Config } from '../../src/config.ts';
import { messageOf } from '../../src/errors.ts';
import { redisAddress } from '../../src/queue/connection.ts';
import { readArguments, type DemoArguments } from './arguments.ts';
import { failureLines, groupPeople, peopleTable } from './people.ts';
import { gatherPhotos } from './photos.ts';
import { freePort, isFree, startRedis, type DemoRedis } from '../harness/redis.ts';
import { identifyPhotos, removeQueues, type DemoResults } from './results.ts';
import { writeContactSheet } from './sheet.ts';
import { startWorkerProcess, type WorkerProcess } from '../harness/worker-process.ts';

type Closer = () => Promise<unknown>;

async function demo(options: DemoArguments, closers: Closer[], stop: AbortSignal): Promise<void> {
  await checkBeforehand(options);
  const workFolder = await mkdtemp(path.join(os.tmpdir(), 'face-worker-demo-'));
  closers.push(() => rm(workFolder, { recursive: true, force: true }));
  const gathered = await gatherPhotos(options.folder, { workFolder, out: options.out });
  announce(options.folder, gathered.photos.length);
  const { worker, config } = await startParts(options, {
    workFolder,
    closers,
    roots: gathered.roots,
  });
  const answers = await identifyPhotos({
    photos: gathered.photos,
    redis: config.redis,
    prefix: config.queuePrefix,
    retry: config.jobs,
    died: worker.died,
    stop,
  });
  await present(answers, { options, worker });
  if (answers.results.length === 0) throw new Error('no photo could be processed');
  if (options.exit) {
    console.log('The worker ends now, and its pages with it; without --exit they stay.');
    return;
  }
  console.log('Serving until Ctrl-C.');
  const stopped = new Promise<void>((resolve) => {
    stop.addEventListener('abort', () => {
      resolve();
    });
  });
  await Promise.race([worker.died, stopped]);
}

/** What would fail at the end, after all photos have been looked at, fails at the beginning. */
async function checkBeforehand({ json, out, port }: DemoArguments): Promise<void> {
  if (json !== null) await appendFile(json, '').catch(unusable('--json', json));
  await mkdir(out, { recursive: true }).catch(unusable('--out', out));
  await access(out, constants.W_OK).catch(unusable('--out', out));
  if (port !== 0 && !(await isFree(port))) {
    throw new Error(`expected --port to be free, but something listens on ${port} already`);
  }
}

function unusable(option: string, where: string): (cause: unknown) => never {
  return (cause) => {
    throw new Error(`expected ${option} to be a place to write to: ${where}: ${messageOf(cause)}`);
  };
}

function announce(folder: string | null, count: number): void {
  console.log(
    folder === null
      ? `${count} photos: 6 samples of the face-api package, and ${count - 6} retakes that this demo made ` +
          'of them (other crop, tilt, light, size), so that people are met again.'
      : `${count} photos under ${folder}`,
  );
}

async function startParts(
  options: DemoArguments,
  {
    workFolder,
    closers,
    roots,
  }: { workFolder: string; closers: Closer[]; roots: readonly string[] },
): Promise<{ worker: WorkerProcess; config: Config }> {
  const redis = await ownOrNamedRedis(workFolder);
  closers.push(() => redis.close());
  const environment = {
    ...process.env,
    ...redis.environment,
    QUEUE_PREFIX: `demo-${randomUUID().slice(0, 8)}`,
    MONGODB_URI: undefined,
    DATA_DIR: path.join(workFolder, 'data'),
    // A list in JSON: a folder's name may hold a comma.
    MEDIA_ROOTS: JSON.stringify(roots),
  };
  const config = readConfig(environment);
  if (redis.isNamed) closers.push(() => removeQueues(config.redis, config.queuePrefix));
  console.log(`Starting the worker on ${redis.description} …`);
  const worker = await startWorkerProcess({
    environment,
    port: options.port === 0 ? await freePort() : options.port,
    logFile: path.join(workFolder, 'worker.log'),
  });
  closers.push(() => worker.close());
  console.log(
    `Worker ready: engine ${worker.engine.name} (${worker.engine.reason}), store SQLite.`,
  );
  return { worker, config };
}

async function present(
  answers: DemoResults,
  { options, worker }: { options: DemoArguments; worker: WorkerProcess },
): Promise<void> {
  const { results } = answers;
  const memory = await worker.peakMemory();
  const people = groupPeople(results);
  console.log(peopleTable(people));
  printSummary(answers, people.length);
  console.log(
    `Engine ${worker.engine.name}; peak memory: worker ${memory.mainMiB} MiB, vision children ${memory.visionMiB.join(' + ')} MiB.`,
  );
  if (options.json !== null) {
    await writeFile(
      options.json,
      results.map(({ result }) => `${JSON.stringify(result)}\n`).join(''),
    );
    console.log(`Results: ${options.json}`);
  }
  const sheet = await writeContactSheet({ results, people, out: options.out });
  console.log(
    sheet === null
      ? 'Contact sheet skipped: canvas is not installed; scripts/setup says why.'
      : `Contact sheet: ${sheet}`,
  );
  console.log(`People: ${worker.address}/people`);
  console.log(`Queues: ${worker.address}/queues`);
}

async function ownOrNamedRedis(workFolder: string): Promise<DemoRedis> {
  const { REDIS_URL: url, REDIS_HOSTNAME: hostname } = process.env;
  if ((url ?? '') === '' && (hostname ?? '') === '') return startRedis(workFolder);
  const description = `the Redis at ${redisAddress(readConfig().redis)}, under a prefix of its own`;
  return { environment: {}, isNamed: true, description, close: () => Promise.resolve() };
}

function printSummary({ results, failures, seconds }: DemoResults, people: number): void {
  const faces = results.flatMap(({ result }) => result.faces);
  const unclear = faces.filter(({ personId }) => personId === null).length;
  const rate = (results.length + failures.length) / seconds;
  console.log(
    `${results.length} photos, ${faces.length} faces (${unclear} too unclear to tell), ${people} people; ` +
      `${seconds.toFixed(1)} s, ${rate.toFixed(1)} photos a second.`,
  );
  if (failures.length > 0) {
    console.log(`${failures.length} photos could not be used:\n${failureLines(failures)}`);
  }
}

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  const closers: Closer[] = [];
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  try {
    await demo(options, closers, stop.signal);
  } catch (error) {
    console.error(stop.signal.aborted ? 'Stopped.' : messageOf(error));
    process.exitCode = stop.signal.aborted ? 130 : 1;
  } finally {
    for (const close of closers.reverse()) {
      await close().catch((error: unknown) => {
        console.error(messageOf(error));
      });
    }
  }
}

// All is closed; an explicit end, since ioredis 5.11 leaves socket timers behind for half a minute.
void main().then(() => process.exit());
