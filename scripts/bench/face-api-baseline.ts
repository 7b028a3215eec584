/**
 * face-api as its users call it, in a process of its own: `node face-api-baseline.js ENGINE PHOTO…`.
 * Writes one line of JSON. The first photo is the warm-up, with the load it makes the cold start.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';

import type * as tfjs from '@tensorflow/tfjs';
import type * as tfjsWasm from '@tensorflow/tfjs-backend-wasm';
import type * as faceApiModule from '@vladmandic/face-api';
import sharp from 'sharp';

import { messageOf } from '../../src/errors.ts';

export interface BaselineReport {
  readonly photos: number;
  readonly faces: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly coldStartMillis: number;
  readonly peakMiB: number;
  readonly failed: number;
}

interface Detector {
  readonly faceApi: typeof faceApiModule;
  readonly decode: (file: string) => Promise<tfjs.Tensor3D>;
}

const requireNative = createRequire(__filename);

async function openTfjsNode(): Promise<Detector> {
  const legacyUtil = util as { isNullOrUndefined?: (value: unknown) => boolean };
  legacyUtil.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const tf = requireNative('@tensorflow/tfjs-node') as typeof tfjs & {
    node: { decodeImage(bytes: Buffer, channels: number): tfjs.Tensor3D };
  };
  const faceApi = requireNative(
    '@vladmandic/face-api/dist/face-api.node.js',
  ) as typeof faceApiModule;
  await tf.ready();
  return { faceApi, decode: async (file) => tf.node.decodeImage(await readFile(file), 3) };
}

async function openWasm(): Promise<Detector> {
  const tf = requireNative('@tensorflow/tfjs') as typeof tfjs;
  const wasm = requireNative('@tensorflow/tfjs-backend-wasm') as typeof tfjsWasm;
  const faceApi = requireNative(
    '@vladmandic/face-api/dist/face-api.node-wasm.js',
  ) as typeof faceApiModule;
  const binaries = path.dirname(requireNative.resolve('@tensorflow/tfjs-backend-wasm'));
  wasm.setWasmPaths(path.join(binaries, path.sep));
  await tf.setBackend('wasm');
  await tf.ready();
  return {
    faceApi,
    decode: async (file) => {
      const { data, info } = await sharp(file)
        .removeAlpha()
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      return tf.tensor3d(new Uint8Array(data), [info.height, info.width, info.channels], 'int32');
    },
  };
}

async function countFaces({ faceApi, decode }: Detector, file: string): Promise<number> {
  const image = await decode(file);
  try {
    const faces = await faceApi.detectAllFaces(image).withFaceLandmarks().withFaceDescriptors();
    return faces.length;
  } finally {
    image.dispose();
  }
}

async function main([engine, ...photos]: readonly string[]): Promise<BaselineReport> {
  const start = performance.now();
  const detector = engine === 'wasm' ? await openWasm() : await openTfjsNode();
  const { nets } = detector.faceApi;
  const model = path.join(
    path.dirname(requireNative.resolve('@vladmandic/face-api/package.json')),
    'model',
  );
  await nets.ssdMobilenetv1.loadFromDisk(model);
  await nets.faceLandmark68Net.loadFromDisk(model);
  await nets.faceRecognitionNet.loadFromDisk(model);
  const [first, ...rest] = photos;
  if (first !== undefined) await countFaces(detector, first);
  const coldStartMillis = performance.now() - start;
  const wall = performance.now();
  const cpu = process.cpuUsage();
  let faces = 0;
  let failed = 0;
  for (const photo of rest) {
    try {
      faces += await countFaces(detector, photo);
    } catch (error) {
      failed++;
      console.error(`${photo}: ${messageOf(error)}`);
    }
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    photos: rest.length - failed,
    faces,
    wallSeconds: (performance.now() - wall) / 1000,
    cpuSeconds: (user + system) / 1e6,
    coldStartMillis,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    failed,
  };
}

main(process.argv.slice(2)).then(
  (report) => {
    process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
  },
  (error: unknown) => {
    console.error(messageOf(error));
    process.exit(1);
  },
);
