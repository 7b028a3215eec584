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
  const samples = Math.max(1, Math.ceil(similarityScale(transform) - 1e-6));
  const share = 1 / (samples * samples);
  const rgb = new Float64Array(3);
  let to = options.offset;
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      rgb.fill(0);
      for (let j = 0; j < samples; j++) {
        const v = y + (j + 0.5) / samples;
        for (let i = 0; i < samples; i++) {
          const u = x + (i + 0.5) / samples;
          addBilinear(
            source,
            {
              x: transform.a * u - transform.b * v + transform.tx - 0.5,
              y: transform.b * u + transform.a * v + transform.ty - 0.5,
            },
            rgb,
          );
        }
      }
      target[to++] = (rgb[0] as number) * share;
      target[to++] = (rgb[1] as number) * share;
      target[to++] = (rgb[2] as number) * share;
    }
  }
}

/** Adds the four pixels around a point, weighted by nearness; pixel centres lie at whole numbers. */
function addBilinear(source: Pixels, at: { x: number; y: number }, rgb: Float64Array): void {
  const left = Math.floor(at.x);
  const top = Math.floor(at.y);
  const fx = at.x - left;
  const fy = at.y - top;
  addPixel(source, left, top, { weight: (1 - fx) * (1 - fy), rgb });
  addPixel(source, left + 1, top, { weight: fx * (1 - fy), rgb });
  addPixel(source, left, top + 1, { weight: (1 - fx) * fy, rgb });
  addPixel(source, left + 1, top + 1, { weight: fx * fy, rgb });
}

function addPixel(
  source: Pixels,
  x: number,
  y: number,
  into: { weight: number; rgb: Float64Array },
): void {
  if (x < 0 || y < 0 || x >= source.widthPx || y >= source.heightPx) return;
  const from = (y * source.widthPx + x) * 3;
  const { weight, rgb } = into;
  rgb[0] = (rgb[0] as number) + (source.data[from] as number) * weight;
  rgb[1] = (rgb[1] as number) + (source.data[from + 1] as number) * weight;
  rgb[2] = (rgb[2] as number) + (source.data[from + 2] as number) * weight;
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
