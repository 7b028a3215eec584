import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import util from 'node:util';

import type * as tfjs from '@tensorflow/tfjs';
import type * as tfjsWasm from '@tensorflow/tfjs-backend-wasm';

import { messageOf, WorkerError } from '../errors.ts';
import { loadFaceApiNets, type FaceApi } from './face-api.ts';
import type { DetectorName, EngineName, FaceNets } from './net.ts';

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

/**
 * Loads the nets on the engine asked for; `auto` takes tfjs-node when its native library loads on
 * this CPU, else wasm. Throws ENGINE_UNAVAILABLE when an engine asked for by name cannot load.
 */
export async function loadEngine(options: {
  engine: EngineName | 'auto';
  detectorName: DetectorName;
  weightsDir: string;
}): Promise<LoadedEngine> {
  const { choice, faceApi } = await openEngine(options.engine);
  const nets = await loadFaceApiNets({
    faceApi,
    engine: choice.name,
    detectorName: options.detectorName,
    weightsDir: options.weightsDir,
  });
  return { choice, nets };
}

async function openEngine(
  wanted: EngineName | 'auto',
): Promise<{ choice: EngineChoice; faceApi: FaceApi }> {
  if (wanted === 'wasm') {
    return { choice: { name: 'wasm', reason: 'ENGINE=wasm' }, faceApi: await openWasm() };
  }
  try {
    const faceApi = await openTfjsNode();
    const reason = wanted === 'auto' ? 'the fastest that loads here' : 'ENGINE=tfjs-node';
    return { choice: { name: 'tfjs-node', reason }, faceApi };
  } catch (error) {
    const why = firstLine(messageOf(error));
    if (wanted === 'tfjs-node') {
      throw new WorkerError(
        'ENGINE_UNAVAILABLE',
        `ENGINE=tfjs-node was asked for, but its native library does not load (${why}); ` +
          'run scripts/setup, or set ENGINE=wasm or ENGINE=auto',
        { cause: error },
      );
    }
    return {
      choice: {
        name: 'wasm',
        reason: 'tfjs-node does not load here',
        warning: `tfjs-node's native library does not load (${why}); the same nets run on WebAssembly, some three times slower. Run scripts/setup to install it`,
      },
      faceApi: await openWasm(),
    };
  }
}

async function openTfjsNode(): Promise<FaceApi> {
  // tfjs-node 4.22 calls a function that Node 23 removed.
  const legacyUtil = util as { isNullOrUndefined?: (value: unknown) => boolean };
  legacyUtil.isNullOrUndefined ??= (value) => value === null || value === undefined;
  // An instruction that the CPU lacks would end the process instead of throwing.
  if (process.arch === 'x64' && !(await cpuHasAvx())) {
    throw new Error('this CPU has no AVX, which TensorFlow needs');
  }
  const tf = requireNative('@tensorflow/tfjs-node') as typeof tfjs;
  const faceApi = requireNative('@vladmandic/face-api/dist/face-api.node.js') as FaceApi;
  await tf.setBackend('tensorflow');
  await tf.ready();
  return faceApi;
}

async function openWasm(): Promise<FaceApi> {
  const tf = requireNative('@tensorflow/tfjs') as typeof tfjs;
  const wasm = requireNative('@tensorflow/tfjs-backend-wasm') as typeof tfjsWasm;
  const faceApi = requireNative('@vladmandic/face-api/dist/face-api.node-wasm.js') as FaceApi;
  const binaries = path.dirname(requireNative.resolve('@tensorflow/tfjs-backend-wasm'));
  wasm.setWasmPaths(path.join(binaries, path.sep));
  wasm.setThreadsCount(os.availableParallelism());
  await tf.setBackend('wasm');
  await tf.ready();
  return faceApi;
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
