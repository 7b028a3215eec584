import path from 'node:path';

import { childEnvironment, type Config } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { readMachine } from '../../src/machine.ts';
import { planVision } from '../../src/vision/plan.ts';
import { createVisionPool, type VisionPool } from '../../src/vision/pool.ts';
import { root } from '../native/run.ts';

/** Vision as the worker with these settings has it; its children are never replaced for their age. */
export function openVision(config: Config): Promise<VisionPool> {
  return createVisionPool({
    plan: planVision({ ...config.vision, profile: config.profile }, readMachine()),
    recyclePhotos: 0,
    engine: config.engine,
    detector: config.detector,
    weightsDir: config.weightsDir,
    limits: config.limits,
    photoDeadlineMillis: config.photoDeadlineMillis,
    environment: childEnvironment(),
    log: createLog({ level: 'warn', destination: 'stderr' }),
    // Compiled, also when tests run this from the sources.
    childScript: path.join(root, 'dist/src/vision/child.js'),
  });
}
