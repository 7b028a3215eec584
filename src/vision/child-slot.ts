import { setTimeout as wait } from 'node:timers/promises';

import workerpool from 'workerpool';

import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import { messageOf, WorkerError } from '../errors.ts';
import type { Log } from '../log.ts';
import {
  childEnded,
  pastDeadline,
  pastMemoryLimit,
  throwIfAborted,
  type EndReason,
} from './child-end.ts';
import type { Answer, ChildOptions, Cut, CutWish, Greeting, Look } from './child-protocol.ts';
import type { LookWish } from './look-at-photo.ts';
import { residentMiB } from './resident-memory.ts';

export interface ChildSlotOptions {
  readonly script: string;
  readonly child: ChildOptions;
  readonly environment: NodeJS.ProcessEnv | undefined;
  readonly photoDeadlineMillis: number;
  /** Resident memory at which a child is ended during a photo. */
  readonly memoryLimitMiB: number;
  /** Resident memory at which a child is replaced after a photo. */
  readonly recycleMiB: number;
  /** Photos after which a child is replaced; 0: never for that. */
  readonly recyclePhotos: number;
  readonly log: Log;
  readonly onReplaced?: ((reason: ReplacedBecause) => void) | undefined;
}

/** Why a child had to make room for another. */
export type ReplacedBecause = 'worn' | 'idle-end' | 'not-started' | 'ended-by-photo';

/** JavaScript objects of one photo are few; what is large lies outside V8's heap. */
const CHILD_HEAP_MIB = 512;
const MEMORY_CHECK_MILLIS = 200;
/** Loading the nets, cold and on a slow disk. */
const GREETING_MILLIS = 120_000;
const MOST_ENDING_MILLIS = 2000;
const ALIVE_CHECK_MILLIS = 5;
const WORN = 'it has had its photos, or has grown';
const ENDED_LATE = 'its answer came just as it was ended';

/** A place for one child process at a time, replaced when it ends, grows or has had its photos. */
export class ChildSlot {
  readonly #options: ChildSlotOptions;
  #child: Child;
  #photos = 0;
  /** The child was told to end, which takes a moment, or comes after its answer. */
  #ending = false;
  #closed = false;
  #readying: Promise<number> | null = null;

  constructor(options: ChildSlotOptions) {
    this.#options = options;
    this.#child = startChild(options);
  }

  /** Waits for the child's nets. Rejects with why they do not load, or how the child ended. */
  greet(): Promise<Greeting> {
    return this.#child.greeting;
  }

  /** Looks at one photo; a child that this ends is replaced before the next. */
  async look(wish: LookWish, signal: AbortSignal): Promise<SeenPhoto> {
    const { seen } = await this.#use<Look>({ method: 'look', argument: wish, signal });
    return seen;
  }

  /** A picture of a photo, for a page; otherwise as `look`. */
  async cut(wish: CutWish, signal: AbortSignal): Promise<Uint8Array> {
    const { picture } = await this.#use<Cut>({ method: 'cut', argument: wish, signal });
    return picture;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await endChild(this.#child);
  }

  async #use<T extends { readonly residentMiB: number }>(call: Call): Promise<T> {
    const { signal } = call;
    throwIfAborted(signal);
    const pid = await unlessAborted(this.#livingChild(), signal);
    this.#throwIfClosed();
    throwIfAborted(signal);
    this.#photos++;
    try {
      const answer = await this.#exec<T>(call, pid);
      const { residentMiB: held } = answer;
      if (this.#ending) await this.#replace('ended-by-photo', ENDED_LATE, aboutPhoto(call));
      else if (this.#isWorn(held))
        await this.#replace('worn', WORN, { photos: this.#photos, held });
      return answer;
    } catch (error) {
      if (this.#ending || !isAlive(pid)) {
        await this.#replace('ended-by-photo', messageOf(error), aboutPhoto(call));
      }
      throw error;
    }
  }

  /** One at a time: a photo that was given up meanwhile leaves it to the next. */
  #livingChild(): Promise<number> {
    this.#readying ??= this.#makeReady().finally(() => {
      this.#readying = null;
    });
    return this.#readying;
  }

  /** The process id of a child that has its nets; one that ended while idle is replaced first. */
  async #makeReady(): Promise<number> {
    try {
      const { pid } = await this.#child.greeting;
      if (isAlive(pid)) return pid;
      await this.#replace('idle-end', 'ended while idle');
      return (await this.#child.greeting).pid;
    } catch (error) {
      await this.#replace('not-started', messageOf(error));
      // Not the photo's fault, whatever it is: the first child of this worker did load.
      throw new WorkerError('VISION_FAILED', `no child process to look: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async #exec<T>({ method, argument, signal }: Call, pid: number): Promise<T> {
    const { photoDeadlineMillis, memoryLimitMiB } = this.#options;
    let reason = null as EndReason | null;
    let isOver = false;
    const end = (why: EndReason): void => {
      // A reading of memory that comes late must not end the child during the next photo.
      if (isOver) return;
      reason ??= why;
      this.#ending = true;
      // SIGTERM would wait for ever on a child that is stopped or hangs in the kernel.
      kill(pid);
    };
    const abort = (): void => {
      end('abort');
    };
    const deadline = setTimeout(end, photoDeadlineMillis, 'deadline' satisfies EndReason);
    const memory = setInterval(() => {
      void residentMiB(pid).then((held) => {
        if (held !== null && held > memoryLimitMiB) end('memory');
      });
    }, MEMORY_CHECK_MILLIS);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return unwrap((await this.#child.pool.exec(method, [argument])) as Answer<T>);
    } catch (error) {
      if (error instanceof WorkerError) throw error;
      throwIfAborted(signal);
      this.#throwIfClosed();
      if (reason === 'deadline') throw pastDeadline(photoDeadlineMillis);
      if (reason === 'memory') throw pastMemoryLimit(memoryLimitMiB);
      throw childEnded(error);
    } finally {
      isOver = true;
      clearTimeout(deadline);
      clearInterval(memory);
      signal.removeEventListener('abort', abort);
    }
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new WorkerError('JOB_ABORTED', 'the worker closes its children');
  }

  #isWorn(heldMiB: number): boolean {
    const { recyclePhotos, recycleMiB } = this.#options;
    return heldMiB > recycleMiB || (recyclePhotos > 0 && this.#photos >= recyclePhotos);
  }

  /** The new child starts when the old one is gone: there may be no room for both. */
  async #replace(
    reason: ReplacedBecause,
    why: string,
    about: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    await endChild(this.#child);
    this.#photos = 0;
    this.#ending = false;
    if (this.#closed) return;
    this.#options.onReplaced?.(reason);
    const level = reason === 'worn' ? 'info' : 'warn';
    this.#options.log[level]({ ...about, why }, 'a vision child was replaced');
    this.#child = startChild(this.#options);
  }
}

/** One call of a child's method. */
type Call = { readonly signal: AbortSignal } & (
  | { readonly method: 'look'; readonly argument: LookWish }
  | { readonly method: 'cut'; readonly argument: CutWish }
);

/** For the log: where the photo lies, when it lies anywhere. */
function aboutPhoto({ argument: { source } }: Call): { path?: string } {
  return typeof source === 'string' ? { path: source } : {};
}

interface Child {
  readonly pool: workerpool.Pool;
  readonly greeting: Promise<Greeting>;
}

function startChild(options: ChildSlotOptions): Child {
  const pool = workerpool.pool(options.script, {
    workerType: 'process',
    maxWorkers: 1,
    forkArgs: [JSON.stringify(options.child)],
    forkOpts: {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${CHILD_HEAP_MIB}`],
      ...(options.environment === undefined ? {} : { env: options.environment }),
    },
    workerTerminateTimeout: 500,
  });
  const greeting = greet(pool);
  // Whoever wants the child hears of it; until then nobody may be waiting.
  greeting.catch(() => undefined);
  return { pool, greeting };
}

async function greet(pool: workerpool.Pool): Promise<Greeting> {
  try {
    const answer: unknown = await pool.exec('greet', []).timeout(GREETING_MILLIS);
    return unwrap(answer as Answer<Greeting>);
  } catch (error) {
    throw error instanceof WorkerError ? error : childEnded(error);
  }
}

/** Ends the child at once; it holds nothing that could be lost. */
async function endChild({ pool }: Child): Promise<void> {
  const pid = pidOf(pool);
  const ending = pool.terminate(true);
  if (pid === undefined) {
    // workerpool never answers for a child that ended by itself.
    await Promise.race([ending, wait(MOST_ENDING_MILLIS, undefined, { ref: false })]);
    return;
  }
  // workerpool's SIGTERM would not end a child that is frozen, also while it loads its nets.
  kill(pid);
  while (isAlive(pid)) await wait(ALIVE_CHECK_MILLIS);
}

/** workerpool tells its children's process ids to nobody, and a child that loads has not told its own. */
function pidOf(pool: workerpool.Pool): number | undefined {
  const { workers } = pool as unknown as { workers: { worker: { pid?: number } }[] };
  return workers[0]?.worker.pid;
}

/** Rejects with JOB_ABORTED when `signal` fires first; the child goes on loading for the next photo. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener('abort', stop, { once: true });
  });
  // What comes of it later is the next photo's to hear.
  work.catch(() => undefined);
  try {
    const first = await Promise.race([work, aborted.then(() => null)]);
    throwIfAborted(signal);
    return first ?? (await work);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function unwrap<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  if (answer.code !== null) throw new WorkerError(answer.code, answer.message);
  throw new Error(answer.message);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}
