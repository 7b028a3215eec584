import path from 'node:path';

import { DESCRIPTOR_REVISION } from '../../../src/descriptors/descriptor.ts';
import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import { boxIou } from '../../../src/faces/face.ts';
import { distanceBetween } from '../../../src/descriptors/distance.ts';
import type { DetectorName, EngineName } from '../../../src/nets/net.ts';
import type { VisionPool } from '../../../src/vision/pool.ts';
import { samplePhoto } from '../../helpers/pictures.ts';
import { openPool } from '../../helpers/vision.ts';

const SAMPLES = ([1, 2, 3, 4, 5, 6] as const).map(samplePhoto);
const never = new AbortController().signal;

async function seeAll(engine: EngineName, detector: DetectorName): Promise<SeenPhoto[]> {
  const pool = await openPool({ engine, detector });
  try {
    const seen: SeenPhoto[] = [];
    for (const photo of SAMPLES) seen.push(await pool.see(photo, never));
    return seen;
  } finally {
    await pool.close();
  }
}

describe("face-api's nets on every engine", () => {
  let native: SeenPhoto[];
  const others = new Map<EngineName, SeenPhoto[]>();

  beforeAll(async () => {
    native = await seeAll('tfjs-node', 'ssd');
    for (const engine of ['wasm', 'onnx'] as const) others.set(engine, await seeAll(engine, 'ssd'));
  }, 240_000);

  test('find the 22 faces of the sample photos', () => {
    const counts = native.map(({ faces }) => faces.length);
    expect(counts).toEqual([3, 3, 3, 4, 5, 4]);
    expect(native[0]?.model).toEqual({
      pack: 'face-api',
      descriptorRevision: DESCRIPTOR_REVISION,
      engine: 'tfjs-node',
      detector: 'ssd',
    });
  });

  test.each(['wasm', 'onnx'] as const)('agree on every face: tfjs-node and %s', (engine) => {
    native.forEach((photo, i) => {
      const other = others.get(engine)?.[i] as SeenPhoto;
      expect(other.image).toEqual(photo.image);
      expect(other.checksum).toBe(photo.checksum);
      expect(other.faces).toHaveLength(photo.faces.length);
      for (const face of photo.faces) {
        const twin = other.faces.find(({ box }) => boxIou(box, face.box) >= 0.98);
        expect(twin).toBeDefined();
        expect(Math.abs((twin?.score ?? 0) - face.score)).toBeLessThanOrEqual(0.02);
        const distance = distanceBetween(
          face.descriptor as Float32Array,
          twin?.descriptor as Float32Array,
        );
        expect(distance).toBeLessThanOrEqual(0.03);
      }
    });
  });

  test('put eyes, nose and mouth in their order inside the box', () => {
    for (const { box, landmarks } of native.flatMap(({ faces }) => faces)) {
      const y = (point: number): number => landmarks[point * 2 + 1] as number;
      const x = (point: number): number => landmarks[point * 2] as number;
      expect(landmarks).toHaveLength(136);
      expect(y(57)).toBeGreaterThan(Math.min(y(36), y(45)));
      expect(x(30)).toBeGreaterThan(box.x - box.width * 0.2);
      expect(x(30)).toBeLessThan(box.x + box.width * 1.2);
    }
  });
});

test('TinyFaceDetector finds most of the sample faces, where the SSD finds them', async () => {
  const [ssd, tiny] = [await seeAll('wasm', 'ssd'), await seeAll('wasm', 'tiny')];
  let found = 0;
  ssd.forEach((photo, i) => {
    for (const face of photo.faces) {
      if (tiny[i]?.faces.some(({ box }) => boxIou(box, face.box) > 0.4)) found++;
    }
  });
  expect(found).toBeGreaterThanOrEqual(16);
  expect(tiny[0]?.model.detector).toBe('tiny');
}, 240_000);

test('an engine that cannot load is refused by name', async () => {
  const hidden = { hideTfjsNode: true };
  await expect(openPool({ engine: 'tfjs-node', ...hidden })).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringContaining('run scripts/setup') as string,
  });
});

test.each([
  [{}, 'onnx', undefined],
  [{ hideOnnx: true }, 'tfjs-node', /onnx does not load/],
  [{ hideOnnx: true, hideTfjsNode: true }, 'wasm', /onnx does not load.*tfjs-node does not load/],
])(
  'auto, with %j, takes %s and says why',
  async (hidden, engine, warning) => {
    const pool: VisionPool = await openPool({ engine: 'auto', ...hidden });
    expect(pool.engine.name).toBe(engine);
    if (warning === undefined) expect(pool.engine.warning).toBeUndefined();
    else expect(pool.engine.warning).toMatch(warning);
    const seen = await pool.see(samplePhoto(1), never);
    expect(seen.model.engine).toBe(engine);
    await pool.close();
  },
  120_000,
);

test('missing and altered model files are refused with what to do', async () => {
  await expect(
    openPool({ engine: 'wasm', weightsDir: path.join(__dirname, 'none') }),
  ).rejects.toMatchObject({ code: 'WEIGHTS_MISSING' });
}, 60_000);
