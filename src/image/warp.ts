import type { Pixels } from './pixels.ts';

/**
 * A similarity transform (turn, scale, shift) from an output's pixels to a source's pixels:
 * `sourceX = a·x − b·y + tx`, `sourceY = b·x + a·y + ty`.
 */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

/** Source pixels per output pixel along one axis. */
export function similarityScale({ a, b }: Similarity): number {
  return Math.hypot(a, b);
}

/** `inner` first, then `outer`. */
export function composeSimilarities(outer: Similarity, inner: Similarity): Similarity {
  return {
    a: outer.a * inner.a - outer.b * inner.b,
    b: outer.b * inner.a + outer.a * inner.b,
    tx: outer.a * inner.tx - outer.b * inner.ty + outer.tx,
    ty: outer.b * inner.tx + outer.a * inner.ty + outer.ty,
  };
}

/** The same onto a source that is `scale` times as large. */
export function scaleSimilarity({ a, b, tx, ty }: Similarity, scale: number): Similarity {
  return { a: a * scale, b: b * scale, tx: tx * scale, ty: ty * scale };
}

/**
 * Fills a square of `sizePx` with what `transform` shows of the source, as RGB 0…255 written to
 * `target` from `offset` on. Bilinear when enlarging, averaged over the covered area when
 * shrinking; what lies outside the source is black, as in the pictures the nets were trained on.
 */
export function warpSquare(options: {
  source: Pixels;
  transform: Similarity;
  sizePx: number;
  target: Float32Array;
  offset: number;
}): void {
  const { source, transform, sizePx, target } = options;
  const { a, b, tx, ty } = transform;
  const samples = Math.max(1, Math.ceil(similarityScale(transform) - 1e-6));
  const share = 1 / (samples * samples);
  let to = options.offset;
  const sum = new Float64Array(3);
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      sum.fill(0);
      for (let j = 0; j < samples; j++) {
        const v = y + (j + 0.5) / samples;
        const u = x + 0.5 / samples;
        addSamples(source, {
          x: a * u - b * v + tx - 0.5,
          y: b * u + a * v + ty - 0.5,
          stepX: a / samples,
          stepY: b / samples,
          count: samples,
          sum,
        });
      }
      target[to++] = (sum[0] as number) * share;
      target[to++] = (sum[1] as number) * share;
      target[to++] = (sum[2] as number) * share;
    }
  }
}

/**
 * Adds points in a row, each the four pixels around it weighted by nearness; pixel centres lie at
 * whole numbers. Millions of points a photo go through here: local numbers, no calls.
 */
// eslint-disable-next-line complexity -- each choice is one edge of the picture
function addSamples(
  { data, widthPx, heightPx }: Pixels,
  row: { x: number; y: number; stepX: number; stepY: number; count: number; sum: Float64Array },
): void {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let i = 0; i < row.count; i++) {
    const x = row.x + i * row.stepX;
    const y = row.y + i * row.stepY;
    const left = Math.floor(x);
    const top = Math.floor(y);
    if (left < -1 || top < -1 || left >= widthPx || top >= heightPx) continue;
    const fx = x - left;
    const fy = y - top;
    // A pixel outside weighs nothing; what is read for it does not matter.
    const west = left < 0 ? 0 : 1 - fx;
    const east = left + 1 < widthPx ? fx : 0;
    const north = top < 0 ? 0 : 1 - fy;
    const south = top + 1 < heightPx ? fy : 0;
    const upper = (Math.max(0, top) * widthPx + Math.max(0, left)) * 3;
    const right = left < 0 || east === 0 ? 0 : 3;
    const down = top < 0 || south === 0 ? 0 : widthPx * 3;
    const nw = north * west;
    const ne = north * east;
    const sw = south * west;
    const se = south * east;
    const ur = upper + right;
    const ll = upper + down;
    const lr = ll + right;
    red +=
      nw * (data[upper] as number) +
      ne * (data[ur] as number) +
      sw * (data[ll] as number) +
      se * (data[lr] as number);
    green +=
      nw * (data[upper + 1] as number) +
      ne * (data[ur + 1] as number) +
      sw * (data[ll + 1] as number) +
      se * (data[lr + 1] as number);
    blue +=
      nw * (data[upper + 2] as number) +
      ne * (data[ur + 2] as number) +
      sw * (data[ll + 2] as number) +
      se * (data[lr + 2] as number);
  }
  row.sum[0] = (row.sum[0] as number) + red;
  row.sum[1] = (row.sum[1] as number) + green;
  row.sum[2] = (row.sum[2] as number) + blue;
}

/** Mirrors a square of RGB values left to right. */
export function mirrorSquare(options: {
  source: Float32Array;
  from: number;
  sizePx: number;
  target: Float32Array;
  to: number;
}): void {
  const { source, from, sizePx, target, to } = options;
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      const a = from + (y * sizePx + x) * 3;
      const b = to + (y * sizePx + (sizePx - 1 - x)) * 3;
      target[b] = source[a] as number;
      target[b + 1] = source[a + 1] as number;
      target[b + 2] = source[a + 2] as number;
    }
  }
}
