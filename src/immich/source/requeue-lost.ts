import { setTimeout } from 'node:timers/promises';

import { z } from 'zod';

import type {
  ImmichStore,
  KnownAsset,
  PhotoJob,
  PhotoJobs,
  QueueSight,
  StandingOf,
} from './ports.ts';
import type { Admit } from './queue-assets.ts';

/** Name of the mark that tells which Redis held the user's jobs. */
export const QUEUE_SEEN = 'queue-seen';

const QueueSeen = z.object({ run: z.string(), added: z.number() });

export interface RequeueContext {
  readonly ownerId: string;
  /** Names the descriptors of today; a job for others is queued anew anyway. */
  readonly model: string;
  readonly ports: {
    readonly store: ImmichStore;
    readonly jobs: PhotoJobs & QueueSight;
    readonly standingOf: StandingOf;
    readonly admit: Admit;
  };
  /** Rest between two pages, so that the store has time for others. */
  readonly pauseMillis: number;
  readonly signal: AbortSignal;
}

/** Assets that are looked up together. */
const PAGE = 200;
/** All that are known, whichever comparison met them last. */
const ANY_PASS = 2 ** 31 - 1;

/**
 * Queues again what Redis lost: when the queue lies in another Redis process than the one noted, or
 * has taken fewer jobs, each known asset whose last job is neither there nor done gets that job once
 * more, under the same id. Answers for how many. Noted last, so that one that was stopped is done again.
 */
export async function requeueLost(context: RequeueContext): Promise<number> {
  const { ownerId, ports } = context;
  const now = await ports.jobs.readState();
  const text = await ports.store.readMark(ownerId, QUEUE_SEEN);
  const former = text === null ? null : QueueSeen.parse(JSON.parse(text));
  if (former?.run === now.run && former.added === now.added) return 0;
  const isWhole = former?.run === now.run && former.added <= now.added;
  const count = isWhole ? 0 : await requeueAll(context);
  await ports.store.writeMark(ownerId, QUEUE_SEEN, JSON.stringify(now));
  return count;
}

async function requeueAll(context: RequeueContext): Promise<number> {
  const { ownerId, ports, pauseMillis, signal } = context;
  let count = 0;
  for (let afterAssetId = ''; ;) {
    signal.throwIfAborted();
    const page = { afterAssetId, limit: PAGE };
    const assets = await ports.store.findUnseen(ownerId, ANY_PASS, page);
    count += await queueAll(await lostOf(assets, context), context);
    const last = assets.at(-1);
    if (last === undefined || assets.length < PAGE) return count;
    afterAssetId = last.assetId;
    await setTimeout(pauseMillis, undefined, { signal });
  }
}

/** The jobs of those assets that are neither on the queue nor done. */
async function lostOf(
  assets: readonly KnownAsset[],
  { ownerId, model, ports }: RequeueContext,
): Promise<PhotoJob[]> {
  const wanted = assets
    .filter((asset) => !asset.gone && asset.model === model)
    .map(({ assetId, jobs: number }) => ({ assetId, ownerId, number }));
  const areKept = await ports.jobs.areKept(wanted);
  const absent = wanted.filter((_job, i) => areKept[i] !== true);
  // After the queue was asked: a job that ended meanwhile has left its photo in the store.
  const standings = await Promise.all(absent.map((job) => ports.standingOf(job)));
  return absent.flatMap((job, i) => {
    if (standings[i] === 'done') return [];
    // The photo of an earlier picture looks up to date.
    const force = standings[i] === 'earlier' ? { force: true } : {};
    return [{ ...job, source: 'backfill' as const, ...force }];
  });
}

/** Queues the jobs as there is room; answers how many. */
async function queueAll(
  lost: readonly PhotoJob[],
  { ports, signal }: RequeueContext,
): Promise<number> {
  for (let done = 0; done < lost.length;) {
    const room = await ports.admit('backfill', lost.length - done);
    signal.throwIfAborted();
    await ports.jobs.add(lost.slice(done, done + room));
    done += room;
  }
  return lost.length;
}
