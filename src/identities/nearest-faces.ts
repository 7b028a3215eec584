import { createRequire } from 'node:module';

import type * as usearch from 'usearch';

import { DESCRIPTOR_LENGTH } from '../descriptors/descriptor.ts';

/** A known descriptor near the one asked for; `place` counts descriptors, not floats. */
export interface Neighbour {
  readonly place: number;
  readonly distance: number;
}

type ExactSearch = typeof usearch.exactSearch;

const requireNative = createRequire(__filename);

/** Neighbours asked for at first; photos of one person rarely lie nearer together in their hundreds. */
const FIRST_COUNT = 64;
/** Its sums are rounded differently from ours; who is a little too far is measured again here. */
const ROUNDING = 1e-4;

/**
 * All known descriptors within `maxDistance` (Euclidean) of the one asked for, nearest first. Exact:
 * each is measured, by usearch's SIMD code (2.8 ms among 100,000) or, where that does not load, by
 * plain JavaScript (14 ms). `known` holds one descriptor after another.
 */
export function nearestWithin(
  known: Float32Array,
  asked: Float32Array,
  maxDistance: number,
  search: ExactSearch | null = nativeSearch(),
): Neighbour[] {
  const near: Neighbour[] = [];
  const consider = (place: number): void => {
    const distance = distanceTo(known, place, asked);
    if (distance <= maxDistance) near.push({ place, distance });
  };
  if (search !== null) candidates(known, asked, { maxDistance, search }).forEach(consider);
  else for (let place = 0; place * DESCRIPTOR_LENGTH < known.length; place++) consider(place);
  return near.sort((a, b) => a.distance - b.distance || a.place - b.place);
}

/** Places that may lie within `maxDistance`: more and more are asked for until one lies beyond. */
function candidates(
  known: Float32Array,
  asked: Float32Array,
  { maxDistance, search }: { maxDistance: number; search: ExactSearch },
): number[] {
  const total = known.length / DESCRIPTOR_LENGTH;
  if (total === 0) return [];
  const { MetricKind } = requireNative('usearch') as typeof usearch;
  for (let count = Math.min(total, FIRST_COUNT); ; count = Math.min(total, count * 4)) {
    const found = search(from(known), from(asked), DESCRIPTOR_LENGTH, count, MetricKind.L2sq, 1);
    const farthest = Math.sqrt(Math.max(...found.distances.slice(-1)));
    if (count === total || farthest > maxDistance + ROUNDING) return Array.from(found.keys, Number);
  }
}

/** usearch 2.25 reads a view from the beginning of its buffer, wherever the view begins. */
function from(values: Float32Array): Float32Array {
  return values.byteOffset === 0 ? values : values.slice();
}

/** Euclidean distance of two descriptors. */
export function distanceBetween(a: Float32Array, b: Float32Array): number {
  return distanceTo(a, 0, b);
}

/** Euclidean distance of a descriptor from the one at a place among many. */
export function distanceTo(known: Float32Array, place: number, asked: Float32Array): number {
  const start = place * DESCRIPTOR_LENGTH;
  let squared = 0;
  for (let i = 0; i < DESCRIPTOR_LENGTH; i++) {
    const difference = (known[start + i] as number) - (asked[i] as number);
    squared += difference * difference;
  }
  return Math.sqrt(squared);
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
