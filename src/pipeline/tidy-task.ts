import type { DescriptorModel } from '../descriptors/descriptor.ts';
import type { Fact } from '../identities/journal/fact.ts';
import type { KnownFaces } from '../identities/known-faces.ts';
import type { MatchThresholds, MergeThresholds } from '../identities/thresholds.ts';
import { throwIfStopped } from '../identities/tidy/throw-if-stopped.ts';
import type { KnownFacesCache } from './known-faces-cache.ts';
import type { Nearness } from './nearness.ts';
import type { JournalStore, PhotoStore, PublishResult } from './ports.ts';

export interface TidyPorts {
  readonly store: PhotoStore & Pick<JournalStore, 'commitFact'>;
  /** Shared with nobody where nothing is to be written: merges are then made in memory alone. */
  readonly cache: KnownFacesCache;
  readonly nearness: Nearness;
  readonly model: DescriptorModel;
  readonly match: MatchThresholds;
  readonly merge: MergeThresholds;
  /** As of the photo processor. */
  readonly publish: PublishResult;
  /** Must not reject. */
  readonly publishFact: (fact: Fact) => Promise<void>;
  readonly newId?: () => string;
}

export interface TidyOptions {
  /** Ends the run between two writes, and while people are measured. */
  readonly signal: AbortSignal;
  /** Only finds out what would be merged; faces that are nobody's are left alone. */
  readonly dryRun?: boolean;
}

/** One run for one owner. */
export interface TidyTask extends TidyPorts, TidyOptions {
  readonly ownerId: string;
}

/** The owner's known faces with everything that was committed; JOB_ABORTED when the run is to end. */
export function currentKnown(task: TidyTask): Promise<KnownFaces> {
  throwIfStopped(task.signal);
  return task.cache.current(task.ownerId, task.model);
}
