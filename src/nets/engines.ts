import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';

import type * as tfjs from '@tensorflow/tfjs';
import type * as tfjsWasm from '@tensorflow/tfjs-backend-wasm';

import { messageOf, WorkerError } from '../errors.ts';
import { loadFaceApiNets, type FaceApi } from './face-api.ts';
import type { DetectorName, EngineName, FaceNets } from './net.ts';
import { loadOnnxNets } from './onnx.ts';

const requireNative = createRequire(__filename);

/** Which engine was taken and why, for the log and `/health/ready`. */
export interface EngineChoice {
  readonly name: EngineName;
  readonly reason: string;
  /** Set when a faster engine was wanted and could not be loaded. */
  readonly warning?: string;
}

export interface LoadedEngine {
  readonly choice: EngineChoice;
  readonly nets: FaceNets;
}

export interface EngineOptions {
  readonly detectorName: DetectorName;
  readonly weightsDir: string;
  /** Threads that one net may use at once. */
  readonly threads: number;
}

const LOADERS: Readonly<Record<EngineName, (options: EngineOptions) => Promise<FaceNets>>> = {
  onnx: (options) => loadOnnxNets(options),
  'tfjs-node': async (options) =>
    loadFaceApiNets({ ...options, faceApi: await openTfjsNode(), engine: 'tfjs-node' }),
  wasm: async (options) =>
    loadFaceApiNets({ ...options, faceApi: await openWasm(options.threads), engine: 'wasm' }),
};

/** What `auto` tries, fastest first. */
const BY_SPEED: readonly EngineName[] = ['onnx', 'tfjs-node', 'wasm'];

/** ONNX Runtime says that it does without; that is not tried here, so `auto` does not either. */
const NEED_AVX: readonly EngineName[] = ['onnx', 'tfjs-node'];

/**
 * Loads the nets on the engine asked for; `auto` takes the fastest that loads on this machine.
 * Throws ENGINE_UNAVAILABLE when an engine asked for by name does not load.
 */
export async function loadEngine(
  options: EngineOptions & { engine: EngineName | 'auto' },
): Promise<LoadedEngine> {
  return options.engine === 'auto' ? loadFastest(options) : loadNamed(options.engine, options);
}

async function loadNamed(name: EngineName, options: EngineOptions): Promise<LoadedEngine> {
  try {
    return { choice: { name, reason: `ENGINE=${name}` }, nets: await LOADERS[name](options) };
  } catch (cause) {
    if (cause instanceof WorkerError) throw cause;
    throw new WorkerError(
      'ENGINE_UNAVAILABLE',
      `ENGINE=${name} was asked for and does not load (${firstLine(messageOf(cause))}); ` +
        'run scripts/setup, or set ENGINE=auto',
      { cause },
    );
  }
}

async function loadFastest(options: EngineOptions): Promise<LoadedEngine> {
  const failures: string[] = [];
  for (const name of BY_SPEED) {
    try {
      // An instruction that the CPU lacks would end the process instead of throwing.
      if (NEED_AVX.includes(name)) await refuseWithoutAvx();
      const nets = await LOADERS[name](options);
      return { choice: chosen(name, failures), nets };
    } catch (error) {
      if (error instanceof WorkerError) throw error;
      failures.push(`${name} does not load (${firstLine(messageOf(error))})`);
    }
  }
  throw new WorkerError(
    'ENGINE_UNAVAILABLE',
    `no engine loads here: ${failures.join('; ')}; run scripts/setup`,
  );
}

function chosen(name: EngineName, failures: readonly string[]): EngineChoice {
  if (failures.length === 0) return { name, reason: 'the fastest that loads here' };
  const why = failures.join('; ');
  return {
    name,
    reason: why,
    warning: `${why}; the same nets run on ${name} instead, more slowly. Run scripts/setup to install what is missing`,
  };
}

async function openTfjsNode(): Promise<FaceApi> {
  // tfjs-node 4.22 calls a function that Node 23 removed.
  const legacyUtil = util as { isNullOrUndefined?: (value: unknown) => boolean };
  legacyUtil.isNullOrUndefined ??= (value) => value === null || value === undefined;
  await refuseWithoutAvx();
  const tf = requireNative('@tensorflow/tfjs-node') as typeof tfjs;
  const faceApi = requireNative('@vladmandic/face-api/dist/face-api.node.js') as FaceApi;
  tf.enableProdMode();
  await tf.setBackend('tensorflow');
  await tf.ready();
  return faceApi;
}

async function openWasm(threads: number): Promise<FaceApi> {
  const tf = requireNative('@tensorflow/tfjs') as typeof tfjs;
  const wasm = requireNative('@tensorflow/tfjs-backend-wasm') as typeof tfjsWasm;
  const faceApi = requireNative('@vladmandic/face-api/dist/face-api.node-wasm.js') as FaceApi;
  const binaries = path.dirname(requireNative.resolve('@tensorflow/tfjs-backend-wasm'));
  wasm.setWasmPaths(path.join(binaries, path.sep));
  wasm.setThreadsCount(threads);
  tf.enableProdMode();
  await tf.setBackend('wasm');
  await tf.ready();
  return faceApi;
}

async function refuseWithoutAvx(): Promise<void> {
  if (process.arch === 'x64' && !(await cpuHasAvx())) {
    throw new Error('this CPU has no AVX, which its official builds need');
  }
}

async function cpuHasAvx(): Promise<boolean> {
  const { readFile } = await import('node:fs/promises');
  try {
    return /\bavx\b/.test(await readFile('/proc/cpuinfo', 'utf8'));
  } catch {
    return true;
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
