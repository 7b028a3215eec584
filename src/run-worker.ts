import { readConfig, type Config } from './config.ts';
import { messageOf } from './errors.ts';
import { missingRoots } from './image/missing-roots.ts';
import { createLog } from './log.ts';
import { startWorker } from './worker.ts';

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
  for (const missing of await missingRoots(config.mediaRoots)) {
    log.warn(missing, 'a folder of MEDIA_ROOTS cannot be read: its photos will fail');
  }
  try {
    const worker = await startWorker(config, { log, signal: stop.signal });
    await aborted(stop.signal);
    await worker.close();
    log.info('stopped');
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    log.fatal({ err: messageOf(error) }, 'the worker cannot run');
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
