/** The evaluation: how well faces are found and people told apart. See `npm run eval -- --help`. */
import { readConfig, type Config } from '../../src/config.ts';
import { messageOf } from '../../src/errors.ts';
import { readArguments, type EvalArguments } from './arguments.ts';
import { readSets } from './data/read-sets.ts';
import { evaluate } from './evaluate.ts';
import { figuresOf } from './report/figures.ts';
import { tableOf } from './report/table.ts';

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

async function run(options: EvalArguments, signal: AbortSignal): Promise<void> {
  const data = await readSets(options);
  const result = await evaluate(data, { options, config: configOf(options), signal });
  const figures = figuresOf(result);
  console.error(tableOf(figures));
  console.error(`${result.looks.size} photos, ${result.seconds.toFixed(1)} s`);
  if (options.json) process.stdout.write(`${JSON.stringify(figures, null, 1)}\n`);
}

async function main(): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  try {
    await run(readArguments(process.argv.slice(2)), stop.signal);
    return 0;
  } catch (error) {
    console.error(messageOf(error));
    return stop.signal.aborted ? 130 : 1;
  }
}

void main().then((exitCode) => {
  process.exitCode = exitCode;
});
