import { QueueEvents } from 'bullmq';

import { childEnvironment, type Config } from './config.ts';
import { DESCRIPTOR_REVISION } from './descriptors/descriptor.ts';
import { WorkerError } from './errors.ts';
import { keepHeapSmall } from './frugal-heap.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { startHttpServer } from './http/server.ts';
import {
  immichHealth,
  immichUserNames,
  openImmichAccounts,
  openImmichFetcher,
  startImmichSource,
  type OpenedImmich,
} from './immich-parts.ts';
import { startImmichSink } from './immich-sink-parts.ts';
import { matchThresholds, mergeThresholds } from './identities/thresholds.ts';
import { locatePhoto } from './image/locate-photo.ts';
import type { Log } from './log.ts';
import { readMachine } from './machine.ts';
import { FACE_API_PACK } from './nets/net.ts';
import type { Fact } from './identities/journal/fact.ts';
import type { PhotoView } from './identities/photo-record.ts';
import { openPeople, type OpenedPeople } from './open-people.ts';
import { KnownFacesCache } from './pipeline/known-faces-cache.ts';
import { Nearness } from './pipeline/nearness.ts';
import { createPhotoProcessor } from './pipeline/process-photo.ts';
import { createOwnersTidier } from './pipeline/tidy-owners.ts';
import { createTidier } from './pipeline/tidy-people.ts';
import type { FetchPhoto } from './pipeline/ports.ts';
import type { TidyPorts } from './pipeline/tidy-task.ts';
import { viewOf } from './pipeline/view-of.ts';
import {
  closeQueue,
  outageReporter,
  patientConnection,
  redisAddress,
  redisReason,
  waitForRedis,
} from './queue/connection.ts';
import { IMAGE_ADDED } from './queue/image-added.ts';
import { startPhotoWorker } from './queue/photo-worker.ts';
import { createProducer } from './queue/producer.ts';
import { createPromisedPhotos } from './queue/promised-photos.ts';
import { locateWithUploads } from './queue/locate-upload.ts';
import { claimForStore } from './queue/one-store.ts';
import { createResultPublisher, type ResultPublisher } from './queue/result-publisher.ts';
import { createTidyQueue, startTidyWorker, type TidyQueue } from './queue/tidy-queue.ts';
import { openUploadFolder, uploadsRoot, type UploadFolder } from './queue/upload-folder.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import { planVision, type VisionPlan } from './vision/plan.ts';
import { createVisionPool, type VisionPool } from './vision/pool.ts';

export interface RunningWorker {
  /** `http://host:port` of the pages. */
  readonly address: string;
  /** Finishes the photo in hand within the grace period and closes all, last opened first. */
  close(): Promise<void>;
}

type Identity = Pick<TidyPorts, 'cache' | 'nearness' | 'model' | 'match' | 'merge'>;

/** What is opened before photos are taken. */
interface Parts {
  readonly log: Log;
  readonly opened: Closers;
  readonly store: Store;
  readonly publisher: ResultPublisher;
  readonly tidyQueue: TidyQueue;
  readonly locate: (path: string) => Promise<string>;
  readonly uploads: UploadFolder;
  readonly fetchPhoto: FetchPhoto | undefined;
  readonly immich: OpenedImmich | null;
  readonly vision: VisionPool;
  readonly plan: VisionPlan;
  readonly identity: Identity;
  readonly metrics: Metrics;
}

export interface WorkerOptions {
  readonly log: Log;
  /** Gives up starting, for instance while Redis is awaited. */
  readonly signal: AbortSignal;
  /** Told what forbids a worker that runs to go on; it is to be closed then. */
  readonly onFatal?: (error: WorkerError) => void;
  /** The compiled vision child; tests name it, since they run from the sources. */
  readonly childScript?: string;
}

/** Starts the worker: opens what it needs, wires the parts and takes jobs until closed. */
export async function startWorker(config: Config, options: WorkerOptions): Promise<RunningWorker> {
  keepHeapSmall();
  const opened = new Closers();
  try {
    return await openAll(config, options, opened);
  } catch (error) {
    await opened.closeAll();
    throw error;
  }
}

async function openAll(
  config: Config,
  options: WorkerOptions,
  opened: Closers,
): Promise<RunningWorker> {
  const { log, signal } = options;
  const { redis, queuePrefix: prefix, dataDir, mongodbUri } = config;
  await waitForRedis(redis, { log, signal });
  const store = opened.add(await openStore({ dataDir, log, mongodbUri, waitUntil: signal }));
  const onOther = options.onFatal ?? (() => undefined);
  opened.add(await claimForStore({ redis, prefix, store, log, signal, onOther }));
  const publisher = opened.add(
    createResultPublisher({ redis, prefix, store, log, viewOf: (record) => viewOf(record, store) }),
  );
  const uploads = await openUploadFolder(dataDir);
  const mediaRoots = [...config.mediaRoots, uploadsRoot(dataDir)];
  const locate = locateWithUploads((path) => locatePhoto(path, mediaRoots), uploads);
  const plan = planVision({ profile: config.profile, ...config.vision }, readMachine());
  const identity = identityOf(config, store);
  const metrics = opened.add(
    createMetrics({
      lockMillis: config.jobLockMillis,
      knownFaces: () => identity.cache.faceCount,
      storedFaces: () => store.countFaces(),
    }),
  );
  const reports = metrics.immich;
  const immich = openImmichAccounts(config, log, { reports });
  if (immich !== null) {
    opened.add(immich);
    reports.watchUsers(() => immich.accounts.states());
  }
  const fetchPhoto = immich === null ? undefined : await openImmichFetcher(config, immich, locate);
  const vision = opened.add(
    await openVision(config, plan, { ...options, onReplaced: metrics.childReplaced }),
  );
  const tidyQueue = opened.add(
    createTidyQueue({ redis, prefix, everyMillis: config.tidy.everyMillis, log }),
  );
  const parts: Parts = {
    ...{ log, opened, store, publisher, tidyQueue, locate, vision, plan, identity, metrics },
    ...{ fetchPhoto, immich, uploads },
  };
  const http = await openHttp(config, parts);
  startTidying(config, parts);
  startLooking(config, parts, http.people);
  if (immich !== null) opened.add(startImmichSource(config, { immich, store, log, reports }));
  const publishFact = (fact: Fact): Promise<void> => publisher.publishFact(fact);
  const sink = startImmichSink(config, { store, log, publishFact, reports });
  if (sink !== null) opened.add(sink);
  const pages = { people: `${http.address}/people`, queues: `${http.address}/queues` };
  log.info({ ...pages, ...http.about, mediaRoots }, 'ready for photos');
  return { address: http.address, close: () => opened.closeAll() };
}

function startLooking(config: Config, parts: Parts, people: OpenedPeople): void {
  const { opened, log, store, locate, fetchPhoto, vision, publisher, identity, metrics } = parts;
  const photoWorker = startPhotoWorker({
    redis: config.redis,
    prefix: config.queuePrefix,
    // One more than can be looked at, so that a child never waits for the next job's way here.
    concurrency: parts.plan.children + 1,
    retry: config.jobs,
    lockMillis: config.jobLockMillis,
    log,
    processPhoto: createPhotoProcessor({
      store,
      locate,
      fetchPhoto,
      see: (path, abort, known) => vision.see(path, abort, known),
      publish: (record) => publisher.publish(record),
      ...identity,
      onCompared: metrics.compared,
    }),
    onOutcome: (outcome) => {
      metrics.observe(outcome);
      people.observe(outcome);
    },
    onMishap: metrics.mishap,
  });
  opened.add({ close: () => photoWorker.close(config.shutdownGraceMillis) });
}

function openVision(
  config: Config,
  plan: VisionPlan,
  { log, childScript, onReplaced }: WorkerOptions & { onReplaced: (reason: string) => void },
): Promise<VisionPool> {
  return createVisionPool({
    plan,
    recyclePhotos: config.vision.recyclePhotos,
    engine: config.engine,
    detector: config.detector,
    weightsDir: config.weightsDir,
    limits: config.limits,
    photoDeadlineMillis: config.photoDeadlineMillis,
    environment: childEnvironment(),
    log,
    onReplaced,
    ...(childScript === undefined ? {} : { childScript }),
  });
}

async function openHttp(
  config: Config,
  parts: Parts,
): Promise<{ address: string; people: OpenedPeople; about: Record<string, unknown> }> {
  const { log, opened, store, publisher, locate, uploads, metrics } = parts;
  const { redis, queuePrefix: prefix } = config;
  const reporter = outageReporter(log, `events of ${redisAddress(redis)}`);
  const producer = opened.add(
    createProducer({ redis, prefix, retry: config.jobs, onError: reporter.failed }),
  );
  const events = new QueueEvents(IMAGE_ADDED, { connection: patientConnection(redis), prefix });
  opened.add({ close: () => closeQueue(events) });
  events.on('error', reporter.failed);
  const queues = [producer.queue, publisher.queue, parts.tidyQueue.queue];
  metrics.watchQueues(queues);
  const about = {
    engine: parts.vision.engine,
    detector: config.detector.kind,
    profile: config.profile,
    vision: parts.plan,
    store: store.kind,
    redis: redisAddress(redis),
    queuePrefix: prefix,
  };
  const checks = {
    store: () => store.ping(),
    redis: async () => {
      await producer.queue.getJobCounts('active').catch((error: unknown) => {
        throw new WorkerError('REDIS_UNAVAILABLE', redisReason(error, redis));
      });
    },
  };
  const findPhoto = async (ownerId: string, assetId: string): Promise<PhotoView | null> => {
    const record = await store.findPhoto(ownerId, assetId);
    return record === null ? null : viewOf(record, store);
  };
  const promises = opened.add(createPromisedPhotos({ uploads, producer, store, log }));
  const photos = { producer, events, findPhoto, locate, uploads, promises, ...config.http };
  const ownerNames = (): Record<string, string> => immichUserNames(parts.immich);
  const people = opened.add(openPeople(config, { ...parts, producer, about, ownerNames }));
  const http = opened.add(
    await startHttpServer({
      ...config.http,
      api: people.api,
      log,
      queues,
      metrics,
      health: { about, checks, beside: () => immichHealth(parts.immich) },
      photos,
    }),
  );
  return { address: http.address, people, about };
}

/** What decides who is who, shared by all that decide in this process. */
function identityOf({ match, tidy, minQuality, maxKnownFaces }: Config, store: Store): Identity {
  return {
    cache: new KnownFacesCache(store, maxKnownFaces, minQuality),
    nearness: new Nearness(),
    model: { pack: FACE_API_PACK, descriptorRevision: DESCRIPTOR_REVISION },
    match: matchThresholds(match),
    merge: mergeThresholds(tidy.mergeDistance),
  };
}

function startTidying(config: Config, parts: Parts): void {
  const { log, opened, store, publisher, identity } = parts;
  const tidy = createTidier({
    store,
    ...identity,
    publish: (record) => publisher.publish(record),
    publishFact: (fact) => publisher.publishFact(fact),
  });
  const worker = startTidyWorker({
    redis: config.redis,
    prefix: config.queuePrefix,
    lockMillis: config.jobLockMillis,
    log,
    run: createOwnersTidier({ store, tidy }),
  });
  opened.add({ close: () => worker.close(config.shutdownGraceMillis) });
}

/** What was opened, to be closed once, the last first, each whatever becomes of the others. */
class Closers {
  readonly #opened: { close(): Promise<unknown> }[] = [];
  #closing: Promise<void> | undefined;

  add<T extends { close(): Promise<unknown> }>(resource: T): T {
    this.#opened.push(resource);
    return resource;
  }

  closeAll(): Promise<void> {
    this.#closing ??= this.#closeInReverse();
    return this.#closing;
  }

  async #closeInReverse(): Promise<void> {
    const failures: unknown[] = [];
    for (const resource of this.#opened.toReversed()) {
      await resource.close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'closing did not go cleanly');
  }
}
