import type { Pixels } from '../../../src/image/pixels.ts';
import { mirrorSquare, warpSquare } from '../../../src/image/warp.ts';

function picture(widthPx: number, heightPx: number, red: (x: number, y: number) => number): Pixels {
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) data[(y * widthPx + x) * 3] = red(x, y);
  }
  return { data, widthPx, heightPx };
}

function warp(
  source: Pixels,
  transform: { a: number; b: number; tx: number; ty: number },
  sizePx: number,
): number[] {
  const target = new Float32Array(sizePx * sizePx * 3);
  warpSquare({ source, transform, sizePx, target, offset: 0 });
  return Array.from(target.filter((_, i) => i % 3 === 0));
}

test('the identity copies', () => {
  const source = picture(3, 3, (x, y) => x * 10 + y);
  expect(warp(source, { a: 1, b: 0, tx: 0, ty: 0 }, 3)).toEqual([0, 10, 20, 1, 11, 21, 2, 12, 22]);
});

test('shrinking averages all that it covers', () => {
  const source = picture(8, 8, (x, y) => ((x + y) % 2) * 200);
  expect(warp(source, { a: 4, b: 0, tx: 0, ty: 0 }, 2)).toEqual([100, 100, 100, 100]);
});

test('a quarter turn moves rows to columns', () => {
  const source = picture(2, 2, (x, y) => 1 + x + 2 * y);
  expect(warp(source, { a: 0, b: 1, tx: 2, ty: 0 }, 2)).toEqual([2, 4, 1, 3]);
});

test('outside the picture is black', () => {
  const source = picture(2, 2, () => 100);
  expect(warp(source, { a: 1, b: 0, tx: -2, ty: 0 }, 2)).toEqual([0, 0, 0, 0]);
});

test('mirroring swaps left and right and is its own inverse', () => {
  const source = Float32Array.from({ length: 12 }, (_, i) => i);
  const once = new Float32Array(12);
  mirrorSquare({ source, from: 0, sizePx: 2, target: once, to: 0 });
  expect(Array.from(once)).toEqual([3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8]);
  const twice = new Float32Array(12);
  mirrorSquare({ source: once, from: 0, sizePx: 2, target: twice, to: 0 });
  expect(twice).toEqual(source);
});
