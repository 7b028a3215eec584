import { createRequire } from 'node:module';

import type * as tfjs from '@tensorflow/tfjs';

import type { FaceApi } from './face-api.ts';

const requireFaceApi = createRequire(__filename);

/** face-api on TensorFlow.js's plain JavaScript backend: slow, needs nothing native; for tools. */
export async function openFaceApiOnCpu(): Promise<FaceApi> {
  const tf = requireFaceApi('@tensorflow/tfjs') as typeof tfjs;
  const faceApi = requireFaceApi('@vladmandic/face-api/dist/face-api.node-wasm.js') as FaceApi;
  tf.enableProdMode();
  await tf.setBackend('cpu');
  await tf.ready();
  return faceApi;
}
