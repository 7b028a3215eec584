import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { WorkerError } from '../errors.ts';
import manifest from '../../weights/face-api.json';

export type NetFile = keyof typeof manifest.nets;

export type GraphFile =
  | 'ssd_mobilenet_v1.onnx'
  | 'tiny_face_detector.onnx'
  | 'face_landmark_68.onnx'
  | 'face_recognition.onnx';

/** Name, shape and 8-bit quantisation of one stored array, as face-api writes it. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: number[];
  readonly dtype: 'float32';
  readonly quantization?: { readonly dtype: 'uint8'; readonly scale: number; readonly min: number };
}

/** A net's stored arrays: `bytes` holds them one after another in the order of `specs`. */
export interface NetWeights {
  readonly specs: readonly WeightSpec[];
  readonly bytes: ArrayBuffer;
}

/**
 * Reads one net's weights from `<weightsDir>/face-api/` and holds them against the manifest.
 * Throws WEIGHTS_MISSING or WEIGHTS_MISMATCH.
 */
export async function readNetWeights(weightsDir: string, net: NetFile): Promise<NetWeights> {
  const [specs, values] = await Promise.all(
    manifest.nets[net].files.map((file) => readChecked(weightsDir, file)),
  );
  if (specs === undefined || values === undefined) {
    throw new Error(`weights/face-api.json names no files for ${net}`);
  }
  const groups = JSON.parse(specs.toString('utf8')) as { weights: WeightSpec[] }[];
  const bytes = new ArrayBuffer(values.byteLength);
  new Uint8Array(bytes).set(values);
  return { specs: groups.flatMap((group) => group.weights), bytes };
}

/**
 * Reads an ONNX graph that scripts/onnx wrote to `<weightsDir>/face-api/` and holds it against the
 * manifest. Throws WEIGHTS_MISSING or WEIGHTS_MISMATCH.
 */
export async function readGraph(weightsDir: string, graph: GraphFile): Promise<Buffer> {
  const file = manifest.graphs.find(({ name }) => name === graph);
  if (file === undefined) throw new Error(`weights/face-api.json does not name ${graph}`);
  return readChecked(weightsDir, file);
}

async function readChecked(
  weightsDir: string,
  file: { readonly name: string; readonly sha256: string },
): Promise<Buffer> {
  const filePath = path.join(weightsDir, manifest.pack, file.name);
  let content: Buffer;
  try {
    content = await readFile(filePath);
  } catch (cause) {
    throw new WorkerError(
      'WEIGHTS_MISSING',
      `expected the model file ${filePath}, which cannot be read; run scripts/setup or set WEIGHTS_DIR`,
      { cause },
    );
  }
  const sha256 = createHash('sha256').update(content).digest('hex');
  if (sha256 !== file.sha256) {
    throw new WorkerError(
      'WEIGHTS_MISMATCH',
      `expected ${filePath} with SHA-256 ${file.sha256}, got ${sha256}; run scripts/setup to fetch it again`,
    );
  }
  return content;
}
