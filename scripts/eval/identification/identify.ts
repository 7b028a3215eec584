import type { Store } from '../../../src/store/store.ts';
import type { LabelledPhoto, PhotoSet } from '../data/labelled-photo.ts';
import type { Looks } from '../look/looked-photo.ts';
import {
  bcubed,
  fragments,
  pairwise,
  type Fragments,
  type Placed,
  type PrecisionRecall,
} from './clusters.ts';
import { fillLibrary, type PeopleOfPhotos } from './fill-library.ts';
import type { IdentityRules } from './open-library.ts';
import { judgeArrivals, type JudgedArrival, type Judgement } from './judge-arrivals.ts';

/** Figures of a library that came to be by itself. */
export interface Grouping {
  readonly bcubed: PrecisionRecall;
  readonly pairwise: PrecisionRecall;
  readonly fragments: Fragments;
}

/** One order of arrival. */
export interface LibraryRun {
  readonly seed: number;
  readonly grouping: Grouping;
  /** The same after the worker's maintenance. */
  readonly afterMaintenance: Grouping;
  /** Shares of the labelled photos. */
  readonly atOnce: Readonly<Record<Judgement, number>>;
  /** Of people with one photo. */
  readonly strangers: StrangersAtOnce;
  readonly judged: readonly JudgedArrival[];
  /** Whose the labelled face of each photo is in the end, by the photo's place. */
  readonly people: PeopleOfPhotos;
}

export interface StrangersAtOnce {
  readonly photos: number;
  /** Taken for somebody else when they came. */
  readonly mixed: number;
}

/** Fills a library for each seed and measures what came of it. */
export async function identify(options: {
  readonly set: PhotoSet;
  readonly looks: Looks;
  readonly store: Store;
  readonly rules: IdentityRules;
  readonly seeds: readonly number[];
  readonly signal: AbortSignal;
  readonly onPhoto: () => void;
}): Promise<LibraryRun[]> {
  const runs: LibraryRun[] = [];
  const { photos } = options.set;
  for (const seed of options.seeds) {
    const library = await fillLibrary({ ...options, seed });
    const judged = judgeArrivals(library.arrivals, photos);
    const { people, afterMaintenance } = library;
    runs.push({
      seed,
      grouping: measureGrouping(photos, people),
      afterMaintenance: measureGrouping(photos, afterMaintenance),
      atOnce: sharesOf(judged),
      strangers: countStrangers(judged, photos),
      judged,
      people: afterMaintenance,
    });
  }
  return runs;
}

function measureGrouping(photos: readonly LabelledPhoto[], people: PeopleOfPhotos): Grouping {
  const placed = photos.flatMap(({ person }, place): Placed[] =>
    person === null ? [] : [{ label: person, cluster: people[place] ?? null }],
  );
  return { bcubed: bcubed(placed), pairwise: pairwise(placed), fragments: fragments(placed) };
}

function sharesOf(judged: readonly JudgedArrival[]): Record<Judgement, number> {
  const shares = { right: 0, split: 0, mixed: 0, unknown: 0, 'no-face': 0 };
  for (const { judgement } of judged) shares[judgement] += 1 / judged.length;
  return shares;
}

function countStrangers(
  judged: readonly JudgedArrival[],
  photos: readonly LabelledPhoto[],
): StrangersAtOnce {
  const photosOf = new Map<string | null, number>();
  for (const { person } of photos) photosOf.set(person, (photosOf.get(person) ?? 0) + 1);
  const alone = judged.filter(({ photo }) => photosOf.get(photos[photo]?.person ?? null) === 1);
  return {
    photos: alone.length,
    mixed: alone.filter(({ judgement }) => judgement === 'mixed').length,
  };
}
