import { decodeDetections } from '../../../src/faces/decode-detections.ts';
import { suppressNonMaxima } from '../../../src/faces/non-maximum-suppression.ts';

test('SSD boxes are cut at the canvas, weak and empty ones dropped', () => {
  const detections = decodeDetections({
    detector: 'ssd',
    sizePx: 100,
    minScore: 0.5,
    outputs: [
      {
        data: Float32Array.from([
          0.1, 0.2, 0.5, 0.6, -0.2, 0.5, 0.5, 1.4, 0, 0, 1, 1, 1.2, 0, 1.5, 1,
        ]),
        shape: [4, 4],
      },
      { data: Float32Array.from([0.9, 0.8, 0.49, 0.99]), shape: [4] },
    ],
  });
  expect(detections).toHaveLength(2);
  const [whole, cut] = detections.map(({ box }) => box);
  expect(whole?.x).toBeCloseTo(20, 3);
  expect(whole?.y).toBeCloseTo(10, 3);
  expect(whole?.width).toBeCloseTo(40, 3);
  expect(whole?.height).toBeCloseTo(40, 3);
  expect(cut).toEqual({ x: 50, y: 0, width: 50, height: 50 });
});

test('TinyFaceDetector cells decode around their anchor', () => {
  const cells = 2;
  const data = new Float32Array(cells * cells * 25).fill(-20);
  const anchor = 2;
  const cell = 3; // right bottom
  data.set([0, 0, 0, Math.log(2), 3], (cell * 5 + anchor) * 5);
  const [detection, ...rest] = decodeDetections({
    detector: 'tiny',
    sizePx: 64,
    minScore: 0.5,
    outputs: [{ data, shape: [1, cells, cells, 25] }],
  });
  expect(rest).toEqual([]);
  expect(detection?.score).toBeCloseTo(0.9526, 3);
  const { box } = detection ?? { box: { x: 0, y: 0, width: 0, height: 0 } };
  expect(box.width).toBeCloseTo(2.882459 * 32, 2);
  expect(box.height).toBeCloseTo(3.518061 * 2 * 32, 2);
  expect(box.x + box.width / 2).toBeCloseTo(48, 3);
  expect(box.y + box.height / 2).toBeCloseTo(48, 3);
});

test('tensors of the wrong shape are refused', () => {
  const tensor = { data: new Float32Array(7), shape: [7] };
  for (const detector of ['ssd', 'tiny'] as const) {
    expect(() =>
      decodeDetections({ detector, sizePx: 64, minScore: 0.5, outputs: [tensor] }),
    ).toThrow(TypeError);
  }
});

test('of overlapping boxes the best-scored stays', () => {
  const at = (
    x: number,
    score: number,
  ): { box: { x: number; y: number; width: number; height: number }; score: number } => ({
    box: { x, y: 0, width: 10, height: 10 },
    score,
  });
  const kept = suppressNonMaxima([at(0, 0.6), at(2, 0.9), at(30, 0.7)], 0.5);
  expect(kept.map(({ score }) => score)).toEqual([0.9, 0.7]);
});
