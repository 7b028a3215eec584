import path from 'node:path';

import { childEnvironment } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import type { DetectorName, EngineName } from '../../src/nets/net.ts';
import type { VisionPlan } from '../../src/vision/plan.ts';
import { createVisionPool, type VisionPool } from '../../src/vision/pool.ts';

const root = path.resolve(__dirname, '../..');

/** Where scripts/setup puts the model files. */
export const WEIGHTS_DIR = path.join(root, 'weights/files');

/** A pool of one real child, compiled by `npm run build`. */
export function openPool(options: {
  engine: EngineName | 'auto';
  detector?: DetectorName;
  weightsDir?: string;
  photoDeadlineMillis?: number;
  childScript?: string;
  /** Makes tfjs-node's native library unfindable, as on a machine without it. */
  hideTfjsNode?: boolean;
  hideOnnx?: boolean;
  plan?: Partial<VisionPlan>;
  recyclePhotos?: number;
}): Promise<VisionPool> {
  const hidden = [
    ...(options.hideTfjsNode === true ? ['@tensorflow/tfjs-node'] : []),
    ...(options.hideOnnx === true ? ['onnxruntime-node'] : []),
  ];
  const childScript =
    options.childScript ??
    (hidden.length === 0
      ? path.join(root, 'dist/src/vision/child.js')
      : path.join(root, 'test/fixtures/child-without-packages.cjs'));
  return createVisionPool({
    plan: { children: 1, threads: 2, memoryLimitMiB: 4096, recycleMiB: 4096, ...options.plan },
    recyclePhotos: options.recyclePhotos ?? 0,
    engine: options.engine,
    detector: { kind: options.detector ?? 'ssd', minScore: 0.5, tinyInputPx: 416 },
    weightsDir: options.weightsDir ?? WEIGHTS_DIR,
    limits: { maxPhotoBytes: 50_000_000, maxPhotoPixels: 100_000_000 },
    photoDeadlineMillis: options.photoDeadlineMillis ?? 60_000,
    environment: { ...childEnvironment(), HIDDEN_PACKAGES: hidden.join(',') },
    log: createLog({ level: 'silent' }),
    childScript,
  });
}
