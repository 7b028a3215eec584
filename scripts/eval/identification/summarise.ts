import type { LabelledPhoto } from '../data/labelled-photo.ts';
import type { Grouping, LibraryRun } from './identify.ts';
import type { PrecisionRecall } from './clusters.ts';

/** How the library is grouped in the end: means over the orders of arrival. */
export interface GroupingFigures {
  readonly bcubed: PrecisionRecall;
  /** Least and greatest of the orders. */
  readonly bcubedRange: readonly [number, number];
  readonly pairwise: PrecisionRecall;
  readonly peopleFounded: number;
  readonly peopleSplit: number;
  readonly fragmentsPerPerson: number;
  readonly foundedMixed: number;
  readonly peoplePerFounded: number;
}

/** What `--json` says of a set's identification; the grouping is that after maintenance. */
export interface Identification extends GroupingFigures {
  readonly seeds: readonly number[];
  readonly photos: number;
  readonly people: number;
  readonly shareRightAtOnce: number;
  readonly shareSplitAtOnce: number;
  readonly shareMixedAtOnce: number;
  readonly shareLeftUnknown: number;
  readonly shareWithoutFace: number;
  readonly beforeMaintenance: GroupingFigures;
  readonly strangers: { readonly photos: number; readonly shareMixed: number | null };
}

export function summarise(
  runs: readonly LibraryRun[],
  photos: readonly LabelledPhoto[],
): Identification {
  const meanOf = (pick: (run: LibraryRun) => number): number => mean(runs.map(pick));
  const labelled = photos.filter(({ person }) => person !== null);
  const strangers = runs.flatMap((run) =>
    run.strangers.photos === 0 ? [] : [run.strangers.mixed / run.strangers.photos],
  );
  return {
    seeds: runs.map(({ seed }) => seed),
    photos: labelled.length,
    people: new Set(labelled.map(({ person }) => person)).size,
    ...groupingFigures(runs.map(({ afterMaintenance }) => afterMaintenance)),
    beforeMaintenance: groupingFigures(runs.map(({ grouping }) => grouping)),
    shareRightAtOnce: meanOf(({ atOnce }) => atOnce.right),
    shareSplitAtOnce: meanOf(({ atOnce }) => atOnce.split),
    shareMixedAtOnce: meanOf(({ atOnce }) => atOnce.mixed),
    shareLeftUnknown: meanOf(({ atOnce }) => atOnce.unknown),
    shareWithoutFace: meanOf(({ atOnce }) => atOnce['no-face']),
    strangers: {
      photos: runs[0]?.strangers.photos ?? 0,
      shareMixed: strangers.length === 0 ? null : mean(strangers),
    },
  };
}

function groupingFigures(groupings: readonly Grouping[]): GroupingFigures {
  const meanOf = (pick: (grouping: Grouping) => number): number => mean(groupings.map(pick));
  const rates = (pick: (grouping: Grouping) => PrecisionRecall): PrecisionRecall => ({
    precision: meanOf((grouping) => pick(grouping).precision),
    recall: meanOf((grouping) => pick(grouping).recall),
    f: meanOf((grouping) => pick(grouping).f),
  });
  const fs = groupings.map(({ bcubed }) => bcubed.f);
  return {
    bcubed: rates(({ bcubed }) => bcubed),
    bcubedRange: [Math.min(...fs), Math.max(...fs)],
    pairwise: rates(({ pairwise }) => pairwise),
    peopleFounded: meanOf(({ fragments }) => fragments.founded),
    peopleSplit: meanOf(({ fragments }) => fragments.split),
    fragmentsPerPerson: meanOf(({ fragments }) => fragments.fragmentsPerPerson),
    foundedMixed: meanOf(({ fragments }) => fragments.mixed),
    peoplePerFounded: meanOf(({ fragments }) => fragments.peoplePerFounded),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
