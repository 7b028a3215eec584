import type { LabelledPhoto } from '../data/labelled-photo.ts';
import type { LibraryRun } from './identify.ts';
import type { PrecisionRecall } from './clusters.ts';

/** What `--json` says of a set's identification: means over the orders of arrival. */
export interface Identification {
  readonly seeds: readonly number[];
  readonly photos: number;
  readonly people: number;
  readonly bcubed: PrecisionRecall;
  /** Least and greatest of the orders. */
  readonly bcubedRange: readonly [number, number];
  readonly pairwise: PrecisionRecall;
  readonly peopleFounded: number;
  readonly peopleSplit: number;
  readonly fragmentsPerPerson: number;
  readonly foundedMixed: number;
  readonly peoplePerFounded: number;
  readonly shareRightAtOnce: number;
  readonly shareSplitAtOnce: number;
  readonly shareMixedAtOnce: number;
  readonly shareLeftUnknown: number;
  readonly shareWithoutFace: number;
  readonly strangers: { readonly photos: number; readonly shareMixed: number | null };
}

export function summarise(
  runs: readonly LibraryRun[],
  photos: readonly LabelledPhoto[],
): Identification {
  const mean = (pick: (run: LibraryRun) => number): number =>
    runs.reduce((sum, run) => sum + pick(run), 0) / Math.max(1, runs.length);
  const meanRates = (pick: (run: LibraryRun) => PrecisionRecall): PrecisionRecall => ({
    precision: mean((run) => pick(run).precision),
    recall: mean((run) => pick(run).recall),
    f: mean((run) => pick(run).f),
  });
  const labelled = photos.filter(({ person }) => person !== null);
  const fs = runs.map(({ grouping }) => grouping.bcubed.f);
  const strangers = mean((run) => run.strangers.photos);
  return {
    seeds: runs.map(({ seed }) => seed),
    photos: labelled.length,
    people: new Set(labelled.map(({ person }) => person)).size,
    bcubed: meanRates(({ grouping }) => grouping.bcubed),
    bcubedRange: [Math.min(...fs), Math.max(...fs)],
    pairwise: meanRates(({ grouping }) => grouping.pairwise),
    peopleFounded: mean(({ grouping }) => grouping.fragments.founded),
    peopleSplit: mean(({ grouping }) => grouping.fragments.split),
    fragmentsPerPerson: mean(({ grouping }) => grouping.fragments.fragmentsPerPerson),
    foundedMixed: mean(({ grouping }) => grouping.fragments.mixed),
    peoplePerFounded: mean(({ grouping }) => grouping.fragments.peoplePerFounded),
    shareRightAtOnce: mean(({ atOnce }) => atOnce.right),
    shareSplitAtOnce: mean(({ atOnce }) => atOnce.split),
    shareMixedAtOnce: mean(({ atOnce }) => atOnce.mixed),
    shareLeftUnknown: mean(({ atOnce }) => atOnce.unknown),
    shareWithoutFace: mean(({ atOnce }) => atOnce['no-face']),
    strangers: {
      photos: strangers,
      shareMixed:
        strangers === 0 ? null : mean((run) => run.strangers.mixed / run.strangers.photos),
    },
  };
}
