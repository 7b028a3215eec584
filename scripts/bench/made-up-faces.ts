/** Spread within a person that puts two of its faces some 0.3 apart, as real ones are. */
const SPREAD = 0.037;

/** Another face of the same person. */
export function nearby(face: Float32Array, random: () => number): Float32Array {
  return unit(face.map((value) => value + random() * (SPREAD / Math.SQRT2)));
}

/** The vector at length one. */
export function unit(values: Float32Array): Float32Array {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/** Reproducible normal numbers: a linear congruential generator, then Box and Muller's transform. */
export function gaussian(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
