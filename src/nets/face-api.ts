import type * as tf from '@tensorflow/tfjs';

import {
  SSD_LEVELS,
  SSD_CANVAS_PX,
  type DetectorName,
  type EngineName,
  type FaceNets,
  type Net,
  type Tensor,
} from './net.ts';
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
    { toBatchTensor(): tf.Tensor4D },
    { boxes: tf.Tensor2D[]; scores: tf.Tensor1D[] }
  >;
  readonly TinyFaceDetector: new () => FaceApiNet<{ toBatchTensor(): tf.Tensor4D }, tf.Tensor4D>;
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
  const netOf = (forward: (batch: tf.Tensor4D) => tf.Tensor[]): Net => ({
    run: (input) => runOnTfjs(faceApi, input, forward),
  });
  const squares = (batch: tf.Tensor4D): NetInput =>
    new faceApi.NetInput(faceApi.tf.unstack(batch) as tf.Tensor3D[], true);
  return {
    engine: options.engine,
    detectorName,
    detector: netOf(
      detectorName === 'ssd'
        ? ssdOnPart(faceApi, ssd)
        : (batch) => [tiny.forwardInput({ toBatchTensor: () => batch }, batch.shape[1])],
    ),
    // runNet gives shares of the square itself; forwardInput would undo a padding that we never add.
    landmarks: netOf((batch) => [landmarks.runNet(squares(batch))]),
    recognition: netOf((batch) => [recognition.forwardInput(squares(batch))]),
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

/**
 * face-api's SSD on a part of its canvas. Its own way to the net pads every picture to the whole
 * canvas, so the batch is handed over as it is, and the anchors are those that lie on the part.
 */
function ssdOnPart(
  { tf: tensorflow }: FaceApi,
  ssd: InstanceType<FaceApi['SsdMobilenetv1']>,
): (batch: tf.Tensor4D) => tf.Tensor[] {
  const { output_layer: output } = ssd.params as { output_layer: { extra_dim: tf.Tensor3D } };
  const whole = output.extra_dim;
  return (batch) => {
    const [, heightPx, widthPx] = batch.shape;
    if (heightPx !== SSD_CANVAS_PX || widthPx !== SSD_CANVAS_PX) {
      const levels = SSD_LEVELS.map(({ cells, anchors }) => cells ** 2 * anchors);
      const parts = tensorflow.split(whole, levels, 1).map((corners, i) => {
        const { cells, anchors } = SSD_LEVELS[i] as (typeof SSD_LEVELS)[number];
        const rows = Math.ceil((heightPx * cells) / SSD_CANVAS_PX);
        const columns = Math.ceil((widthPx * cells) / SSD_CANVAS_PX);
        const grid = tensorflow.reshape(corners, [cells, cells, anchors * 4]);
        return tensorflow.reshape(
          tensorflow.slice(grid, [0, 0, 0], [rows, columns, anchors * 4]),
          [1, -1, 4],
        );
      });
      output.extra_dim = tensorflow.concat(parts as tf.Tensor3D[], 1);
    }
    try {
      const { boxes, scores } = ssd.forwardInput({ toBatchTensor: () => batch });
      return [...boxes, ...scores];
    } finally {
      output.extra_dim = whole;
    }
  };
}

async function runOnTfjs(
  faceApi: FaceApi,
  input: Tensor,
  forward: (batch: tf.Tensor4D) => tf.Tensor[],
): Promise<readonly Tensor[]> {
  const [count, heightPx, widthPx, channels] = input.shape;
  if (count === undefined || heightPx === undefined || widthPx === undefined || channels !== 3) {
    throw new TypeError(
      `expected a tensor [count, height, width, 3], got [${String(input.shape)}]`,
    );
  }
  if (count === 0) return [];
  const outputs = faceApi.tf.tidy(() =>
    forward(faceApi.tf.tensor4d(input.data, [count, heightPx, widthPx, 3])),
  );
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
