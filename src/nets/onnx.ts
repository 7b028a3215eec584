import { createRequire } from 'node:module';

import type * as onnxruntime from 'onnxruntime-node';

import type { DetectorName, FaceNets, Net } from './net.ts';
import { readGraph, type GraphFile } from './weights.ts';

const requireNative = createRequire(__filename);

/**
 * Loads face-api's nets, written as ONNX graphs by scripts/onnx, on ONNX Runtime.
 * `threads` is how many one net may use at once.
 */
export async function loadOnnxNets(options: {
  detectorName: DetectorName;
  weightsDir: string;
  threads: number;
}): Promise<FaceNets> {
  // From 1.26 on its official builds report to Microsoft unless this is set before they are loaded.
  // eslint-disable-next-line no-restricted-properties -- written for the library, not read
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  const ort = requireNative('onnxruntime-node') as typeof onnxruntime;
  const { detectorName, weightsDir } = options;
  const sessions: onnxruntime.InferenceSession[] = [];
  const open = async (graph: GraphFile): Promise<Net> => {
    const session = await ort.InferenceSession.create(await readGraph(weightsDir, graph), {
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // A pattern of memory is kept for each size of input, and the detector sees many sizes.
      enableMemPattern: false,
      // Threads that wait for the next net by spinning take the cores from the other child.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    sessions.push(session);
    return { run: (input) => run(ort, session, input) };
  };
  const detectorFile = detectorName === 'ssd' ? 'ssd_mobilenet_v1.onnx' : 'tiny_face_detector.onnx';
  return {
    engine: 'onnx',
    detectorName,
    detector: await open(detectorFile),
    landmarks: await open('face_landmark_68.onnx'),
    recognition: await open('face_recognition.onnx'),
    close: () => {
      for (const session of sessions) void session.release();
    },
  };
}

async function run(
  ort: typeof onnxruntime,
  session: onnxruntime.InferenceSession,
  input: Parameters<Net['run']>[0],
): ReturnType<Net['run']> {
  if (input.shape[0] === 0) return [];
  const outputs = await session.run({ pixels: new ort.Tensor('float32', input.data, input.shape) });
  return session.outputNames.map((name) => {
    const output = outputs[name] as onnxruntime.TypedTensor<'float32'>;
    return { data: output.data, shape: output.dims };
  });
}
