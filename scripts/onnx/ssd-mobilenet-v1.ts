import { SSD_LEVELS } from '../../src/nets/net.ts';
import { OnnxGraph, type Value } from './graph.ts';
import { channelsLast, convolution, depthwise, normalisedPixels, type Weights } from './layers.ts';

interface Pointwise {
  readonly filters: Weights;
  readonly batch_norm_offset: Weights;
}

interface ConvPair {
  readonly depthwise_conv: {
    readonly filters: Weights;
    readonly batch_norm_scale: Weights;
    readonly batch_norm_offset: Weights;
    readonly batch_norm_mean: Weights;
    readonly batch_norm_variance: Weights;
  };
  readonly pointwise_conv: Pointwise;
}

interface Predictor {
  readonly filters: Weights;
  readonly bias: Weights;
}

/** face-api's parameters of SSD MobileNet V1, as its `params` hold them. */
export interface SsdParams {
  readonly mobilenetv1: { readonly conv_0: Pointwise } & Readonly<Record<string, ConvPair>>;
  readonly prediction_layer: Readonly<Record<string, Pointwise>> &
    Readonly<
      Record<
        `box_predictor_${number}`,
        { box_encoding_predictor: Predictor; class_predictor: Predictor }
      >
    >;
  readonly output_layer: { readonly extra_dim: Weights };
}

const BATCH_NORM_EPSILON = 0.0010000000474974513;
/** Layers of MobileNet V1 that halve the picture. */
const HALVING_LAYERS = new Set([2, 4, 6, 12]);
/** The layer whose output feeds the first, finest box predictor. */
const FINEST_FEATURES_LAYER = 11;

/**
 * The graph `[1, height, width, 3]` → boxes `[n, 4]` (top, left, bottom, right as shares of a
 * 512×512 canvas), scores `[n]`. A smaller canvas is the left top part of that one, and has the
 * anchors that lie on it.
 */
export function writeSsdMobilenetV1(params: SsdParams): Uint8Array {
  const graph = new OnnxGraph('ssd_mobilenet_v1');
  const pixels = graph.input('pixels', [1, 'height', 'width', 3]);
  const x = normalisedPixels(graph, pixels, { meanRgb: [127.5, 127.5, 127.5], scale: 1 / 127.5 });
  const features = predictionFeatures(graph, x, params);
  const corners = params.output_layer.extra_dim.dataSync();
  let first = 0;
  const predictions = features.map((feature, i) => {
    const layer = params.prediction_layer[`box_predictor_${i}`];
    const level = SSD_LEVELS[i];
    if (layer === undefined || level === undefined) throw new Error(`no box predictor ${i}`);
    const codes = predict(graph, feature, layer.box_encoding_predictor);
    const anchors = corners.subarray(first, (first += level.cells ** 2 * level.anchors * 4));
    return {
      boxes: decodeBoxes(graph, codes, { ...level, corners: anchors }),
      classes: columns(graph, predict(graph, feature, layer.class_predictor), 3),
    };
  });
  const joined = (part: 'boxes' | 'classes'): Value =>
    graph.node(
      'Concat',
      predictions.map((prediction) => prediction[part]),
      { axis: 0 },
    );
  graph.output(joined('boxes'), 'boxes', ['n', 4]);
  const face = sliceColumns(graph, joined('classes'), { from: 1, to: 2 });
  const scores = graph.node('Reshape', [graph.node('Sigmoid', [face]), graph.int64s([-1])]);
  graph.output(scores, 'scores', ['n']);
  return graph.toBytes();
}

function predictionFeatures(graph: OnnxGraph, pixels: Value, params: SsdParams): Value[] {
  let x = pointwise(graph, pixels, { params: params.mobilenetv1.conv_0, stride: 2 });
  let finest = x;
  for (let layer = 1; layer <= 13; layer++) {
    const pair = params.mobilenetv1[`conv_${layer}`] as ConvPair;
    x = depthwiseRelu6(graph, x, {
      layer: pair.depthwise_conv,
      stride: HALVING_LAYERS.has(layer) ? 2 : 1,
    });
    x = pointwise(graph, x, { params: pair.pointwise_conv, stride: 1 });
    if (layer === FINEST_FEATURES_LAYER) finest = x;
  }
  const features = [finest, x];
  for (let layer = 0; layer < 8; layer += 2) {
    const [narrow, halve] = [layer, layer + 1].map(
      (i) => params.prediction_layer[`conv_${i}`] as Pointwise,
    );
    x = pointwise(graph, x, { params: narrow as Pointwise, stride: 1 });
    x = pointwise(graph, x, { params: halve as Pointwise, stride: 2 });
    features.push(x);
  }
  return features;
}

function pointwise(
  graph: OnnxGraph,
  x: Value,
  layer: { params: Pointwise; stride: number },
): Value {
  const { filters, batch_norm_offset: bias } = layer.params;
  return relu6(
    graph,
    convolution(graph, x, { filters, bias, stride: layer.stride, padding: 'same' }),
  );
}

/** The batch normalisation after the filters is folded into them. */
function depthwiseRelu6(
  graph: OnnxGraph,
  x: Value,
  { layer, stride }: { layer: ConvPair['depthwise_conv']; stride: number },
): Value {
  const [gain, offset, mean, variance] = [
    layer.batch_norm_scale,
    layer.batch_norm_offset,
    layer.batch_norm_mean,
    layer.batch_norm_variance,
  ].map((weights) => weights.dataSync()) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const scale = gain.map((g, c) => g / Math.sqrt((variance[c] as number) + BATCH_NORM_EPSILON));
  const bias = offset.map((o, c) => o - (mean[c] as number) * (scale[c] as number));
  return relu6(graph, depthwise(graph, x, { filters: layer.filters, bias, scale, stride }));
}

function relu6(graph: OnnxGraph, x: Value): Value {
  return graph.node('Clip', [x, graph.floats([0], []), graph.floats([6], [])]);
}

/** `[1, rows, columns, values of a cell]`. */
function predict(graph: OnnxGraph, feature: Value, { filters, bias }: Predictor): Value {
  return channelsLast(
    graph,
    convolution(graph, feature, { filters, bias, stride: 1, padding: 'same' }),
  );
}

function columns(graph: OnnxGraph, map: Value, count: number): Value {
  return graph.node('Reshape', [map, graph.int64s([-1, count])]);
}

/** Box codes relative to their anchors, with face-api's scales of 10 for centres and 5 for sizes. */
function decodeBoxes(
  graph: OnnxGraph,
  map: Value,
  level: { cells: number; anchors: number; corners: Float32Array },
): Value {
  const { corners, cells, anchors } = level;
  const count = corners.length / 4;
  const sizes = new Float32Array(count * 2);
  const centres = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < 2; axis++) {
      const [low, high] = [corners[i * 4 + axis] as number, corners[i * 4 + 2 + axis] as number];
      sizes[i * 2 + axis] = high - low;
      centres[i * 2 + axis] = low + (high - low) / 2;
    }
  }
  const rowsAndColumns = graph.node('Slice', [
    graph.node('Shape', [map]),
    graph.int64s([1]),
    graph.int64s([3]),
  ]);
  const onCanvas = (values: Float32Array): Value => {
    const all = graph.floats(values, [cells, cells, anchors, 2]);
    const from = graph.int64s([0, 0]);
    return columns(
      graph,
      graph.node('Slice', [all, from, rowsAndColumns, graph.int64s([0, 1])]),
      2,
    );
  };
  const scaled = (by: number): Value => onCanvas(sizes.map((value) => value * by));
  const codes = columns(graph, map, 4);
  const moved = graph.node('Mul', [sliceColumns(graph, codes, { from: 0, to: 2 }), scaled(0.1)]);
  const centre = graph.node('Add', [moved, onCanvas(centres)]);
  const growth = graph.node('Mul', [
    sliceColumns(graph, codes, { from: 2, to: 4 }),
    graph.floats([0.2], [1]),
  ]);
  const half = graph.node('Mul', [graph.node('Exp', [growth]), scaled(0.5)]);
  const ends = [graph.node('Sub', [centre, half]), graph.node('Add', [centre, half])];
  return graph.node('Concat', ends, { axis: 1 });
}

function sliceColumns(
  graph: OnnxGraph,
  x: Value,
  { from, to }: { from: number; to: number },
): Value {
  return graph.node('Slice', [x, graph.int64s([from]), graph.int64s([to]), graph.int64s([1])]);
}
