/**
 * Makes weights/files: copies the face-api pack's files from the npm package, writes its nets as
 * ONNX graphs, and checks every file against the manifest. What is right already is left alone.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { messageOf } from '../src/errors.ts';
import { readGraph, readNetWeights, type GraphFile, type NetFile } from '../src/nets/weights.ts';
import manifest from '../weights/face-api.json';
import { makeGraphs } from './onnx/make-graphs.ts';

const root = path.resolve(__dirname, '../..');
const weightsDir = path.join(root, 'weights/files');
const target = path.join(weightsDir, manifest.pack);

async function main(): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const net of Object.keys(manifest.nets) as NetFile[]) await copyWeights(net);
  if (await graphsAreRight()) {
    console.log('weights: ONNX graphs are there');
    return;
  }
  console.log('weights: writing the ONNX graphs (some seconds)');
  for (const [name, bytes] of Object.entries(await makeGraphs(weightsDir))) {
    await writeFile(path.join(target, name), bytes);
    await readGraph(weightsDir, name as GraphFile);
    console.log(`weights: ${name} written and checked`);
  }
}

async function copyWeights(net: NetFile): Promise<void> {
  const packageFile = require.resolve('@vladmandic/face-api/package.json');
  for (const { name } of manifest.nets[net].files) {
    await copyFile(path.join(path.dirname(packageFile), 'model', name), path.join(target, name));
  }
  await readNetWeights(weightsDir, net);
  console.log(`weights: ${net} checked`);
}

async function graphsAreRight(): Promise<boolean> {
  const checks = manifest.graphs.map(({ name }) => readGraph(weightsDir, name as GraphFile));
  return (await Promise.allSettled(checks)).every(({ status }) => status === 'fulfilled');
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
