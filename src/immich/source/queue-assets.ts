import type { ImmichAsset } from '../client/assets.ts';
import { judgeAsset, pictureOf, type JudgeRules } from './judge-asset.ts';
import type { HasPhoto, ImmichStore, KnownAsset, PhotoJob, PhotoJobs } from './ports.ts';

export interface QueuePorts {
  readonly store: ImmichStore;
  readonly jobs: PhotoJobs;
  readonly hasPhoto: HasPhoto;
}

export interface QueueOutcome {
  readonly uploads: number;
  readonly reruns: number;
  readonly backfill: number;
  readonly removals: number;
  /** Left for later, since `admit` gave no room. */
  readonly postponed: number;
}

/** How many of the photos may go onto the queue now. */
export type Admit = (source: PhotoJob['source'], wanted: number) => Promise<number>;

interface Change {
  readonly asset: ImmichAsset;
  readonly known: KnownAsset | undefined;
  readonly source: PhotoJob['source'];
}

/**
 * Queues what a page of assets asks for, and writes down what was queued, in this order: after a
 * crash in between the jobs come again under the same names, and the queue holds them once.
 */
export async function queueAssets(
  page: { readonly ownerId: string; readonly assets: readonly ImmichAsset[] },
  rules: JudgeRules,
  ports: QueuePorts & { readonly admit: Admit },
): Promise<QueueOutcome> {
  const { ownerId } = page;
  // Results hold partners' assets too; these are for the partner's own key.
  const own = page.assets.filter((asset) => asset.ownerId === ownerId);
  const ids = own.map(({ id }) => id);
  const known = new Map(
    (await ports.store.findAssets(ownerId, ids)).map((asset) => [asset.assetId, asset]),
  );
  const changes: Change[] = [];
  const gone: KnownAsset[] = [];
  for (const asset of own) {
    const former = known.get(asset.id);
    const verdict = judgeAsset(asset, former, rules);
    if (verdict.kind === 'look') changes.push({ asset, known: former, source: verdict.source });
    if (verdict.kind === 'remove' && former !== undefined) gone.push(former);
  }
  const removals = await removeAssets(ownerId, gone, ports);
  const queued = { upload: 0, rerun: 0, backfill: 0 };
  for (const source of ['upload', 'rerun', 'backfill'] as const) {
    const wanted = changes.filter((change) => change.source === source);
    queued[source] = await queueChanges(ownerId, wanted, { rules, ports, source });
  }
  const { upload: uploads, rerun: reruns, backfill } = queued;
  const postponed = changes.length - uploads - reruns - backfill;
  return { uploads, reruns, backfill, removals, postponed };
}

/** Queues as many as are admitted, in their order; answers how many. */
async function queueChanges(
  ownerId: string,
  wanted: readonly Change[],
  context: {
    readonly rules: JudgeRules;
    readonly ports: QueuePorts & { readonly admit: Admit };
    readonly source: PhotoJob['source'];
  },
): Promise<number> {
  const { rules, ports, source } = context;
  let done = 0;
  while (done < wanted.length) {
    const room = await ports.admit(source, wanted.length - done);
    if (room <= 0) break;
    const now = wanted.slice(done, done + room);
    const next = now.map(({ asset, known }) => nextOf(asset, known, rules.model));
    await ports.jobs.add(
      next.map(({ assetId, jobs }) => ({ assetId, ownerId, source, number: jobs })),
    );
    await ports.store.writeAssets(ownerId, next);
    done += now.length;
  }
  return done;
}

/** What is known of an asset once one more job for it is queued. */
export function nextOf(
  asset: ImmichAsset,
  known: KnownAsset | undefined,
  model: string,
): KnownAsset {
  return {
    assetId: asset.id,
    picture: pictureOf(asset),
    model,
    jobs: (known?.jobs ?? 0) + 1,
    seenPass: known?.seenPass ?? 0,
    gone: false,
  };
}

/**
 * Queues the removal of assets, where there is something to remove; answers for how many that was
 * new. One that is being looked at right now is met again by the next comparison of the whole
 * library, and removed then.
 */
export async function removeAssets(
  ownerId: string,
  assets: readonly KnownAsset[],
  { store, jobs, hasPhoto }: QueuePorts,
): Promise<number> {
  if (assets.length === 0) return 0;
  const there = await Promise.all(assets.map(({ assetId }) => hasPhoto(ownerId, assetId)));
  const next = assets.map((asset) => ({ ...asset, jobs: asset.jobs + 1, gone: true }));
  const removals = next.filter((_asset, i) => there[i] === true);
  await jobs.addRemovals(
    removals.map(({ assetId, jobs: number }) => ({ assetId, ownerId, number })),
  );
  const news = next.filter((_asset, i) => there[i] === true || assets[i]?.gone === false);
  if (news.length > 0) await store.writeAssets(ownerId, news);
  return news.length;
}
