import { WorkerError } from '../../errors.ts';

/** Throws JOB_ABORTED once the run is to end. */
export function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new WorkerError('JOB_ABORTED', 'the worker is stopping; what was written stays', {
    cause: signal.reason,
  });
}
