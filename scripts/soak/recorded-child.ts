/** A vision child that answers with recorded descriptors; all else of the worker is real. */
import workerpool from 'workerpool';

import type { VisionChild } from '../../src/vision/child-protocol.ts';
import { numberOf } from './jobs.ts';
import { photoOf, readRecordings } from './recordings.ts';

// As the real child: the main process ends it, not Ctrl-C.
process.on('SIGINT', () => undefined);

const recordings = readRecordings(process.env['SOAK_RECORDINGS'] ?? '');
const seed = Number(process.env['SOAK_SEED']);

const child: Omit<VisionChild, 'cut'> = {
  greet: async () => {
    const { source } = await recordings;
    return {
      ok: true,
      value: { pid: process.pid, engine: { name: 'onnx', reason: `recorded from ${source}` } },
    };
  },
  look: async ({ source }) => ({
    ok: true,
    value: {
      seen: photoOf(await recordings, numberOf(String(source)), seed),
      residentMiB: process.memoryUsage.rss() / 2 ** 20,
    },
  }),
};

workerpool.worker({ ...child });
