import { decodeDetections } from '../../../src/faces/decode-detections.ts';
import { suppressNonMaxima } from '../../../src/faces/non-maximum-suppression.ts';
import type { Tensor } from '../../../src/nets/net.ts';

/** The SSD's outputs on a canvas of some anchors, all of no score but those given. */
function ssdOutputs(
  anchors: number,
  faces: readonly {
    anchor: number;
    score: number;
    box: readonly [number, number, number, number];
  }[],
): Tensor[] {
  const boxes = new Float32Array(anchors * 4);
  const scores = new Float32Array(anchors);
  for (const { anchor, score, box } of faces) {
    boxes.set(box, anchor * 4);
    scores[anchor] = score;
  }
  return [
    { data: boxes, shape: [anchors, 4] },
    { data: scores, shape: [anchors] },
  ];
}

test('SSD boxes are cut at the canvas, weak and empty ones dropped', () => {
  const detections = decodeDetections({
    detector: 'ssd',
    canvas: { widthPx: 512, heightPx: 512 },
    minScore: 0.5,
    outputs: ssdOutputs(5118, [
      { anchor: 0, score: 0.9, box: [0.125, 0.25, 0.5, 0.75] },
      { anchor: 1, score: 0.8, box: [-0.25, 0.5, 0.5, 1.5] },
      { anchor: 2, score: 0.49, box: [0, 0, 1, 1] },
      { anchor: 5117, score: 0.99, box: [1.25, 0, 1.5, 1] },
    ]),
  });
  expect(detections.map(({ box }) => box)).toEqual([
    { x: 128, y: 64, width: 256, height: 192 },
    { x: 256, y: 0, width: 256, height: 256 },
  ]);
});

test('on a part of the SSD canvas the coarse levels are moved to where they look', () => {
  // 512×384: 32×24 cells of 3 anchors, then 16×12, 8×6, 4×3, 2×2 and 1×1 of 6.
  const anchors = [768 * 3, 192 * 6, 48 * 6, 12 * 6, 4 * 6, 6];
  const total = anchors.reduce((sum, count) => sum + count);
  const box = [0.5, 0.25, 0.75, 0.5] as const;
  const [fine, coarse, ...rest] = decodeDetections({
    detector: 'ssd',
    canvas: { widthPx: 512, heightPx: 384 },
    minScore: 0.5,
    outputs: ssdOutputs(total, [
      { anchor: total - 31, score: 0.9, box }, // the last of 4×3
      { anchor: total - 30, score: 0.9, box }, // the first of 2×2, one of the 3 rows too far down
    ]),
  });
  expect(rest).toEqual([]);
  expect(fine?.box).toEqual({ x: 128, y: 256, width: 128, height: 128 });
  expect(coarse?.box).toEqual({ x: 128, y: 128, width: 128, height: 128 });
});

test('TinyFaceDetector cells decode around their anchor', () => {
  const data = new Float32Array(2 * 3 * 25).fill(-20);
  const anchor = 2;
  const cell = 5; // right bottom of two rows and three columns
  data.set([0, 0, 0, Math.log(2), 3], (cell * 5 + anchor) * 5);
  const [detection, ...rest] = decodeDetections({
    detector: 'tiny',
    canvas: { widthPx: 96, heightPx: 64 },
    minScore: 0.5,
    outputs: [{ data, shape: [1, 2, 3, 25] }],
  });
  expect(rest).toEqual([]);
  expect(detection?.score).toBeCloseTo(0.9526, 3);
  const { box } = detection ?? { box: { x: 0, y: 0, width: 0, height: 0 } };
  expect(box.width).toBeCloseTo(2.882459 * 32, 2);
  expect(box.height).toBeCloseTo(3.518061 * 2 * 32, 2);
  expect(box.x + box.width / 2).toBeCloseTo(80, 3);
  expect(box.y + box.height / 2).toBeCloseTo(48, 3);
});

test('tensors of the wrong shape are refused', () => {
  const tensor = { data: new Float32Array(7), shape: [7] };
  for (const detector of ['ssd', 'tiny'] as const) {
    expect(() =>
      decodeDetections({
        detector,
        canvas: { widthPx: 128, heightPx: 128 },
        minScore: 0.5,
        outputs: [tensor],
      }),
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
