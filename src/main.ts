import { runWorker } from './run-worker.ts';

void runWorker().then((exitCode) => {
  // All is closed; but ioredis 5.11 leaves a socket timer behind for each blocking connection that
  // was closed while it waited, which would hold the process for half a minute.
  process.exit(exitCode);
});
