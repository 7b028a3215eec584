import { loadEngine } from '../../../src/nets/engines.ts';
import type { FaceNets, Net, Tensor } from '../../../src/nets/net.ts';
import { WEIGHTS_DIR } from '../../helpers/vision.ts';

/** Reproducible pixels from 0 to 255 (a linear congruential generator). */
function randomPixels(shape: readonly [number, number, number, 3], seed: number): Tensor {
  let state = seed;
  const data = new Float32Array(shape.reduce((product, side) => product * side)).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 255;
  });
  return { data, shape };
}

/** The largest difference of two outputs as a share of the larger one's range. */
function worstDifference(a: Tensor, b: Tensor): number {
  expect(b.shape).toEqual(a.shape);
  let [worst, low, high] = [0, Infinity, -Infinity];
  a.data.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - b.data[i]!));
    low = Math.min(low, value);
    high = Math.max(high, value);
  });
  expect(high).toBeGreaterThan(low);
  return worst / (high - low);
}

const GRAPHS = [
  ['ssd_mobilenet_v1', 'ssd', 'detector', [1, 512, 512, 3]],
  ['ssd_mobilenet_v1', 'ssd', 'detector', [1, 384, 512, 3]],
  ['ssd_mobilenet_v1', 'ssd', 'detector', [1, 256, 128, 3]],
  ['tiny_face_detector', 'tiny', 'detector', [1, 416, 416, 3]],
  ['tiny_face_detector', 'tiny', 'detector', [1, 160, 256, 3]],
  ['face_landmark_68', 'tiny', 'landmarks', [2, 112, 112, 3]],
  ['face_recognition', 'tiny', 'recognition', [2, 150, 150, 3]],
] as const;

describe('the ONNX graphs', () => {
  const open: FaceNets[] = [];
  afterAll(() => {
    for (const nets of open) nets.close();
  });

  async function net(
    engine: 'onnx' | 'wasm',
    detectorName: 'ssd' | 'tiny',
    part: 'detector' | 'landmarks' | 'recognition',
  ): Promise<Net> {
    const options = { engine, detectorName, weightsDir: WEIGHTS_DIR, threads: 1 };
    const { nets } = await loadEngine(options);
    open.push(nets);
    return nets[part];
  }

  test.each(GRAPHS)(
    '%s gives on random pixels what TensorFlow.js gives (%s, %s %j)',
    async (_graph, detector, part, shape) => {
      const [ours, theirs] = [await net('onnx', detector, part), await net('wasm', detector, part)];
      for (const seed of [1, 2]) {
        const pixels = randomPixels(shape, seed);
        const [mine, expected] = [await ours.run(pixels), await theirs.run(pixels)];
        expect(mine).toHaveLength(expected.length);
        mine.forEach((tensor, i) => {
          expect(worstDifference(expected[i]!, tensor)).toBeLessThan(1e-4);
        });
      }
    },
    60_000,
  );
});
