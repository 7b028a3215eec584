import type { PhotoRecord } from '../identities/photo-record.ts';
import type { ImmichAccount } from '../immich/accounts.ts';
import type { ImmichAsset } from '../immich/client/assets.ts';
import { searchAssets, type AssetSearch } from '../immich/client/search-assets.ts';
import { isLookedAt, pictureOf } from '../immich/source/judge-asset.ts';
import type { ImmichStore, KnownAsset } from '../immich/source/ports.ts';
import { nextOf, type Admit } from '../immich/source/queue-assets.ts';
import { PAGE_SIZE } from '../immich/source/sweep-changes.ts';
import type { ImmichJobs } from '../queue/immich-jobs.ts';
import type { BackfillSummary } from './backfill.ts';
import type { Progress } from './progress.ts';

export interface ImmichBackfillOptions {
  /** Which assets of the users. */
  readonly search: Pick<AssetSearch, 'takenAfter' | 'takenBefore' | 'albumIds'>;
  /** Only photos that were looked at with older descriptors. */
  readonly belowRevision: boolean;
  /** Also photos that are known already. */
  readonly force: boolean;
  /** Counts only; puts nothing on the queue. */
  readonly dryRun: boolean;
  /** Ends the run after the photos in hand; the next run goes on from there. */
  readonly signal: AbortSignal;
}

export interface ImmichBackfillPorts {
  readonly accounts: readonly ImmichAccount[];
  readonly store: ImmichStore;
  readonly jobs: ImmichJobs;
  /** Waits for room on the queue, so that uploads stay ahead and the queue small. */
  readonly admit: Admit;
  readonly findPhoto: (ownerId: string, assetId: string) => Promise<PhotoRecord | null>;
  readonly isCurrent: (record: PhotoRecord) => boolean;
  /** Names the descriptors of today. */
  readonly model: string;
  readonly startProgress: (total: number) => Progress;
}

type Run = ImmichBackfillPorts & { readonly options: ImmichBackfillOptions };
type Counts = { -readonly [Name in keyof BackfillSummary]: number };

/** Photos that are looked up together. */
const CHUNK = 100;

/**
 * Queues photos that Immich has, a page at a time, as fast as the worker takes them. Run again it
 * goes on where it was stopped: what is in the store or still in the queue is left alone.
 */
export async function backfillFromImmich(
  options: ImmichBackfillOptions,
  ports: ImmichBackfillPorts,
): Promise<BackfillSummary> {
  const run = { ...ports, options };
  const summary: Counts = { found: 0, queued: 0, waiting: 0, known: 0, skipped: 0 };
  for await (const { assets, others } of pages(run)) {
    summary.found += assets.length;
    summary.skipped += others;
  }
  const progress = ports.startProgress(summary.found);
  let done = 0;
  try {
    for await (const { account, assets } of pages(run)) {
      for (let start = 0; start < assets.length; start += CHUNK) {
        if (options.signal.aborted) return summary;
        const chunk = assets.slice(start, start + CHUNK);
        await queueChunk(account, chunk, { run, summary });
        progress.update((done += chunk.length));
      }
    }
  } finally {
    progress.stop();
  }
  return summary;
}

interface Page {
  readonly account: ImmichAccount;
  /** The user's own that are looked at. */
  readonly assets: readonly ImmichAsset[];
  readonly others: number;
}

async function* pages({ accounts, options }: Run): AsyncGenerator<Page> {
  for (const account of accounts) {
    for (let page: number | null = 1; page !== null && !options.signal.aborted;) {
      const search = { ...options.search, order: 'asc', size: PAGE_SIZE, page } as const;
      const found = await searchAssets(account.api, search, options.signal);
      const own = found.assets.filter(({ ownerId }) => ownerId === account.userId);
      const assets = own.filter(isLookedAt);
      yield { account, assets, others: own.length - assets.length };
      page = found.nextPage;
    }
  }
}

interface Candidate {
  readonly asset: ImmichAsset;
  readonly known: KnownAsset | undefined;
}

async function queueChunk(
  { userId: ownerId }: ImmichAccount,
  assets: readonly ImmichAsset[],
  { run, summary }: { run: Run; summary: Counts },
): Promise<void> {
  const ids = assets.map(({ id }) => id);
  const found = await run.store.findAssets(ownerId, ids);
  const known = new Map(found.map((asset) => [asset.assetId, asset]));
  const wanted: Candidate[] = [];
  for (const asset of assets) {
    const candidate = { asset, known: known.get(asset.id) };
    if (await isWanted(ownerId, candidate, run)) wanted.push(candidate);
    else summary.known += 1;
  }
  const underWay = await run.jobs.areUnderWay(
    wanted.map(({ asset, known: former }) => ({
      ownerId,
      assetId: asset.id,
      number: former?.jobs ?? 0,
    })),
  );
  const absent = wanted.filter((_candidate, i) => underWay[i] !== true);
  summary.waiting += wanted.length - absent.length;
  summary.queued += run.options.dryRun ? absent.length : await queue(ownerId, absent, run);
}

async function isWanted(ownerId: string, { asset, known }: Candidate, run: Run): Promise<boolean> {
  const { belowRevision, force } = run.options;
  const record = await run.findPhoto(ownerId, asset.id);
  const isThere = record !== null && !record.removed;
  if (belowRevision) return isThere && !run.isCurrent(record);
  return force || !isThere || !run.isCurrent(record) || isReplaced({ asset, known });
}

/** Whether Immich has another picture of the asset than a job was queued for last. */
function isReplaced({ asset, known }: Candidate): boolean {
  return known !== undefined && known.picture !== pictureOf(asset);
}

/** Answers how many were queued; fewer than given when the run was stopped. */
async function queue(ownerId: string, wanted: readonly Candidate[], run: Run): Promise<number> {
  let done = 0;
  while (done < wanted.length) {
    const room = await run.admit('backfill', wanted.length - done);
    if (room === 0) break;
    const now = wanted.slice(done, done + room);
    const next = now.map(({ asset, known }) => nextOf(asset, known, run.model));
    await run.jobs.add(
      now.map((candidate, i) => ({
        ...{ assetId: candidate.asset.id, ownerId, source: 'backfill' as const },
        number: next[i]?.jobs ?? 0,
        // The worker passes over what is current by its descriptors; of which picture it cannot tell.
        ...(run.options.force || isReplaced(candidate) ? { force: true } : {}),
      })),
    );
    await run.store.writeAssets(ownerId, next);
    done += next.length;
  }
  return done;
}
