import type { TruthPhoto } from '../data/read-ground-truth.ts';
import type { PhotoSet } from '../data/labelled-photo.ts';
import type { LibraryRun } from './identify.ts';

/** How one labelled person of an album came out. */
export interface AlbumPerson {
  readonly person: string;
  readonly photos: number;
  /** Photos in the founded person that holds most of them. */
  readonly together: number;
  /** Founded persons that hold photos of this one. */
  readonly fragments: number;
  readonly leftUnknown: number;
  /** Other labelled people in the same founded persons. */
  readonly mixedWith: readonly string[];
}

export interface AlbumPeople {
  readonly people: readonly AlbumPerson[];
  /** People all of whose photos are together. */
  readonly together: number;
  /** People who share a founded person with another. */
  readonly mixed: number;
}

/** The album as one library: all its photos, those without a label too. */
export function albumSet(truths: readonly TruthPhoto[]): PhotoSet {
  return {
    name: 'album',
    photos: truths.map(({ path, person }) => ({ path, person })),
    pairs: null,
    folds: 0,
    labelledFace: 'largest',
  };
}

/** Says for each labelled person whether its photos are together and nobody else's among them. */
export function albumPeople(set: PhotoSet, run: LibraryRun): AlbumPeople {
  const placesOf = new Map<string, number[]>();
  const labelsOf = new Map<string, Set<string>>();
  for (const [place, { person }] of set.photos.entries()) {
    if (person === null) continue;
    placesOf.set(person, [...(placesOf.get(person) ?? []), place]);
    const cluster = run.people[place] ?? null;
    if (cluster !== null) {
      labelsOf.set(cluster, (labelsOf.get(cluster) ?? new Set()).add(person));
    }
  }
  const people = [...placesOf].map(([person, places]): AlbumPerson => {
    const clusters = places.flatMap((place) => run.people[place] ?? []);
    const counts = new Map<string, number>();
    for (const cluster of clusters) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
    const others = [...counts.keys()].flatMap((cluster) => [...(labelsOf.get(cluster) ?? [])]);
    return {
      person,
      photos: places.length,
      together: Math.max(0, ...counts.values()),
      fragments: counts.size,
      leftUnknown: places.length - clusters.length,
      mixedWith: [...new Set(others)].filter((other) => other !== person).sort(),
    };
  });
  return {
    people,
    together: people.filter(({ photos, together }) => photos === together).length,
    mixed: people.filter(({ mixedWith }) => mixedWith.length > 0).length,
  };
}
