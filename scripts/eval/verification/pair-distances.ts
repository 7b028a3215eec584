import type { PhotoSet } from '../data/labelled-photo.ts';
import { rowDistance, type DescriptorTable } from './descriptor-table.ts';
import { WorstPairs, type DistantPair } from './worst-pairs.ts';

/** Distances of the pairs of which both photos have a face, and how many have not. */
export interface PairDistances {
  /** Ascending. */
  readonly same: Float32Array;
  /** Ascending. */
  readonly different: Float32Array;
  readonly sameWithoutFace: number;
  readonly differentWithoutFace: number;
  /** Different people nearest to each other. */
  readonly falseMatches: readonly DistantPair[];
  /** Photos of one person farthest from each other. */
  readonly misses: readonly DistantPair[];
}

const MOST_WORST = 24;

class Collector {
  readonly falseMatches = new WorstPairs(MOST_WORST, 'nearest');
  readonly misses = new WorstPairs(MOST_WORST, 'farthest');
  readonly #table: DescriptorTable;
  readonly #distances = { same: new Float32Array(1024), different: new Float32Array(1024) };
  readonly #counts = { same: 0, different: 0 };
  readonly #without = { same: 0, different: 0 };

  constructor(table: DescriptorTable) {
    this.#table = table;
  }

  take(first: number, second: number, same: boolean): void {
    const kind = same ? 'same' : 'different';
    if (this.#table.present[first] !== true || this.#table.present[second] !== true) {
      this.#without[kind]++;
      return;
    }
    const distance = rowDistance(this.#table, first, second);
    this.#append(kind, distance);
    if (same) this.misses.offer(first, second, distance);
    else this.falseMatches.offer(first, second, distance);
  }

  finish(): PairDistances {
    return {
      same: this.#distances.same.slice(0, this.#counts.same).sort(),
      different: this.#distances.different.slice(0, this.#counts.different).sort(),
      sameWithoutFace: this.#without.same,
      differentWithoutFace: this.#without.different,
      falseMatches: this.falseMatches.pairs,
      misses: this.misses.pairs,
    };
  }

  #append(kind: 'same' | 'different', distance: number): void {
    const count = this.#counts[kind]++;
    let distances = this.#distances[kind];
    if (count === distances.length) {
      const larger = new Float32Array(count * 2);
      larger.set(distances);
      this.#distances[kind] = distances = larger;
    }
    distances[count] = distance;
  }
}

/** Compares the pairs of the set, or every photo with every other where it has none. */
export function comparePairs(set: PhotoSet, table: DescriptorTable): PairDistances {
  const collector = new Collector(table);
  if (set.pairs === null) compareAll(set, collector);
  else for (const { first, second, same } of set.pairs) collector.take(first, second, same);
  return collector.finish();
}

function compareAll({ photos }: PhotoSet, collector: Collector): void {
  const people = photos.map(({ person }) => person);
  for (let first = 0; first < photos.length; first++) {
    const person = people[first] ?? null;
    if (person === null) continue;
    for (let second = first + 1; second < photos.length; second++) {
      const other = people[second] ?? null;
      if (other !== null) collector.take(first, second, person === other);
    }
  }
}
