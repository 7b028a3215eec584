import { WorkerError } from '../errors.ts';
import { assetIdForPath } from '../queue/asset-id.ts';
import { DEFAULT_OWNER_ID, parseImageAdded, type ImageAdded } from '../queue/image-added.ts';
import type { Producer } from '../queue/producer.ts';
import { withoutWaiting } from '../queue/without-waiting.ts';
import type { JobWatch } from './job-watch.ts';
import { listPhotos, resolveFolder } from './list-photos.ts';
import { assertInsideRoots } from './media-roots.ts';
import type { Progress } from './progress.ts';

/** Photos that are looked up and queued together. */
const CHUNK = 200;

export interface BackfillOptions {
  readonly folder: string;
  readonly ownerId?: string | undefined;
  /** Also photos that are known already. */
  readonly force: boolean;
  /** Counts only; puts nothing on the queue. */
  readonly dryRun: boolean;
  /** Ends the run after the photos in hand; the next run goes on from there. */
  readonly signal: AbortSignal;
}

export interface BackfillPorts {
  readonly mediaRoots: readonly string[];
  readonly producer: Producer;
  /** Whether the store has a result of the asset that today's model made. */
  readonly isKnown: (ownerId: string, assetId: string) => Promise<boolean>;
  /** Follows the jobs when the caller waits for their end. */
  readonly watch?: JobWatch | undefined;
  readonly startProgress: (total: number) => Progress;
}

export interface BackfillSummary {
  readonly found: number;
  /** Put on the queue by this run; with `dryRun`: would have been. */
  queued: number;
  /** Still in the queue from an earlier run. */
  waiting: number;
  /** In the store already, made by today's model. */
  known: number;
  /** Links and unreadable folders. */
  readonly skipped: number;
}

interface Candidate {
  readonly jobId: string;
  readonly payload: ImageAdded & { readonly path: string };
}

/**
 * Queues every photo below a folder. Run again it goes on where it was stopped: what is in the
 * store or still in the queue is left alone. Throws FOLDER_UNUSABLE, PATH_OUTSIDE_ROOTS or
 * PAYLOAD_INVALID before anything is queued.
 */
export async function backfill(
  options: BackfillOptions,
  ports: BackfillPorts,
): Promise<BackfillSummary> {
  if (options.ownerId !== undefined) parseImageAdded({ assetId: 'any', ownerId: options.ownerId });
  const folder = await resolveFolder(options.folder);
  await assertInsideRoots(folder, ports.mediaRoots);
  const summary = { ...(await count(folder, options.signal)), queued: 0, waiting: 0, known: 0 };
  const progress = ports.startProgress(summary.found);
  try {
    let done = 0;
    for await (const photos of chunksOf(listPhotos(folder), CHUNK)) {
      if (options.signal.aborted) break;
      await queueChunk(photos, { options, ports, summary });
      progress.update((done += photos.length));
    }
  } finally {
    progress.stop();
  }
  return summary;
}

/** A pass of its own over the names, so that the bar knows its end and memory stays small. */
async function count(
  folder: string,
  signal: AbortSignal,
): Promise<{ found: number; skipped: number }> {
  let found = 0;
  let skipped = 0;
  const onSkipped = (): void => {
    skipped += 1;
  };
  for await (const photos of chunksOf(listPhotos(folder, { onSkipped }), CHUNK)) {
    if (signal.aborted) return { found, skipped };
    found += photos.length;
  }
  if (found > 0) return { found, skipped };
  throw new WorkerError('FOLDER_UNUSABLE', `expected photos below ${folder}, got none`);
}

async function queueChunk(
  photos: readonly string[],
  run: { options: BackfillOptions; ports: BackfillPorts; summary: BackfillSummary },
): Promise<void> {
  const { options, ports, summary } = run;
  const candidates = photos.map((photo) => toCandidate(photo, options));
  const unknown = options.force ? candidates : await withoutKnown(candidates, ports);
  summary.known += candidates.length - unknown.length;
  if (!options.dryRun) {
    for (const { jobId, payload } of unknown) ports.watch?.expect(jobId, payload.path);
  }
  const absent = await withoutWaiting(unknown, ports.producer.queue, options);
  summary.waiting += unknown.length - absent.length;
  if (!options.dryRun) await ports.producer.addBulk(absent);
  summary.queued += absent.length;
}

function toCandidate(photo: string, { ownerId, force }: BackfillOptions): Candidate {
  const assetId = assetIdForPath(photo);
  const owner = encodeURIComponent(ownerId ?? DEFAULT_OWNER_ID);
  return {
    // A forced job is another one: a waiting job that is not forced would look at nothing.
    jobId: `backfill.${owner}.${assetId}${force ? '.force' : ''}`,
    payload: {
      assetId,
      path: photo,
      source: 'backfill',
      ...(ownerId === undefined ? {} : { ownerId }),
      ...(force ? { force } : {}),
    },
  };
}

async function withoutKnown(
  candidates: readonly Candidate[],
  { isKnown }: BackfillPorts,
): Promise<Candidate[]> {
  const known = await Promise.all(
    candidates.map(({ payload }) => isKnown(payload.ownerId ?? DEFAULT_OWNER_ID, payload.assetId)),
  );
  return candidates.filter((_candidate, i) => known[i] !== true);
}

async function* chunksOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
