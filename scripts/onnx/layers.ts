import type { OnnxGraph, Value } from './graph.ts';

/** A weight array as TensorFlow.js holds it. */
export interface Weights {
  readonly shape: readonly number[];
  dataSync(): Float32Array;
}

export type Padding = 'same' | 'valid';

const autoPad = (padding: Padding): string => (padding === 'same' ? 'SAME_UPPER' : 'VALID');

/** Pixels `[n, height, width, 3]`, 0…255, to `[n, 3, height, width]`, `(x − mean) · scale`. */
export function normalisedPixels(
  graph: OnnxGraph,
  pixels: Value,
  { meanRgb, scale }: { meanRgb: readonly [number, number, number]; scale: number },
): Value {
  const planar = graph.node('Transpose', [pixels], { perm: [0, 3, 1, 2] });
  const centred = graph.node('Sub', [planar, graph.floats(meanRgb, [1, 3, 1, 1])]);
  return graph.node('Mul', [centred, graph.floats([scale], [1])]);
}

/** `[n, channels, height, width]` to `[n, height, width, channels]`. */
export function channelsLast(graph: OnnxGraph, x: Value): Value {
  return graph.node('Transpose', [x], { perm: [0, 2, 3, 1] });
}

/**
 * A convolution with filters `[h, w, in, out]`; `scale` multiplies each output channel, bias is
 * added after it.
 */
export function convolution(
  graph: OnnxGraph,
  x: Value,
  layer: {
    filters: Weights;
    bias: Weights | Float32Array;
    scale?: Float32Array;
    stride: number;
    padding: Padding;
  },
): Value {
  const [height = 0, width = 0, inputs = 0, outputs = 0] = layer.filters.shape;
  const from = layer.filters.dataSync();
  const to = new Float32Array(from.length);
  for (let y = 0; y < height; y++) {
    for (let w = 0; w < width; w++) {
      for (let i = 0; i < inputs; i++) {
        for (let o = 0; o < outputs; o++) {
          const value = from[((y * width + w) * inputs + i) * outputs + o] as number;
          to[((o * inputs + i) * height + y) * width + w] = value * (layer.scale?.[o] ?? 1);
        }
      }
    }
  }
  const filters = graph.floats(to, [outputs, inputs, height, width]);
  const bias = graph.floats(valuesOf(layer.bias), [outputs]);
  return graph.node('Conv', [x, filters, bias], {
    kernel_shape: [height, width],
    strides: [layer.stride, layer.stride],
    auto_pad: autoPad(layer.padding),
  });
}

/** A depthwise convolution with filters `[h, w, channels, 1]`, one filter a channel. */
export function depthwise(
  graph: OnnxGraph,
  x: Value,
  layer: { filters: Weights; bias?: Float32Array; scale?: Float32Array; stride: number },
): Value {
  const [height = 0, width = 0, channels = 0] = layer.filters.shape;
  const from = layer.filters.dataSync();
  const to = new Float32Array(from.length);
  for (let place = 0; place < height * width; place++) {
    for (let c = 0; c < channels; c++) {
      to[c * height * width + place] =
        (from[place * channels + c] as number) * (layer.scale?.[c] ?? 1);
    }
  }
  const inputs = [x, graph.floats(to, [channels, 1, height, width])];
  if (layer.bias !== undefined) inputs.push(graph.floats(layer.bias, [channels]));
  return graph.node('Conv', inputs, {
    kernel_shape: [height, width],
    strides: [layer.stride, layer.stride],
    group: channels,
    auto_pad: autoPad('same'),
  });
}

export interface SeparableParams {
  readonly depthwise_filter: Weights;
  readonly pointwise_filter: Weights;
  readonly bias: Weights;
}

/** Depthwise, then 1×1 with bias, padding 'same'. */
export function separable(
  graph: OnnxGraph,
  x: Value,
  { params, stride }: { params: SeparableParams; stride: number },
): Value {
  const spread = depthwise(graph, x, { filters: params.depthwise_filter, stride });
  return convolution(graph, spread, {
    filters: params.pointwise_filter,
    bias: params.bias,
    stride: 1,
    padding: 'valid',
  });
}

export function pool(
  graph: OnnxGraph,
  x: Value,
  options: { kind: 'MaxPool' | 'AveragePool'; size: number; stride: number; padding: Padding },
): Value {
  return graph.node(options.kind, [x], {
    kernel_shape: [options.size, options.size],
    strides: [options.stride, options.stride],
    auto_pad: autoPad(options.padding),
  });
}

/** `[n, inputs]` times `[inputs, outputs]`, plus a bias where there is one. */
export function fullyConnected(
  graph: OnnxGraph,
  x: Value,
  { weights, bias }: { weights: Weights; bias?: Weights },
): Value {
  const product = graph.node('MatMul', [x, graph.floats(weights.dataSync(), weights.shape)]);
  return bias === undefined
    ? product
    : graph.node('Add', [product, graph.floats(bias.dataSync(), [bias.dataSync().length])]);
}

function valuesOf(weights: Weights | Float32Array): Float32Array {
  return weights instanceof Float32Array ? weights : weights.dataSync();
}
