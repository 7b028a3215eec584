import { messageOf, WorkerError } from '../errors.ts';

/** Why the pool itself ended a child. */
export type EndReason = 'deadline' | 'memory' | 'abort';

/** The error of a photo whose child ended, told from what workerpool says of the end. */
export function childEnded(error: unknown): WorkerError {
  const text = messageOf(error);
  // workerpool tells how a child ended only in the lines of its message.
  const signal = /signalCode: `(?<name>[A-Z0-9]+)`/.exec(text)?.groups?.['name'];
  const exitCode = /exitCode: `(?<code>\d+)`/.exec(text)?.groups?.['code'];
  if (signal === 'SIGABRT' || exitCode === '134') {
    return new WorkerError(
      'VISION_MEMORY',
      'the child process that looked at the photo ran out of memory (it ended with SIGABRT); it was replaced',
      { cause: error },
    );
  }
  if (signal !== undefined) {
    const hint = signal === 'SIGKILL' ? ', which the kernel also sends when memory runs out' : '';
    return new WorkerError(
      'VISION_CHILD_KILLED',
      `the child process that looked at the photo ended with signal ${signal}${hint}; it was replaced`,
      { cause: error },
    );
  }
  if (exitCode !== undefined) {
    return new WorkerError(
      'VISION_CHILD_EXITED',
      `the child process that looked at the photo ended with exit code ${exitCode} and gave no answer; it was replaced`,
      { cause: error },
    );
  }
  return new WorkerError('VISION_FAILED', `looking at the photo failed: ${text}`, { cause: error });
}

export function pastDeadline(deadlineMillis: number): WorkerError {
  return new WorkerError(
    'VISION_DEADLINE',
    `looking at the photo took longer than ${deadlineMillis} ms (PHOTO_DEADLINE_MILLIS); ` +
      'the child process was ended and replaced',
  );
}

export function pastMemoryLimit(limitMiB: number): WorkerError {
  return new WorkerError(
    'VISION_MEMORY',
    `looking at the photo took more than ${limitMiB} MiB of memory (VISION_MEMORY_MIB); ` +
      'the child process was ended and replaced',
  );
}

export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new WorkerError(
    'JOB_ABORTED',
    `the photo was given up before anything was written (${messageOf(signal.reason)})`,
  );
}
