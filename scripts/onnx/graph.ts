import protobuf from 'protobufjs';

/** A value that flows between the nodes of a graph. */
export interface Value {
  readonly name: string;
}

type Attribute = number | string | readonly number[];

/** Opset 13: old enough for every runtime in use, new enough for Pad with its sizes as an input. */
const OPSET = 13;
const IR_VERSION = 8;
const FLOAT = 1;
const INT64 = 7;

/** The messages of onnx.proto3 that a float inference graph needs, with their field numbers. */
const onnx = protobuf.Root.fromJSON({
  nested: {
    Model: message({
      irVersion: ['int64', 1],
      producerName: ['string', 2],
      graph: ['Graph', 7],
      opsetImport: ['OperatorSet', 8, 'repeated'],
    }),
    OperatorSet: message({ domain: ['string', 1], version: ['int64', 2] }),
    Graph: message({
      node: ['Node', 1, 'repeated'],
      name: ['string', 2],
      initializer: ['Tensor', 5, 'repeated'],
      input: ['ValueInfo', 11, 'repeated'],
      output: ['ValueInfo', 12, 'repeated'],
    }),
    Node: message({
      input: ['string', 1, 'repeated'],
      output: ['string', 2, 'repeated'],
      name: ['string', 3],
      opType: ['string', 4],
      attribute: ['Attribute', 5, 'repeated'],
    }),
    Attribute: message({
      name: ['string', 1],
      f: ['float', 2],
      i: ['int64', 3],
      s: ['bytes', 4],
      ints: ['int64', 8, 'repeated'],
      type: ['int32', 20],
    }),
    Tensor: message({
      dims: ['int64', 1, 'repeated'],
      dataType: ['int32', 2],
      name: ['string', 8],
      rawData: ['bytes', 9],
    }),
    ValueInfo: message({ name: ['string', 1], type: ['Type', 2] }),
    Type: message({ tensorType: ['TensorType', 1] }),
    TensorType: message({ elemType: ['int32', 1], shape: ['Shape', 2] }),
    Shape: message({ dim: ['Dimension', 1, 'repeated'] }),
    Dimension: message({ dimValue: ['int64', 1], dimParam: ['string', 2] }),
  },
});

function message(
  fields: Record<string, readonly [type: string, id: number, rule?: 'repeated']>,
): protobuf.INamespace & { fields: Record<string, protobuf.IField> } {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [type, id, rule]]) => [
        name,
        rule === undefined ? { type, id } : { type, id, rule },
      ]),
    ),
  };
}

/** Builds an ONNX model node by node; values are named by number, so the bytes are repeatable. */
export class OnnxGraph {
  readonly #name: string;
  readonly #nodes: object[] = [];
  readonly #initializers: object[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: object[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  input(name: string, dims: readonly (number | string)[]): Value {
    this.#inputs.push(valueInfo(name, dims));
    return { name };
  }

  output(value: Value, name: string, dims: readonly (number | string)[]): void {
    this.#nodes.push({ input: [value.name], output: [name], name, opType: 'Identity' });
    this.#outputs.push(valueInfo(name, dims));
  }

  floats(values: Float32Array | readonly number[], dims: readonly number[]): Value {
    return this.#initializer(Float32Array.from(values).buffer, dims, FLOAT);
  }

  int64s(values: readonly number[]): Value {
    return this.#initializer(BigInt64Array.from(values, BigInt).buffer, [values.length], INT64);
  }

  node(
    opType: string,
    inputs: readonly Value[],
    attributes: Record<string, Attribute> = {},
  ): Value {
    const name = `${opType}_${this.#nodes.length}`;
    this.#nodes.push({
      input: inputs.map((value) => value.name),
      output: [name],
      name,
      opType,
      attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
    });
    return { name };
  }

  /** The finished model as the bytes of an .onnx file. */
  toBytes(): Uint8Array {
    const model = onnx.lookupType('Model');
    return model
      .encode(
        model.fromObject({
          irVersion: IR_VERSION,
          producerName: 'immich-face-worker',
          opsetImport: [{ domain: '', version: OPSET }],
          graph: {
            name: this.#name,
            node: this.#nodes,
            initializer: this.#initializers,
            input: this.#inputs,
            output: this.#outputs,
          },
        }),
      )
      .finish();
  }

  #initializer(bytes: ArrayBufferLike, dims: readonly number[], dataType: number): Value {
    const name = `w${this.#initializers.length}`;
    this.#initializers.push({ name, dims, dataType, rawData: new Uint8Array(bytes) });
    return { name };
  }
}

/** Attribute types of onnx.proto3: 1 float, 2 integer, 3 string, 7 integers. */
function attributeOf(name: string, value: Attribute): object {
  if (typeof value === 'string') return { name, s: Buffer.from(value), type: 3 };
  if (typeof value !== 'number') return { name, ints: value, type: 7 };
  return Number.isInteger(value) ? { name, i: value, type: 2 } : { name, f: value, type: 1 };
}

function valueInfo(name: string, dims: readonly (number | string)[]): object {
  const dim = dims.map((d) => (typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
