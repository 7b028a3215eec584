import type { PhotoSet } from '../data/labelled-photo.ts';
import { identify, type LibraryRun } from '../identification/identify.ts';
import type { IdentityRules } from '../identification/open-library.ts';
import { summarise } from '../identification/summarise.ts';
import type { Looks } from '../look/looked-photo.ts';
import { tabulate } from '../verification/descriptor-table.ts';
import { countBelow } from '../verification/error-rates.ts';
import { comparePairs, type PairDistances } from '../verification/pair-distances.ts';
import type { Store } from '../../../src/store/store.ts';

/** What a threshold costs and brings on one set of photos. */
export interface ThresholdFigures {
  /** Of pairs of two people the share that lies within the threshold, all photos with all. */
  readonly wrongPairs: number;
  /** Of pairs of one person the share that lies beyond it. */
  readonly missedPairs: number;
  readonly bcubedF: number;
  /** Of arriving photos: taken for somebody else; founding a second person; left unknown. */
  readonly wrongJoins: number;
  readonly splits: number;
  readonly unknown: number;
}

/** One threshold on every set, by the set's name. */
export interface SweptThreshold {
  readonly distance: number;
  readonly margin: number;
  readonly sets: Readonly<Record<string, ThresholdFigures>>;
  /** Mean BCubed F of the sets. */
  readonly meanF: number;
}

/** Fills a library of each set at each threshold and counts what goes wrong. */
export async function sweep(options: {
  readonly sets: readonly PhotoSet[];
  readonly looks: Looks;
  readonly store: Store;
  readonly rules: IdentityRules;
  readonly thresholds: readonly { readonly distance: number; readonly margin: number }[];
  readonly seeds: readonly number[];
  readonly signal: AbortSignal;
  readonly onLibrary: () => void;
}): Promise<SweptThreshold[]> {
  const pairs = new Map(
    options.sets.map((set) => [
      set.name,
      comparePairs(allPairs(set), tabulate(set, options.looks)),
    ]),
  );
  const swept: SweptThreshold[] = [];
  for (const match of options.thresholds) {
    const sets: Record<string, ThresholdFigures> = {};
    for (const set of options.sets) {
      const runs = await identify({
        ...options,
        set,
        rules: { ...options.rules, match },
        onPhoto: () => undefined,
      });
      const distances = pairs.get(set.name) as PairDistances;
      sets[set.name] = figuresOf({ set, runs, distances, distance: match.distance });
      options.onLibrary();
    }
    const all = Object.values(sets);
    const meanF = all.reduce((sum, { bcubedF }) => sum + bcubedF, 0) / all.length;
    swept.push({ ...match, sets, meanF });
  }
  return swept;
}

function allPairs(set: PhotoSet): PhotoSet {
  return { ...set, pairs: null, folds: 0 };
}

function figuresOf(measured: {
  set: PhotoSet;
  runs: readonly LibraryRun[];
  distances: PairDistances;
  distance: number;
}): ThresholdFigures {
  const { same, different } = measured.distances;
  const found = summarise(measured.runs, measured.set.photos);
  return {
    wrongPairs: countBelow(different, measured.distance) / Math.max(1, different.length),
    missedPairs: 1 - countBelow(same, measured.distance) / Math.max(1, same.length),
    bcubedF: found.bcubed.f,
    wrongJoins: found.shareMixedAtOnce,
    splits: found.shareSplitAtOnce,
    unknown: found.shareLeftUnknown,
  };
}
