import type { DescriptorModel } from '../descriptors/descriptor.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import type { PhotoTask } from './ports.ts';

interface Next {
  readonly sequence: number;
  readonly runId: string;
  readonly askedAtMillis?: number | undefined;
}

/** The record that says that an asset is gone: no faces, no path, nothing of its content. */
export function removedRecord(
  former: Pick<PhotoRecord, 'ownerId' | 'assetId' | 'revision' | 'image' | 'model'>,
  { sequence, runId, askedAtMillis }: Next,
): PhotoRecord {
  const { ownerId, assetId, revision, image, model } = former;
  return {
    ...{ ownerId, assetId, sequence, runId, image, model },
    revision: revision + 1,
    path: null,
    checksum: '',
    faces: [],
    removed: true,
    ...(askedAtMillis === undefined ? {} : { removalAskedAtMillis: askedAtMillis }),
    takenAt: null,
    timings: {},
    decidedAt: new Date().toISOString(),
  };
}

/**
 * The same of an asset of which nothing is known: a look at it may wait or be in hand, and must find
 * that it was removed.
 */
export function tombstoneOf(
  task: PhotoTask,
  sequence: number,
  model: DescriptorModel,
): PhotoRecord {
  const { ownerId, assetId } = task;
  const nothing = {
    ...{ ownerId, assetId },
    revision: 0,
    image: { width: 0, height: 0 },
    model: { ...model, engine: 'none', detector: 'none' },
  };
  return removedRecord(nothing, { ...task, sequence });
}

/**
 * Whether the photo is gone by a removal that was asked for after the task, which then has nothing
 * left to do: retries and other workers take up jobs in another order than they came. Of the same
 * millisecond the removal is taken for the later, since what was to go must not stay.
 */
export function isGoneSince(record: PhotoRecord, { askedAtMillis }: PhotoTask): boolean {
  const { removed, removalAskedAtMillis } = record;
  if (!removed || removalAskedAtMillis === undefined || askedAtMillis === undefined) return false;
  return askedAtMillis <= removalAskedAtMillis;
}

/**
 * Whether the photo was looked at by a job that was asked for after the task, a removal: one that had
 * to wait or lost its worker must not take away what was added again since.
 */
export function isBackSince(record: PhotoRecord, { kind, askedAtMillis }: PhotoTask): boolean {
  const { removed, lookAskedAtMillis } = record;
  if (kind !== 'remove' || removed) return false;
  if (lookAskedAtMillis === undefined || askedAtMillis === undefined) return false;
  return askedAtMillis < lookAskedAtMillis;
}

/** When the latest look was asked for: an old job that is run again makes it no earlier. */
export function lookAskedAt(
  { askedAtMillis }: PhotoTask,
  former: PhotoRecord | null,
): Pick<PhotoRecord, 'lookAskedAtMillis'> {
  if (askedAtMillis === undefined) return {};
  return { lookAskedAtMillis: Math.max(askedAtMillis, former?.lookAskedAtMillis ?? 0) };
}
