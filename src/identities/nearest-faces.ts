import { createRequire } from 'node:module';

import type * as usearch from 'usearch';

import { DESCRIPTOR_LENGTH } from '../descriptors/descriptor.ts';
import { distanceTo, squaredDistanceTo } from '../descriptors/distance.ts';

/** A known descriptor near the one asked for; `place` counts descriptors, not floats. */
export interface Neighbour {
  readonly place: number;
  readonly distance: number;
}

type ExactSearch = typeof usearch.exactSearch;

const requireNative = createRequire(__filename);

/** Its sums are rounded differently from ours; what lies so near to an edge is measured again here. */
const ROUNDING = 1e-4;

/**
 * How far one descriptor is from every known one. Exact and the same everywhere: usearch's SIMD code
 * measures (6 ms among 100,000, 40 among a million) or, where that does not load, plain JavaScript
 * (five times that), and what counts is measured again in one way.
 */
export class Distances {
  readonly #known: Float32Array;
  readonly #asked: Float32Array;
  /** Squared, as the search rounds them. */
  readonly #rough: Float32Array;

  /** `known` holds one descriptor after another. */
  constructor(known: Float32Array, asked: Float32Array, search = nativeSearch()) {
    this.#known = known;
    this.#asked = asked;
    this.#rough = search === null ? measureAll(known, asked) : searchAll(known, asked, search);
  }

  /** Places of the descriptors within `maxDistance` (Euclidean), in their order. */
  placesWithin(maxDistance: number): number[] {
    const surely = Math.max(0, maxDistance - ROUNDING) ** 2;
    const perhaps = (maxDistance + ROUNDING) ** 2;
    const places: number[] = [];
    const rough = this.#rough;
    for (let place = 0; place < rough.length; place++) {
      const squared = rough[place] as number;
      if (squared > perhaps) continue;
      if (squared < surely || this.at(place) <= maxDistance) places.push(place);
    }
    return places;
  }

  /** The nearest few of these places, nearest first. */
  nearest(places: Iterable<number>, count: number): Neighbour[] {
    const edge = (Math.sqrt(this.#smallest(places, count)) + ROUNDING) ** 2;
    const near: Neighbour[] = [];
    for (const place of places) {
      if ((this.#rough[place] as number) <= edge) near.push({ place, distance: this.at(place) });
    }
    return near.sort(byDistance).slice(0, count);
  }

  at(place: number): number {
    return distanceTo(this.#known, place, this.#asked);
  }

  /** The `count`-th smallest square of these places; infinite when there are fewer. */
  #smallest(places: Iterable<number>, count: number): number {
    const smallest = new Array<number>(count).fill(Infinity);
    for (const place of places) {
      const squared = this.#rough[place] as number;
      if (squared >= (smallest[count - 1] as number)) continue;
      smallest[count - 1] = squared;
      smallest.sort((a, b) => a - b);
    }
    return smallest[count - 1] as number;
  }
}

/** All known descriptors within `maxDistance` (Euclidean) of the one asked for, nearest first. */
export function nearestWithin(
  known: Float32Array,
  asked: Float32Array,
  maxDistance: number,
  search: ExactSearch | null = nativeSearch(),
): Neighbour[] {
  const distances = new Distances(known, asked, search);
  return distances
    .placesWithin(maxDistance)
    .map((place) => ({ place, distance: distances.at(place) }))
    .sort(byDistance);
}

function byDistance(a: Neighbour, b: Neighbour): number {
  return a.distance - b.distance || a.place - b.place;
}

/**
 * Asks the other way round: for each known descriptor, the nearest of a data set that is the one
 * asked for. So the answer holds every distance, and none must be ranked.
 */
function searchAll(known: Float32Array, asked: Float32Array, search: ExactSearch): Float32Array {
  if (known.length === 0) return new Float32Array();
  const { MetricKind } = requireNative('usearch') as typeof usearch;
  return search(from(asked), from(known), DESCRIPTOR_LENGTH, 1, MetricKind.L2sq, 1).distances;
}

function measureAll(known: Float32Array, asked: Float32Array): Float32Array {
  const all = new Float32Array(known.length / DESCRIPTOR_LENGTH);
  return all.map((_, place) => squaredDistanceTo(known, place, asked));
}

/** usearch 2.25 reads a view from the beginning of its buffer, wherever the view begins. */
function from(values: Float32Array): Float32Array {
  return values.byteOffset === 0 ? values : values.slice();
}

let loaded: ExactSearch | null | undefined;

function nativeSearch(): ExactSearch | null {
  if (loaded !== undefined) return loaded;
  try {
    loaded = (requireNative('usearch') as typeof usearch).exactSearch;
  } catch {
    loaded = null;
  }
  return loaded;
}
