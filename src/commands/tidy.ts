import type { Config } from '../config.ts';
import type { DescriptorModel } from '../descriptors/descriptor.ts';
import { matchThresholds, mergeThresholds } from '../identities/thresholds.ts';
import type { MergeProposal } from '../identities/tidy/merge-proposal.ts';
import { KnownFacesCache } from '../pipeline/known-faces-cache.ts';
import { Nearness } from '../pipeline/nearness.ts';
import { createReview } from '../pipeline/review.ts';
import { createTidier, type TidyReport } from '../pipeline/tidy-people.ts';
import type { Store } from '../store/store.ts';
import { counted } from './counted.ts';

export interface TidyArguments {
  /** All owners when it is left out. */
  readonly owner?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** What `tidy` prints of one owner. */
interface TidiedOwner extends Pick<TidyReport, 'ownerId' | 'merges'> {
  readonly dryRun: boolean;
  readonly photosDecidedAgain: number;
  /** Pairs that are left to a user. */
  readonly proposals: readonly MergeProposal[];
}

/** Pairs left to a user that are printed. */
const MOST_PROPOSALS = 50;

/** `tidy`: merges who is surely one, or says who would be, and why; answers with what to print. */
export async function tidyOwners(
  { owner, dryRun, json }: TidyArguments,
  ports: { config: Config; store: Store; model: DescriptorModel; signal: AbortSignal },
): Promise<string> {
  const { store } = ports;
  const tidied: TidiedOwner[] = [];
  for (const ownerId of owner === undefined ? await store.listOwners() : [owner]) {
    tidied.push(await tidyOwner(ownerId, dryRun, ports));
  }
  if (json) return `${JSON.stringify(tidied)}\n`;
  return tidied.length === 0 ? 'nobody is known yet\n' : tidied.map(format).join('\n');
}

async function tidyOwner(
  ownerId: string,
  dryRun: boolean,
  {
    config,
    store,
    model,
    signal,
  }: { config: Config; store: Store; model: DescriptorModel; signal: AbortSignal },
): Promise<TidiedOwner> {
  const shared = {
    store,
    cache: new KnownFacesCache(store, config.maxKnownFaces, config.minQuality),
    nearness: new Nearness(),
    model,
    match: matchThresholds(config.match),
    merge: mergeThresholds(config.tidy.mergeDistance),
  };
  // A running worker publishes what is written here by its next look at the outbox.
  const leave = (): Promise<void> => Promise.resolve();
  const tidy = createTidier({ ...shared, publish: leave, publishFact: leave });
  const { merges, photos } = await tidy(ownerId, { signal, dryRun });
  const proposals = await createReview(shared).proposeMerges(ownerId, MOST_PROPOSALS);
  return { ownerId, dryRun, merges, photosDecidedAgain: photos.length, proposals };
}

function format({ ownerId, dryRun, merges, photosDecidedAgain, proposals }: TidiedOwner): string {
  const lines = [
    `owner ${ownerId}: ${counted(merges.length, 'merge')}${dryRun ? ' would be made' : ''}` +
      (dryRun ? '' : `, ${counted(photosDecidedAgain, 'photo')} decided again`),
    ...merges.map(
      (one) =>
        `  ${dryRun ? 'would merge' : 'merged'} ${one.from} into ${one.into}: ${why(one)}` +
        `; nearest faces ${one.evidence.nearestFaceIds.join(' and ')}`,
    ),
    ...(proposals.length === 0 ? [] : [`  left to you (correct merge or correct distinct):`]),
    ...proposals.map((one) => `  ${one.from} and ${one.into}: ${one.reason}, ${why(one)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function why({ evidence }: MergeProposal): string {
  const { distance, limitDistance, faces, crowdDistance } = evidence;
  const crowd = crowdDistance === null ? '' : `, others at ${crowdDistance.toFixed(3)}`;
  return `${faces.join(' and ')} ${Math.max(...faces) === 1 ? 'face' : 'faces'} ${distance.toFixed(3)} apart, at most ${limitDistance.toFixed(3)}${crowd}`;
}
