import { OnnxGraph, type Value } from './graph.ts';
import {
  channelsLast,
  convolution,
  fullyConnected,
  normalisedPixels,
  pool,
  separable,
  type Padding,
  type SeparableParams,
  type Weights,
} from './layers.ts';

interface ConvParams {
  readonly filters: Weights;
  readonly bias: Weights;
}

/** Mean colour of the pictures that landmark and recognition nets were trained on. */
const FACE_MEAN_RGB = [122.782, 117.001, 104.298] as const;
const TINY_MEAN_RGB = [117.001, 114.697, 97.404] as const;

type DenseBlock = Readonly<Record<'conv1' | 'conv2' | 'conv3', SeparableParams>> & {
  readonly conv0: ConvParams | SeparableParams;
};

/** face-api's parameters of the 68-landmark net; the extractor's and the last layer's. */
export interface LandmarkParams {
  readonly extractor: Readonly<Record<'dense0' | 'dense1' | 'dense2' | 'dense3', DenseBlock>>;
  readonly fc: { readonly weights: Weights; readonly bias: Weights };
}

/** The graph `[n, 112, 112, 3]` → `[n, 136]`. */
export function writeFaceLandmark68({ extractor, fc }: LandmarkParams): Uint8Array {
  const graph = new OnnxGraph('face_landmark_68');
  const pixels = graph.input('pixels', ['n', 112, 112, 3]);
  let x = normalisedPixels(graph, pixels, { meanRgb: FACE_MEAN_RGB, scale: 1 / 255 });
  for (const block of ['dense0', 'dense1', 'dense2', 'dense3'] as const) {
    x = denseBlock(graph, x, extractor[block]);
  }
  x = pool(graph, x, { kind: 'AveragePool', size: 7, stride: 2, padding: 'valid' });
  x = fullyConnected(graph, graph.node('Flatten', [x], { axis: 1 }), fc);
  graph.output(x, 'landmarks', ['n', 136]);
  return graph.toBytes();
}

/** Four convolutions, each fed with the sum of all before it; the first one halves the picture. */
function denseBlock(graph: OnnxGraph, x: Value, params: DenseBlock): Value {
  const first =
    'filters' in params.conv0
      ? convolution(graph, x, { ...params.conv0, stride: 2, padding: 'same' })
      : separable(graph, x, { params: params.conv0, stride: 2 });
  let sum = graph.node('Relu', [first]);
  let input = sum;
  for (const name of ['conv1', 'conv2', 'conv3'] as const) {
    sum = graph.node('Add', [sum, separable(graph, input, { params: params[name], stride: 1 })]);
    input = graph.node('Relu', [sum]);
  }
  return input;
}

interface ScaledConv {
  readonly conv: ConvParams;
  readonly scale: { readonly weights: Weights; readonly biases: Weights };
}

interface ResidualParams {
  readonly conv1: ScaledConv;
  readonly conv2: ScaledConv;
}

/** face-api's parameters of FaceRecognitionNet: `conv32_down`, `conv32_1` … and `fc`. */
export type RecognitionParams = Readonly<Record<string, ResidualParams>> & {
  readonly conv32_down: ScaledConv;
  readonly fc: Weights;
};

/** A feature map with what TensorFlow reads off a tensor at run time. */
interface Features {
  readonly value: Value;
  readonly sizePx: number;
  readonly channels: number;
}

/** The graph `[n, 150, 150, 3]` → `[n, 128]`, a ResNet-29 in dlib's layout. */
export function writeFaceRecognition(params: RecognitionParams): Uint8Array {
  const graph = new OnnxGraph('face_recognition');
  const pixels = graph.input('pixels', ['n', 150, 150, 3]);
  const normalised = normalisedPixels(graph, pixels, { meanRgb: FACE_MEAN_RGB, scale: 1 / 255 });
  const entry = scaledConv(graph, normalised, {
    params: params.conv32_down,
    stride: 2,
    padding: 'valid',
  });
  const pooled = pool(graph, graph.node('Relu', [entry]), {
    kind: 'MaxPool',
    size: 3,
    stride: 2,
    padding: 'valid',
  });
  let x: Features = { value: pooled, sizePx: 35, channels: 32 };
  for (const name of RESIDUAL_LAYERS) {
    const layer = params[name];
    if (layer === undefined) throw new Error(`no layer ${name} in the weights`);
    x = name.includes('down') ? residualDown(graph, x, layer) : residual(graph, x, layer);
  }
  const mean = graph.node('ReduceMean', [x.value], { axes: [2, 3], keepdims: 0 });
  graph.output(fullyConnected(graph, mean, { weights: params.fc }), 'descriptors', ['n', 128]);
  return graph.toBytes();
}

const RESIDUAL_LAYERS = [
  ...['conv32_1', 'conv32_2', 'conv32_3', 'conv64_down', 'conv64_1', 'conv64_2', 'conv64_3'],
  ...['conv128_down', 'conv128_1', 'conv128_2', 'conv256_down', 'conv256_1', 'conv256_2'],
  'conv256_down_out',
];

/** The scale layer after the convolution is folded into it. */
function scaledConv(
  graph: OnnxGraph,
  x: Value,
  layer: { params: ScaledConv; stride: number; padding: Padding },
): Value {
  const { conv, scale } = layer.params;
  const gain = scale.weights.dataSync();
  const shift = scale.biases.dataSync();
  const bias = conv.bias.dataSync().map((b, c) => b * (gain[c] as number) + (shift[c] as number));
  const { stride, padding } = layer;
  return convolution(graph, x, { filters: conv.filters, bias, scale: gain, stride, padding });
}

function residual(graph: OnnxGraph, x: Features, params: ResidualParams): Features {
  const first = scaledConv(graph, x.value, { params: params.conv1, stride: 1, padding: 'same' });
  const second = scaledConv(graph, graph.node('Relu', [first]), {
    params: params.conv2,
    stride: 1,
    padding: 'same',
  });
  return { ...x, value: graph.node('Relu', [graph.node('Add', [second, x.value])]) };
}

/** Halves the picture; the short way is an average, missing rows and channels are zeros. */
function residualDown(graph: OnnxGraph, x: Features, params: ResidualParams): Features {
  const first = scaledConv(graph, x.value, { params: params.conv1, stride: 2, padding: 'valid' });
  let long = scaledConv(graph, graph.node('Relu', [first]), {
    params: params.conv2,
    stride: 1,
    padding: 'same',
  });
  let short = pool(graph, x.value, { kind: 'AveragePool', size: 2, stride: 2, padding: 'valid' });
  const longSizePx = Math.floor((x.sizePx - 3) / 2) + 1;
  const sizePx = Math.floor(x.sizePx / 2);
  const channels = params.conv2.conv.filters.shape[3] ?? x.channels;
  if (longSizePx !== sizePx) long = zeroPad(graph, long, { bottom: 1, right: 1, channels: 0 });
  if (channels !== x.channels) {
    short = zeroPad(graph, short, { bottom: 0, right: 0, channels: channels - x.channels });
  }
  return { value: graph.node('Relu', [graph.node('Add', [short, long])]), sizePx, channels };
}

function zeroPad(
  graph: OnnxGraph,
  x: Value,
  by: { bottom: number; right: number; channels: number },
): Value {
  return graph.node('Pad', [x, graph.int64s([0, 0, 0, 0, 0, by.channels, by.bottom, by.right])]);
}

/** face-api's parameters of TinyFaceDetector: a first convolution, then separable ones. */
export type TinyParams = Readonly<Record<string, SeparableParams>> & {
  readonly conv0: ConvParams;
  readonly conv8: ConvParams;
};

/** The graph `[1, s, s, 3]` → `[1, s/32, s/32, 25]`, for any s that is a multiple of 32. */
export function writeTinyFaceDetector(params: TinyParams): Uint8Array {
  const graph = new OnnxGraph('tiny_face_detector');
  const pixels = graph.input('pixels', [1, 'height', 'width', 3]);
  let x = normalisedPixels(graph, pixels, { meanRgb: TINY_MEAN_RGB, scale: 1 / 255 });
  x = leaky(graph, convolution(graph, x, { ...params.conv0, stride: 1, padding: 'valid' }));
  x = pool(graph, x, { kind: 'MaxPool', size: 2, stride: 2, padding: 'same' });
  for (let layer = 1; layer <= 5; layer++) {
    x = leaky(
      graph,
      separable(graph, x, { params: params[`conv${layer}`] as SeparableParams, stride: 1 }),
    );
    x = pool(graph, x, { kind: 'MaxPool', size: 2, stride: layer === 5 ? 1 : 2, padding: 'same' });
  }
  x = convolution(graph, x, { ...params.conv8, stride: 1, padding: 'valid' });
  graph.output(channelsLast(graph, x), 'grid', [1, 'rows', 'columns', 25]);
  return graph.toBytes();
}

function leaky(graph: OnnxGraph, x: Value): Value {
  return graph.node('LeakyRelu', [x], { alpha: 0.10000000149011612 });
}
