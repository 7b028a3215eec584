import type { ImmichAccount } from '../accounts.ts';
import { searchAssets } from '../client/search-assets.ts';
import type { JudgeRules } from './judge-asset.ts';
import { queueAssets, type Admit, type QueueOutcome, type QueuePorts } from './queue-assets.ts';

/** Assets on a page: the most that Immich gives. */
export const PAGE_SIZE = 1000;
/** Name of the mark: the server's time up to which changes were seen. */
export const WATERMARK = 'changes-seen-until';

/**
 * A change is dated when its statement runs and seen when its transaction ends, so each sweep reaches
 * back some way. Nudges come in quick succession, and a sweep by the clock follows.
 */
export const OVERLAP_MILLIS = { clock: 120_000, nudge: 10_000 } as const;

/** A time that the server's clock had reached when our own steady clock showed another. */
export interface Anchor {
  readonly serverMillis: number;
  readonly seenAtMillis: number;
}

export interface SweepContext {
  readonly account: ImmichAccount;
  readonly rules: JudgeRules;
  readonly ports: QueuePorts & { readonly admit: Admit };
  readonly anchor: Anchor | undefined;
  /** Where a user's first sweep begins. */
  readonly beginAt: Date;
  readonly overlapMillis: number;
  readonly signal: AbortSignal;
}

export interface SweepOutcome extends QueueOutcome {
  readonly requests: number;
  /** For the user's next sweep. */
  readonly anchor: Anchor;
}

/**
 * Looks at the user's assets that changed since the last sweep: new, edited, replaced, restored and
 * trashed ones. The watermark is of the server's clock, and written when all pages were seen. It
 * rises to the latest change on the first page (what changes while further pages are read may lie on
 * one that was read already), or to what the server's clock must show by now; so an idle sweep is
 * one request with an empty answer.
 */
export async function sweepChanges(context: SweepContext): Promise<SweepOutcome> {
  const { account, ports, signal, beginAt } = context;
  const mark = await ports.store.readMark(account.userId, WATERMARK);
  const since = mark === null ? beginAt.getTime() : Date.parse(mark);
  const updatedAfter = new Date(since - context.overlapMillis).toISOString();
  let anchor = context.anchor ?? { serverMillis: since, seenAtMillis: performance.now() };
  let until = Math.max(since, serverMillis(anchor));
  let outcome: QueueOutcome = NOTHING;
  let requests = 0;
  for (let page: number | null = 1; page !== null;) {
    const search = {
      updatedAfter,
      withDeleted: true,
      order: 'asc',
      size: PAGE_SIZE,
      page,
    } as const;
    const found = await searchAssets(account.api, search, signal);
    requests += found.requests;
    const latest = Math.max(...found.assets.map(({ updatedAt }) => Date.parse(updatedAt)), 0);
    if (latest > serverMillis(anchor)) {
      anchor = { serverMillis: latest, seenAtMillis: performance.now() };
    }
    if (page === 1) until = Math.max(until, latest);
    const seen = { ownerId: account.userId, assets: found.assets };
    outcome = sum(outcome, await queueAssets(seen, context.rules, ports));
    page = found.nextPage;
  }
  await ports.store.writeMark(account.userId, WATERMARK, new Date(until).toISOString());
  return { ...outcome, requests, anchor };
}

/** What the server's clock shows now, at least. */
function serverMillis(anchor: Anchor): number {
  return Math.floor(anchor.serverMillis + performance.now() - anchor.seenAtMillis);
}

/** The outcome of no page. */
export const NOTHING: QueueOutcome = {
  uploads: 0,
  reruns: 0,
  backfill: 0,
  removals: 0,
  postponed: 0,
};

/** The outcome of both. */
export function sum(a: QueueOutcome, b: QueueOutcome): QueueOutcome {
  return {
    uploads: a.uploads + b.uploads,
    reruns: a.reruns + b.reruns,
    backfill: a.backfill + b.backfill,
    removals: a.removals + b.removals,
    postponed: a.postponed + b.postponed,
  };
}
