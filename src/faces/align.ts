import type { Similarity } from '../image/warp.ts';

/**
 * Landmarks 27…54 and 60…64 of dlib's mean face (nose, eyes, upper lip; eyebrows and the lower
 * lip move too much), as shares of a tight face square: the values of `mean_face_shape_x` and
 * `mean_face_shape_y` in dlib's image_transforms/interpolation.h.
 */
const MEAN_FACE: readonly (readonly [landmark: number, x: number, y: number])[] = [
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

/** Room around the tight face square, as a share of it, on each side (dlib's face chips). */
const PADDING = 0.25;

/**
 * The similarity transform from a chip of `chipPx` pixels to the photo that lays the face onto
 * dlib's mean face: the least-squares fit over its landmarks. Null when the landmarks give none
 * (not finite, or all in one point).
 */
export function alignToMeanFace(landmarks: readonly number[], chipPx: number): Similarity | null {
  const points = MEAN_FACE.map(([landmark, x, y]) => ({
    chipX: ((x + PADDING) / (1 + 2 * PADDING)) * chipPx,
    chipY: ((y + PADDING) / (1 + 2 * PADDING)) * chipPx,
    photoX: landmarks[landmark * 2] ?? Number.NaN,
    photoY: landmarks[landmark * 2 + 1] ?? Number.NaN,
  }));
  const mean = (pick: (point: (typeof points)[number]) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const chipX = mean((p) => p.chipX);
  const chipY = mean((p) => p.chipY);
  const photoX = mean((p) => p.photoX);
  const photoY = mean((p) => p.photoY);
  let along = 0;
  let across = 0;
  let spread = 0;
  for (const p of points) {
    const ux = p.chipX - chipX;
    const uy = p.chipY - chipY;
    const vx = p.photoX - photoX;
    const vy = p.photoY - photoY;
    along += ux * vx + uy * vy;
    across += ux * vy - uy * vx;
    spread += ux * ux + uy * uy;
  }
  const a = along / spread;
  const b = across / spread;
  // A face smaller than a pixel has no picture to describe.
  if (!(Math.hypot(a, b) * chipPx >= 1)) return null;
  return { a, b, tx: photoX - (a * chipX - b * chipY), ty: photoY - (b * chipX + a * chipY) };
}
