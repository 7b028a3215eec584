import { alignToMeanFace } from '../../../src/faces/align.ts';
import { cutChips, CHIP_PX, CROPS } from '../../../src/faces/chips.ts';
import type { UprightImage } from '../../../src/image/pixels.ts';
import { similarityScale, type Similarity } from '../../../src/image/warp.ts';

/** Landmarks that lie where `transform` puts a chip's mean face, made by asking for each point. */
function landmarksOf(transform: Similarity): number[] {
  // The identity's own fit tells where the mean face lies: invert alignment by sampling it.
  const points: number[] = new Array<number>(136).fill(0);
  for (const [landmark, x, y] of meanFacePoints()) {
    points[landmark * 2] = transform.a * x - transform.b * y + transform.tx;
    points[landmark * 2 + 1] = transform.b * x + transform.a * y + transform.ty;
  }
  return points;
}

/** A few of dlib's mean-face points in a 150 px chip, written down from its table by hand. */
function meanFacePoints(): [number, number, number][] {
  const at = (share: number): number => ((share + 0.25) / 1.5) * 150;
  const shares: [number, number, number][] = [
    [27, 0.490127, 0.203352],
    [28, 0.490127, 0.307009],
    [29, 0.490127, 0.409805],
    [30, 0.490127, 0.515625],
    [31, 0.36688, 0.587326],
    [32, 0.426036, 0.609345],
    [33, 0.490127, 0.628106],
    [34, 0.554217, 0.609345],
    [35, 0.613373, 0.587326],
    [36, 0.121737, 0.216423],
    [37, 0.187122, 0.178758],
    [38, 0.265825, 0.179852],
    [39, 0.334606, 0.231733],
    [40, 0.260918, 0.245099],
    [41, 0.182743, 0.244077],
    [42, 0.645647, 0.231733],
    [43, 0.714428, 0.179852],
    [44, 0.793132, 0.178758],
    [45, 0.858516, 0.216423],
    [46, 0.79751, 0.244077],
    [47, 0.719335, 0.245099],
    [48, 0.254149, 0.780233],
    [49, 0.340985, 0.745405],
    [50, 0.428858, 0.727388],
    [51, 0.490127, 0.742578],
    [52, 0.551395, 0.727388],
    [53, 0.639268, 0.745405],
    [54, 0.726104, 0.780233],
    [60, 0.290379, 0.784792],
    [61, 0.428096, 0.778746],
    [62, 0.490127, 0.785343],
    [63, 0.552157, 0.778746],
    [64, 0.689874, 0.784792],
  ];
  return shares.map(([landmark, x, y]) => [landmark, at(x), at(y)]);
}

test.each([
  { a: 1, b: 0, tx: 0, ty: 0 },
  { a: 2.5, b: 0, tx: 40, ty: -7 },
  { a: Math.cos(0.7) * 1.3, b: Math.sin(0.7) * 1.3, tx: 300, ty: 90 },
  { a: -0.4, b: 0.1, tx: 200, ty: 500 },
])('finds the turn, scale and shift that placed the face: %o', (placed) => {
  const found = alignToMeanFace(landmarksOf(placed), 150);
  expect(found).not.toBeNull();
  for (const key of ['a', 'b', 'tx', 'ty'] as const) {
    expect(found?.[key]).toBeCloseTo(placed[key], 3);
  }
});

test('landmarks that give no transform give null', () => {
  expect(alignToMeanFace(new Array<number>(136).fill(12), 150)).toBeNull();
  expect(alignToMeanFace(new Array<number>(136).fill(Number.NaN), 150)).toBeNull();
  expect(alignToMeanFace([], 150)).toBeNull();
});

test('a chip at the edge of the photo is black outside and unshifted inside', () => {
  const image = flatImage(200, 200, 150);
  // The chips' middle lies on the photo's left edge.
  const half = CHIP_PX / 2;
  const chips = cutChips(image, landmarksOf({ a: 1, b: 0, tx: -half, ty: 20 }));
  expect(chips).toHaveLength(CROPS.length);
  for (const chip of chips ?? []) {
    const valueAt = (x: number, y: number): number => chip[(y * CHIP_PX + x) * 3] ?? Number.NaN;
    expect(valueAt(half - 5, 60)).toBeCloseTo(0);
    expect(valueAt(half + 5, 60)).toBeCloseTo(150, 0);
  }
});

test('a turned face fills its chips as an upright one does, each as near as it should be', () => {
  const image = gradientImage(400, 400);
  const angle = 0.5;
  const turned = { a: Math.cos(angle), b: Math.sin(angle), tx: 150, ty: 100 };
  const chips = cutChips(image, landmarksOf(turned));
  // The photo's red is its x coordinate: a chip shows where each of its pixels came from.
  for (const [i, { zoom, down }] of CROPS.entries()) {
    for (const [x, y] of [
      [20, 30],
      [75, 75],
      [140, 10],
    ] as const) {
      const onChipX = 75 + (x + 0.5 - 75) * zoom;
      const onChipY = 75 + (y + 0.5 - 75) * zoom + down * CHIP_PX;
      const sourceX = turned.a * onChipX - turned.b * onChipY + turned.tx;
      const chip = chips?.[i] as Float32Array;
      expect((chip[(y * CHIP_PX + x) * 3] ?? 0) * 2).toBeCloseTo(sourceX - 0.5, -0.5);
    }
  }
  expect(similarityScale(turned)).toBeCloseTo(1);
});

function flatImage(widthPx: number, heightPx: number, value: number): UprightImage {
  const data = new Uint8Array(widthPx * heightPx * 3).fill(value);
  return {
    widthPx,
    heightPx,
    scale: 1,
    isUpright: true,
    format: 'raw',
    checksum: '',
    pixels: { data, widthPx, heightPx },
  };
}

function gradientImage(widthPx: number, heightPx: number): UprightImage {
  const image = flatImage(widthPx, heightPx, 0);
  for (let i = 0; i < widthPx * heightPx; i++) image.pixels.data[i * 3] = (i % widthPx) / 2;
  return image;
}
