import type { SeenFace, SeenPhoto } from '../../src/descriptors/seen-photo.ts';
import { unitDescriptor } from './records.ts';

/** A unit vector `distance` away from `from`, in a direction that `seed` chooses. */
export function descriptorAt(from: Float32Array, distance: number, seed: number): Float32Array {
  const random = unitDescriptor(seed);
  const along = random.reduce((sum, value, i) => sum + value * (from[i] as number), 0);
  const across = random.map((value, i) => value - along * (from[i] as number));
  const length = Math.hypot(...across);
  const angle = 2 * Math.asin(distance / 2);
  return from.map(
    (value, i) => value * Math.cos(angle) + ((across[i] as number) / length) * Math.sin(angle),
  );
}

/** A good face at the `column`-th place of a photo. */
export function seenFace(descriptor: Float32Array | null, column = 0): SeenFace {
  return {
    box: { x: 20 + column * 200, y: 30, width: 100, height: 120 },
    score: 0.98,
    landmarks: [],
    quality: { value: 0.9, reasons: [] },
    descriptor,
    descriptorRefusal: descriptor === null ? 'zero' : null,
  };
}

/** The same face, too blurred to found a person or to vote. */
export function blurred(face: SeenFace): SeenFace {
  return { ...face, quality: { value: 0.2, reasons: ['blurred'] } };
}

/** What vision saw on a photo with these faces. */
export function seenPhoto(faces: readonly SeenFace[], checksum = 'c1'): SeenPhoto {
  return {
    image: { width: 1440, height: 1080 },
    checksum,
    faces,
    model: { pack: 'face-api', descriptorRevision: 1, engine: 'wasm', detector: 'ssd' },
    timings: { detectMillis: 1 },
  };
}
