import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { sameModel, type DescriptorModel } from '../descriptors/descriptor.ts';
import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import { WorkerError } from '../errors.ts';
import { decidePhoto, type MatchThresholds } from '../identities/decide-photo.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import { KnownFacesCache } from './known-faces-cache.ts';
import type { PhotoStore, PhotoTask, PublishResult, See } from './ports.ts';

export interface PhotoProcessorPorts {
  readonly store: PhotoStore;
  /** The real path of a photo inside the media roots, or a `WorkerError`. */
  readonly locate: (path: string) => Promise<string>;
  readonly see: See;
  readonly publish: PublishResult;
  readonly match: MatchThresholds;
  /** The descriptors that `see` makes. */
  readonly model: DescriptorModel;
  readonly newId?: () => string;
}

export interface PhotoContext {
  /** Fires when the job's lock is lost or the worker is told to stop: nothing is written then. */
  readonly signal: AbortSignal;
  readonly report: (stage: string) => void;
}

export type ProcessPhoto = (task: PhotoTask, context: PhotoContext) => Promise<PhotoRecord>;

/**
 * Each lost race means that another worker has written, so this many in a row is no race but a
 * fault; the job is then tried again later.
 */
const MOST_COMMIT_TRIES = 200;
const LONGEST_PAUSE_MILLIS = 100;

/** The flow of one photo: locate, see, decide and commit, publish. */
export function createPhotoProcessor(ports: PhotoProcessorPorts): ProcessPhoto {
  const cache = new KnownFacesCache(ports.store);
  return async (task, { signal, report }) => {
    const earlier = await ports.store.findPhoto(task.ownerId, task.assetId);
    if (earlier !== null && isDone(earlier, task, ports.model)) {
      report('already done');
      await ports.publish(earlier);
      return earlier;
    }
    report('looking');
    const path = await locate(task, ports);
    const seen = await ports.see(path, signal);
    report('deciding');
    const record = await decideAndCommit({ task, seen, ports, cache, signal });
    report('publishing');
    await ports.publish(record);
    return record;
  };
}

/** The same delivery again after a crash, or a backfill of a photo that is up to date. */
function isDone(earlier: PhotoRecord, task: PhotoTask, model: DescriptorModel): boolean {
  return earlier.runId === task.runId || (task.skipWhenCurrent && sameModel(earlier.model, model));
}

async function locate(task: PhotoTask, ports: PhotoProcessorPorts): Promise<string> {
  if (task.path !== null) return ports.locate(task.path);
  throw new WorkerError(
    'PHOTO_SOURCE_MISSING',
    `expected "path" in the job of asset ${task.assetId}, got none; fetching from Immich is not built in yet`,
  );
}

async function decideAndCommit(work: {
  task: PhotoTask;
  seen: SeenPhoto;
  ports: PhotoProcessorPorts;
  cache: KnownFacesCache;
  signal: AbortSignal;
}): Promise<PhotoRecord> {
  const { task, seen, ports, cache, signal } = work;
  const newId = ports.newId ?? randomUUID;
  for (let attempt = 0; attempt < MOST_COMMIT_TRIES; attempt++) {
    const former = await ports.store.findPhoto(task.ownerId, task.assetId);
    // Another worker may have had the same delivery in hand, after its lock was lost.
    if (former !== null && isDone(former, task, ports.model)) return former;
    const known = await cache.current(task.ownerId, seen.model);
    throwIfAborted(signal);
    const { assetId, ownerId, runId } = task;
    const thresholds = ports.match;
    const faces = decidePhoto({ seen, former, known, assetId, thresholds, newId });
    const record: PhotoRecord = {
      ownerId,
      assetId,
      sequence: known.sequence + 1,
      revision: (former?.revision ?? 0) + 1,
      runId,
      path: task.path,
      checksum: seen.checksum,
      image: seen.image,
      model: seen.model,
      faces,
      timings: seen.timings,
      decidedAt: new Date().toISOString(),
    };
    const outcome = await ports.store.commitPhoto(record, former?.sequence ?? null);
    if (outcome === 'committed') return record;
    // Lets the winner's write become readable, and parts workers that would race again.
    await setTimeout(Math.random() * Math.min(LONGEST_PAUSE_MILLIS, 2 ** attempt));
  }
  throw new WorkerError(
    'STORE_CONFLICT',
    `${MOST_COMMIT_TRIES} commits in a row were overtaken by other workers; it is tried again`,
  );
}

function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new WorkerError(
    'JOB_ABORTED',
    "the job's lock was lost or the worker is stopping; nothing was written",
    { cause: signal.reason },
  );
}
