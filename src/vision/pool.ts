import path from 'node:path';

import fastq from 'fastq';
import workerpool from 'workerpool';

import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import { messageOf, WorkerError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { EngineChoice } from '../nets/engines.ts';
import type { DetectorName, EngineName } from '../nets/net.ts';
import type { Answer, ChildOptions } from './child-protocol.ts';

export interface VisionPoolOptions {
  readonly children: number;
  readonly engine: EngineName | 'auto';
  readonly detector: {
    readonly kind: DetectorName;
    readonly minScore: number;
    readonly tinyInputPx: number;
  };
  readonly weightsDir: string;
  readonly limits: { readonly maxPhotoBytes: number; readonly maxPhotoPixels: number };
  readonly photoDeadlineMillis: number;
  readonly log: Log;
  /** The children's environment: they meet strangers' files and need no password; default: ours. */
  readonly environment?: NodeJS.ProcessEnv;
  /** The compiled child; tests name it, since they run from the sources. */
  readonly childScript?: string;
}

/** Child processes that decode photos and run the nets, so that the main process never computes. */
export interface VisionPool {
  readonly engine: EngineChoice;
  /**
   * Looks at a photo in a child. Rejects with the photo's own error, VISION_DEADLINE,
   * VISION_CHILD_DIED, or JOB_ABORTED when `signal` fires; the last three end and replace the child.
   */
  see(path: string, signal: AbortSignal): Promise<SeenPhoto>;
  close(): Promise<void>;
}

/** Starts the children and loads the nets in one of them; rejects when that fails. */
export async function createVisionPool(options: VisionPoolOptions): Promise<VisionPool> {
  const pool = workerpool.pool(options.childScript ?? path.join(__dirname, 'child.js'), {
    workerType: 'process',
    minWorkers: options.children,
    maxWorkers: options.children,
    forkArgs: [JSON.stringify(childOptions(options))],
    forkOpts: {
      serialization: 'advanced',
      execArgv: [],
      ...(options.environment === undefined ? {} : { env: options.environment }),
    },
    workerTerminateTimeout: 500,
  });
  try {
    const engine = unwrap((await pool.exec('engine', [])) as Answer<EngineChoice>);
    if (engine.warning !== undefined) options.log.warn({ engine: engine.name }, engine.warning);
    // workerpool forgets calls that wait behind one whose child dies, so none ever waits there.
    const waiting = fastq.promise(
      (call: { photoPath: string; signal: AbortSignal }) => see({ ...call, pool, options }),
      options.children,
    );
    return {
      engine,
      see: (photoPath, signal) => waiting.push({ photoPath, signal }),
      close: async () => {
        await pool.terminate(true);
      },
    };
  } catch (error) {
    await pool.terminate(true);
    throw error instanceof WorkerError ? error : childDied(error);
  }
}

function childOptions(options: VisionPoolOptions): ChildOptions {
  const { kind, minScore, tinyInputPx } = options.detector;
  return {
    engine: options.engine,
    detectorName: kind,
    weightsDir: options.weightsDir,
    look: { limits: options.limits, detect: { minScore, tinyInputPx } },
  };
}

async function see(call: {
  pool: workerpool.Pool;
  photoPath: string;
  signal: AbortSignal;
  options: VisionPoolOptions;
}): Promise<SeenPhoto> {
  const { pool, photoPath, signal, options } = call;
  throwIfAborted(signal);
  const running = pool.exec('look', [photoPath]).timeout(options.photoDeadlineMillis);
  const cancel = (): void => {
    running.cancel();
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return unwrap((await running) as Answer<SeenPhoto>);
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof WorkerError) throw error;
    if (error instanceof workerpool.Promise.TimeoutError) {
      throw new WorkerError(
        'VISION_DEADLINE',
        `looking at the photo took longer than ${options.photoDeadlineMillis} ms ` +
          '(PHOTO_DEADLINE_MILLIS); the child process was ended and replaced',
      );
    }
    options.log.warn({ path: photoPath, reason: messageOf(error) }, 'a vision child died');
    throw childDied(error);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new WorkerError(
    'JOB_ABORTED',
    `the photo was given up before anything was written (${messageOf(signal.reason)})`,
  );
}

function unwrap<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  if (answer.code !== null) throw new WorkerError(answer.code, answer.message);
  throw new Error(answer.message);
}

/** workerpool tells how a child ended only in the lines of its message. */
function childDied(error: unknown): WorkerError {
  const text = messageOf(error);
  const signal = /signalCode: `(?<name>[A-Z0-9]+)`/.exec(text)?.groups?.['name'];
  const exitCode = /exitCode: `(?<code>\d+)`/.exec(text)?.groups?.['code'];
  if (signal === undefined && exitCode === undefined) {
    return new WorkerError('VISION_CHILD_DIED', `looking at the photo failed: ${text}`, {
      cause: error,
    });
  }
  const how = signal === undefined ? `exit code ${exitCode ?? '?'}` : `signal ${signal}`;
  return new WorkerError(
    'VISION_CHILD_DIED',
    `the child process that looked at the photo ended with ${how}; it was replaced`,
    { cause: error },
  );
}
