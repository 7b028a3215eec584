/** The real worker with the recorded vision child. */
import path from 'node:path';

import { readConfig } from '../../src/config.ts';
import { messageOf } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { startWorker } from '../../src/worker.ts';

async function run(): Promise<void> {
  const config = readConfig();
  const stop = new AbortController();
  const stopped = new Promise((resolve) => process.once('SIGTERM', resolve)).then(() => {
    stop.abort(new Error('stopped by SIGTERM'));
  });
  const worker = await startWorker(config, {
    log: createLog({ level: config.logLevel }),
    signal: stop.signal,
    childScript: path.join(__dirname, 'recorded-child.js'),
  });
  await stopped;
  await worker.close();
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
