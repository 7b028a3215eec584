import { DESCRIPTOR_LENGTH } from './descriptor.ts';

/** Euclidean distance of two descriptors. */
export function distanceBetween(a: Float32Array, b: Float32Array): number {
  return distanceTo(a, 0, b);
}

/** Euclidean distance of a descriptor from the one at a place among many. */
export function distanceTo(known: Float32Array, place: number, asked: Float32Array): number {
  return Math.sqrt(squaredDistanceTo(known, place, asked));
}

/** The square of it, which compares as well and costs no root. */
export function squaredDistanceTo(known: Float32Array, place: number, asked: Float32Array): number {
  const start = place * DESCRIPTOR_LENGTH;
  let squared = 0;
  for (let i = 0; i < DESCRIPTOR_LENGTH; i++) {
    const difference = (known[start + i] as number) - (asked[i] as number);
    squared += difference * difference;
  }
  return squared;
}
