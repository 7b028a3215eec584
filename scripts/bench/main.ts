/** The bench: face-api as its users call it against this worker. See `npm run bench -- --help`. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { messageOf } from '../../src/errors.ts';
import { readMachine } from '../../src/machine.ts';
import { planVision } from '../../src/vision/plan.ts';
import { readArguments, type BenchArguments } from './arguments.ts';
import { drawChart } from './chart.ts';
import type { BaselineReport } from './face-api-baseline.ts';
import { median } from './median.ts';
import { benchNearest, type NearestReport } from './nearest.ts';
import { chooseBenchPhotos } from './photos.ts';
import { printTables } from './tables.ts';
import { runBaseline } from './run-baseline.ts';
import { runWorker, type WorkerReport } from './run-worker.ts';
import { summarise, type BenchReport, type Runs } from './summary.ts';

/** Runs everything in turns, so that a slow minute of the machine meets all alike. */
async function measurePhotos(photos: readonly string[], repeats: number): Promise<Runs> {
  const standard = planVision(
    { profile: 'standard', children: undefined, threads: undefined, memoryLimitMiB: undefined },
    readMachine(),
  ).children;
  const childCounts = [...new Set([1, 2, standard])];
  const tfjsNode: BaselineReport[] = [];
  const wasm: BaselineReport[] = [];
  const worker = new Map<number, WorkerReport[]>(childCounts.map((children) => [children, []]));
  for (let turn = 1; turn <= repeats; turn++) {
    const say = (what: string): void => {
      console.error(`turn ${turn} of ${repeats}: ${what}, ${photos.length - 1} photos`);
    };
    say('face-api on tfjs-node');
    const native = await runBaseline('tfjs-node', photos);
    if (native !== null) tfjsNode.push(native);
    say('face-api on wasm');
    const portable = await runBaseline('wasm', photos);
    if (portable !== null) wasm.push(portable);
    for (const [children, reports] of worker) {
      say(`this worker with ${children} vision ${children === 1 ? 'child' : 'children'}`);
      reports.push(await runWorker(photos, { VISION_CHILDREN: String(children) }));
    }
  }
  console.error('this worker in low power');
  const lowPower = await runWorker(photos, { PROFILE: 'low-power' });
  return { tfjsNode, wasm, worker, standard, lowPower };
}

function measureNearest({ quick }: BenchArguments): Record<string, NearestReport> {
  const counts = quick ? [1e3, 1e4, 1e5] : [1e3, 1e4, 1e5, 1e6];
  return Object.fromEntries(
    counts.map((count) => {
      console.error(`nearest neighbours among ${count.toLocaleString('en')}`);
      return [String(count), benchNearest(count, { questions: quick ? 100 : 300, hnsw: true })];
    }),
  );
}

async function bench(options: BenchArguments): Promise<BenchReport> {
  const photos = await chooseBenchPhotos(options);
  const runs = await measurePhotos(photos, options.quick ? 1 : options.repeats);
  return summarise(runs, measureNearest(options), median);
}

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  const report = await bench(options);
  await mkdir(path.dirname(options.chart), { recursive: true });
  await writeFile(options.chart, drawChart(report));
  printTables(report);
  console.error(`Chart: ${options.chart}`);
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(messageOf(error));
    process.exit(1);
  },
);
