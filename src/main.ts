import { runWorker } from './run-worker.ts';

void runWorker().then((exitCode) => {
  process.exitCode = exitCode;
});
