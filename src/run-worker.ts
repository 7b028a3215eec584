import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { misspelledVariables, readConfig, type Config } from './config.ts';
import { messageOf, WorkerError } from './errors.ts';
import { missingRoots } from './image/missing-roots.ts';
import { createLog } from './log.ts';
import { startWorker } from './worker.ts';

/** For what is closed after the photo in hand, beyond the grace period. */
const GOODBYE_MILLIS = 10_000;

/**
 * The worker process: reads the settings and runs until a signal. The first SIGTERM or SIGINT
 * finishes the photo in hand, a second one ends at once. Answers with the exit code.
 */
export async function runWorker(): Promise<number> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
  const log = createLog({ level: config.logLevel });
  const stop = new AbortController();
  onSignals((signal, again) => {
    if (again) {
      log.warn({ signal }, 'ending at once; the photo in hand goes back to the queue');
      process.exit(1);
    }
    log.info(
      { signal, graceMillis: config.shutdownGraceMillis },
      'stopping after the photo in hand',
    );
    stop.abort(new Error(`stopped by ${signal}`));
  });
  for (const name of misspelledVariables()) {
    log.warn(name, 'no setting is called like this variable, so it changes nothing');
  }
  for (const missing of await missingRoots(config.mediaRoots)) {
    log.warn(missing, 'a folder of MEDIA_ROOTS cannot be read: its photos will fail');
  }
  try {
    const worker = await startWorker(config, {
      ...{ log, signal: stop.signal },
      onFatal: (error) => {
        stop.abort(error);
      },
    });
    if (!stop.signal.aborted) await once(stop.signal, 'abort');
    const isClosed = await within(config.shutdownGraceMillis + GOODBYE_MILLIS, worker.close());
    if (!isClosed) log.warn('Redis did not let go in time; a photo in hand comes again');
    if (stop.signal.reason instanceof WorkerError) throw stop.signal.reason;
    log.info('stopped');
    return 0;
  } catch (error) {
    if (stop.signal.aborted && stop.signal.reason !== error) return 0;
    log.fatal({ err: messageOf(error) }, 'the worker cannot run');
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

/** Answers whether it was done in time. */
async function within(millis: number, work: Promise<void>): Promise<boolean> {
  const over = new AbortController();
  const late = setTimeout(millis, false, { signal: over.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    over.abort();
  }
}

function onSignals(handle: (signal: NodeJS.Signals, again: boolean) => void): void {
  let count = 0;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      handle(signal, count++ > 0);
    });
  }
}
