import { runWorker } from './run-worker.ts';

const unexpected = process.argv.slice(2);

void start().then((exitCode) => {
  // All is closed; but ioredis 5.11 leaves a socket timer behind for each blocking connection that
  // was closed while it waited, which would hold the process for half a minute.
  process.exit(exitCode);
});

/** Somebody who gives a command here would else get one more worker, which never ends. */
async function start(): Promise<number> {
  if (unexpected.length === 0) return runWorker();
  process.stderr.write(
    `expected no arguments, got ${JSON.stringify(unexpected.join(' '))}; ` +
      'this is the worker alone, its commands are those of immich-face-worker (dist/src/cli.js --help)\n',
  );
  return 1;
}
