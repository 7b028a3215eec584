import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { sameModel, type DescriptorModel } from '../descriptors/descriptor.ts';
import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import { isFileAtFault, WorkerError } from '../errors.ts';
import { decidePhoto } from '../identities/decide-photo.ts';
import { isWaiting } from '../identities/imported-photo.ts';
import type { MatchThresholds } from '../identities/thresholds.ts';
import type { PhotoRecord, PhotoView } from '../identities/photo-record.ts';
import type { KnownFaces } from '../identities/known-faces.ts';
import { KnownFacesCache } from './known-faces-cache.ts';
import type { FetchPhoto, PhotoFile, PhotoStore, PhotoTask, PublishResult, See } from './ports.ts';
import { seenAgain } from '../identities/seen-again.ts';
import {
  isBackSince,
  isGoneSince,
  lookAskedAt,
  removedRecord,
  tombstoneOf,
} from './remove-photo.ts';
import { wasWrittenBy, withPastRuns } from './runs.ts';
import { findTakenOver, findWaiting } from './waiting-photo.ts';

export interface PhotoProcessorPorts {
  readonly store: PhotoStore;
  /** The real path of a photo inside the media roots, or a `WorkerError`. */
  readonly locate: (path: string) => Promise<string>;
  /** Left out: every job has to name a path. */
  readonly fetchPhoto?: FetchPhoto | undefined;
  readonly see: See;
  readonly publish: PublishResult;
  readonly match: MatchThresholds;
  /** The descriptors that `see` makes. */
  readonly model: DescriptorModel;
  /** Shared with others who compare faces; left out: one of its own. */
  readonly cache?: KnownFacesCache;
  /** Told how long a photo's faces were compared with the known ones. */
  readonly onCompared?: (millis: number) => void;
  readonly newId?: () => string;
}

export interface PhotoContext {
  /** Fires when the job's lock is lost or the worker is told to stop: nothing is written then. */
  readonly signal: AbortSignal;
  readonly report: (stage: string) => void;
}

export type ProcessPhoto = (task: PhotoTask, context: PhotoContext) => Promise<PhotoView>;

/**
 * Each lost race means that another worker has written, so this many in a row is no race but a
 * fault; the job is then tried again later.
 */
const MOST_COMMIT_TRIES = 200;
const LONGEST_PAUSE_MILLIS = 100;

/**
 * The flow of one photo: obtain, see, decide and commit, publish. Answers with the record as users
 * see it: each face with the person that it has by their corrections.
 */
export function createPhotoProcessor(ports: PhotoProcessorPorts): ProcessPhoto {
  const cache = ports.cache ?? new KnownFacesCache(ports.store);
  return async (task, { signal, report }) => {
    const earlier = await ports.store.findPhoto(task.ownerId, task.assetId);
    if (earlier !== null && isDone(earlier, task, ports.model)) {
      report('already done');
      await dropTakenOver(earlier, { task, earlier, ports, cache, signal });
      const { people } = await cache.current(task.ownerId, ports.model);
      return publish(people.viewOf(earlier), ports);
    }
    if (task.kind === 'remove') {
      report('removing');
      return publish(await remove({ task, earlier, ports, cache, signal }), ports);
    }
    const seen = seenBefore(task, earlier, ports) ?? (await look(task, ports, { signal, report }));
    report('deciding');
    const work = { task, earlier, ports, cache, signal };
    const record = await decideAndCommit({ ...work, seen });
    await dropTakenOver(record, work);
    report('publishing');
    return publish(record, ports);
  };
}

async function look(
  task: PhotoTask,
  ports: PhotoProcessorPorts,
  { signal, report }: PhotoContext,
): Promise<SeenPhoto> {
  report('looking');
  const photo = await obtain(task, ports, signal);
  try {
    return await seeFile(photo, ports, signal);
  } catch (error) {
    if (photo.fetchInstead === undefined || !isFileAtFault(error)) throw error;
    return await seeFile(await photo.fetchInstead(signal), ports, signal);
  }
}

function seeFile(
  photo: PhotoFile,
  ports: PhotoProcessorPorts,
  signal: AbortSignal,
): Promise<SeenPhoto> {
  const known = { isUpright: photo.isUpright === true, takenAt: photo.takenAt };
  return ports.see(photo.path, signal, known).finally(() => photo.discard());
}

/** What an earlier run saw, for a photo that is only to be decided again; null: look at it. */
function seenBefore(
  task: PhotoTask,
  earlier: PhotoRecord | null,
  ports: PhotoProcessorPorts,
): SeenPhoto | null {
  const isUsable =
    task.reconsider === true && earlier !== null && sameModel(earlier.model, ports.model);
  return isUsable ? seenAgain(earlier) : null;
}

async function publish(view: PhotoView, ports: PhotoProcessorPorts): Promise<PhotoView> {
  await ports.publish(view);
  return view;
}

/** The same delivery again after a crash, or a backfill of a photo that is up to date. */
function isDone(earlier: PhotoRecord, task: PhotoTask, model: DescriptorModel): boolean {
  if (isOver(earlier, task)) return true;
  // What is gone is not thought about again: that was asked for by what was known before.
  if (task.reconsider === true && earlier.removed) return true;
  // One that was asked for later counts for looks that were asked for in between.
  if (task.kind === 'remove') return earlier.removed && task.askedAtMillis === undefined;
  return task.skipWhenCurrent && !earlier.removed && sameModel(earlier.model, model);
}

/** Whether what the store has is the delivery's own answer, or makes it void. */
function isOver(record: PhotoRecord, task: PhotoTask): boolean {
  const isVoid = isGoneSince(record, task) || isBackSince(record, task);
  return isVoid || wasWrittenBy(record, task.runId);
}

async function obtain(
  task: PhotoTask,
  ports: PhotoProcessorPorts,
  signal: AbortSignal,
): Promise<PhotoFile> {
  if (task.path !== null) {
    return { path: await ports.locate(task.path), discard: () => Promise.resolve() };
  }
  if (ports.fetchPhoto !== undefined) return ports.fetchPhoto(task, signal);
  throw new WorkerError(
    'PHOTO_SOURCE_MISSING',
    `expected "path" in the job of asset ${task.assetId}, got none; set IMMICH_URL for photos that Immich has`,
  );
}

interface Work {
  readonly task: PhotoTask;
  /** What was known of the asset before it was looked at. */
  readonly earlier: PhotoRecord | null;
  readonly ports: PhotoProcessorPorts;
  readonly cache: KnownFacesCache;
  readonly signal: AbortSignal;
}

async function decideAndCommit(work: Work & { readonly seen: SeenPhoto }): Promise<PhotoView> {
  const { task, seen, ports, earlier } = work;
  const newId = ports.newId ?? randomUUID;
  const { assetId, ownerId, runId } = task;
  return commitWhenFirst(work, async (former, known) => {
    if (isNewer(former, earlier, seen)) throw changedMeanwhile(task);
    const isNew = former === null || former.removed;
    const { checksum } = seen;
    const moved = isNew ? await findWaiting({ ownerId, assetId, checksum }, ports.store) : null;
    const thresholds = ports.match;
    const reconsider = task.reconsider === true;
    const start = performance.now();
    const faces = decidePhoto({
      ...{ seen, known, assetId, thresholds, newId, reconsider },
      former: moved ?? former,
    });
    ports.onCompared?.(performance.now() - start);
    return {
      ownerId,
      assetId,
      sequence: known.sequence + 1,
      revision: (former?.revision ?? 0) + 1,
      runId,
      path: task.path ?? (reconsider ? pathOf(former) : null),
      checksum: seen.checksum,
      image: seen.image,
      model: seen.model,
      faces,
      removed: false,
      ...lookAskedAt(task, former),
      takenAt: seen.takenAt ?? null,
      timings: seen.timings,
      decidedAt: new Date().toISOString(),
    };
  });
}

function pathOf(record: PhotoRecord | null): string | null {
  return record === null ? null : record.path;
}

/**
 * A photo that has taken over what waited under another asset id is that asset now. Done after the
 * commit, and again by a job that comes again, so that the faces are never nowhere.
 */
async function dropTakenOver(record: PhotoRecord, work: Work): Promise<void> {
  const { task, ports } = work;
  const former = await findTakenOver(record, ports.store);
  if (former === null) return;
  const gone = { ...work, task: { ...task, assetId: former.assetId }, earlier: former };
  const removed = await commitWhenFirst(gone, (latest, known) => {
    if (latest === null || !isWaiting(latest)) throw changedMeanwhile(task);
    return removedRecord(latest, { sequence: known.sequence + 1, runId: task.runId });
  });
  await publish(removed, ports);
}

/** Another job wrote another picture, or its removal, while this one looked: its look may be the later. */
function isNewer(
  former: PhotoRecord | null,
  earlier: PhotoRecord | null,
  seen: SeenPhoto,
): boolean {
  return (
    former !== null && former.revision !== earlier?.revision && former.checksum !== seen.checksum
  );
}

function changedMeanwhile({ assetId }: PhotoTask): WorkerError {
  return new WorkerError(
    'PHOTO_CHANGED',
    `asset ${assetId} was replaced or removed while it was looked at; it is looked at again`,
  );
}

/** Removes what is known; of an unknown asset word is kept all the same, and the answer says so. */
async function remove(work: Work): Promise<PhotoView> {
  const { task, ports } = work;
  const record = await commitWhenFirst(work, (former, known) => {
    const sequence = known.sequence + 1;
    return former === null
      ? tombstoneOf(task, sequence, ports.model)
      : removedRecord(former, { ...task, sequence });
  });
  if (!record.removed || record.revision > 1) return record;
  await publish(record, ports);
  throw new WorkerError(
    'PHOTO_NOT_KNOWN',
    `asset ${task.assetId} is not known, so there is nothing to remove; a look at it that was asked for earlier ends without writing`,
  );
}

/** Decides with everything that was committed before and commits, again while others are first. */
async function commitWhenFirst(
  { task, ports, cache, signal }: Work,
  decide: (former: PhotoRecord | null, known: KnownFaces) => PhotoRecord | Promise<PhotoRecord>,
): Promise<PhotoView> {
  for (let attempt = 0; attempt < MOST_COMMIT_TRIES; attempt++) {
    const former = await ports.store.findPhoto(task.ownerId, task.assetId);
    const known = await cache.current(task.ownerId, ports.model);
    throwIfAborted(signal);
    // Taken for stalled, it was given to another worker, which has done it meanwhile; or removed.
    if (former !== null && isOver(former, task)) return known.people.viewOf(former);
    const record = withPastRuns(await decide(former, known), former);
    const outcome = await ports.store.commitPhoto(record, former?.sequence ?? null);
    if (outcome === 'committed') return known.people.viewOf(record);
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
