import { messageOf } from '../../src/errors.ts';

/** Runs a script until it is done or a signal stops it, and ends the process with its exit code. */
export async function runMain(work: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  try {
    process.exitCode = await work(stop.signal);
  } catch (error) {
    console.error(messageOf(error));
    process.exitCode = stop.signal.aborted ? 130 : 1;
  }
}
