import type * as tf from '@tensorflow/tfjs';

import { type DetectorName, type EngineName, type FaceNets, type Net, type Tensor } from './net.ts';
import { readNetWeights, type NetFile } from './weights.ts';

/** The part of a face-api net that is used; the package's own types ask for a browser's DOM. */
interface FaceApiNet<Input, Output> {
  /** The loaded arrays, nested as the net's layers are. */
  readonly params: unknown;
  loadFromWeightMap(weights: tf.NamedTensorMap): void;
  forwardInput(input: Input, inputSizePx?: number): Output;
  runNet(input: Input): tf.Tensor2D;
  dispose(throwOnRedispose?: boolean): void;
}

interface NetInput {
  readonly batchSize: number;
}

/** The part of face-api that is used, whichever TensorFlow.js it was built for. */
export interface FaceApi {
  readonly tf: typeof tf;
  readonly NetInput: new (tensors: tf.Tensor3D[], treatAsBatch: boolean) => NetInput;
  readonly SsdMobilenetv1: new () => FaceApiNet<
    NetInput,
    { boxes: tf.Tensor2D[]; scores: tf.Tensor1D[] }
  >;
  readonly TinyFaceDetector: new () => FaceApiNet<NetInput, tf.Tensor4D>;
  readonly FaceLandmark68Net: new () => FaceApiNet<NetInput, tf.Tensor2D> & {
    readonly faceFeatureExtractor: { readonly params: unknown };
  };
  readonly FaceRecognitionNet: new () => FaceApiNet<NetInput, tf.Tensor2D>;
}

/** Loads face-api's nets onto the TensorFlow.js backend that `faceApi` was opened with. */
export async function loadFaceApiNets(options: {
  faceApi: FaceApi;
  engine: EngineName;
  detectorName: DetectorName;
  weightsDir: string;
}): Promise<FaceNets> {
  const { faceApi, weightsDir, detectorName } = options;
  const ssd = new faceApi.SsdMobilenetv1();
  const tiny = new faceApi.TinyFaceDetector();
  const landmarks = new faceApi.FaceLandmark68Net();
  const recognition = new faceApi.FaceRecognitionNet();
  const detector = detectorName === 'ssd' ? ssd : tiny;
  const detectorFile: NetFile = detectorName === 'ssd' ? 'ssdMobilenetV1' : 'tinyFaceDetector';
  for (const [net, file] of [
    [detector, detectorFile],
    [landmarks, 'faceLandmark68'],
    [recognition, 'faceRecognition'],
  ] as const) {
    await loadWeights(faceApi, net, { weightsDir, file });
  }
  const netOf = (forward: (input: NetInput, sizePx: number) => tf.Tensor[]): Net => ({
    run: (input) => runOnTfjs(faceApi, input, forward),
  });
  return {
    engine: options.engine,
    detectorName,
    detector: netOf((input, sizePx) => {
      if (detectorName === 'tiny') return [tiny.forwardInput(input, sizePx)];
      const { boxes, scores } = ssd.forwardInput(input);
      return [...boxes, ...scores];
    }),
    // runNet gives shares of the square itself; forwardInput would undo a padding that we never add.
    landmarks: netOf((input) => [landmarks.runNet(input)]),
    recognition: netOf((input) => [recognition.forwardInput(input)]),
    close: () => {
      for (const net of [detector, landmarks, recognition]) net.dispose(false);
    },
  };
}

/** Reads a net's weights, checks them and gives them to the net. */
export async function loadWeights(
  faceApi: FaceApi,
  net: { loadFromWeightMap(weights: tf.NamedTensorMap): void },
  { weightsDir, file }: { weightsDir: string; file: NetFile },
): Promise<void> {
  const { specs, bytes } = await readNetWeights(weightsDir, file);
  net.loadFromWeightMap(faceApi.tf.io.decodeWeights(bytes, specs as tf.io.WeightsManifestEntry[]));
}

async function runOnTfjs(
  faceApi: FaceApi,
  input: Tensor,
  forward: (input: NetInput, sizePx: number) => tf.Tensor[],
): Promise<readonly Tensor[]> {
  const [count, heightPx, widthPx, channels] = input.shape;
  if (count === undefined || heightPx === undefined || heightPx !== widthPx || channels !== 3) {
    throw new TypeError(`expected a tensor [count, size, size, 3], got [${String(input.shape)}]`);
  }
  if (count === 0) return [];
  const outputs = faceApi.tf.tidy(() => {
    const batch = faceApi.tf.tensor4d(input.data, [count, heightPx, widthPx, 3]);
    const images = faceApi.tf.unstack(batch) as tf.Tensor3D[];
    return forward(new faceApi.NetInput(images, true), heightPx);
  });
  try {
    return await Promise.all(
      outputs.map(async (output) => ({
        data: (await output.data()) as Float32Array,
        shape: output.shape,
      })),
    );
  } finally {
    for (const output of outputs) output.dispose();
  }
}
