/** The evaluation: how well faces are found and people told apart. See `npm run eval -- --help`. */
import path from 'node:path';

import { readConfig, type Config } from '../../src/config.ts';
import { readArguments, type EvalArguments } from './arguments.ts';
import { readSets } from './data/read-sets.ts';
import { evaluate } from './evaluate.ts';
import { writePage } from './report/html/page.ts';
import { chooseGateData, gateArguments } from './gate/gate-data.ts';
import { runGate } from './gate/run-gate.ts';
import { figuresOf } from './report/figures.ts';
import { tableOf } from './report/table.ts';
import { runMain } from './run-main.ts';

/** The settings of the environment, with what the arguments say instead. */
function configOf({ engine, detector, workers }: EvalArguments): Config {
  const config = readConfig();
  return {
    ...config,
    engine: engine ?? config.engine,
    detector: { ...config.detector, kind: detector ?? config.detector.kind },
    vision: { ...config.vision, children: workers ?? config.vision.children },
  };
}

/** Whether all is well: false when the gate is not passed. */
async function run(given: EvalArguments, signal: AbortSignal): Promise<boolean> {
  const gateData = given.gate ? chooseGateData(given) : null;
  const options = gateData === null ? given : gateArguments(given, gateData);
  const data = await readSets(options);
  const result = await evaluate(data, { options, config: configOf(options), signal });
  const figures = figuresOf(result);
  console.error(tableOf(figures));
  console.error(`${result.looks.size} photos, ${result.seconds.toFixed(1)} s`);
  if (options.html !== undefined) {
    await writePage(path.resolve(options.html), result, figures);
    console.error(`the report is in ${path.resolve(options.html)}`);
  }
  if (options.json) process.stdout.write(`${JSON.stringify(figures, null, 1)}\n`);
  return gateData === null ? true : runGate(figures, gateData, options);
}

void runMain(async (signal) => ((await run(readArguments(process.argv.slice(2)), signal)) ? 0 : 1));
