import { gridShape, tilesInSight } from '../../../src/pages/parts/grid-window.ts';

const shape = gridShape({
  count: 20_000,
  widthPx: 1000,
  leastWidthPx: 150,
  gapPx: 10,
  labelHeightPx: 40,
});

test('tiles fill the width, and rows the height', () => {
  expect(shape.columns).toBe(6);
  expect(shape.tileWidthPx * 6 + 50).toBeCloseTo(1000);
  expect(shape.heightPx).toBeCloseTo(Math.ceil(20_000 / 6) * shape.stepYPx - 10);
});

test('a narrow window gets one column', () => {
  const narrow = gridShape({
    count: 3,
    widthPx: 80,
    leastWidthPx: 150,
    gapPx: 10,
    labelHeightPx: 0,
  });
  expect(narrow).toMatchObject({ columns: 1, tileWidthPx: 80 });
});

test('only rows near the window are there, whole rows, at both ends as well', () => {
  const at = (topPx: number): { from: number; to: number } =>
    tilesInSight(shape, { topPx, heightPx: 800 }, 20_000);
  expect(at(0)).toEqual({ from: 0, to: 42 });
  const middle = at(shape.heightPx / 2);
  expect(middle.from % 6).toBe(0);
  expect(middle.to - middle.from).toBeLessThan(80);
  expect(at(shape.heightPx - 800).to).toBe(20_000);
  expect(tilesInSight(shape, { topPx: 0, heightPx: 800 }, 0)).toEqual({ from: 0, to: 0 });
});
