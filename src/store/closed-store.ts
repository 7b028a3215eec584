import { WorkerError } from '../errors.ts';

/** For a call on a store after `close`; retryable, as another worker may well do the job. */
export function closedStoreError(): WorkerError {
  return new WorkerError(
    'STORE_UNAVAILABLE',
    'The store was already closed when it was asked. The worker is shutting down; run the job again.',
  );
}
