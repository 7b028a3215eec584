import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { freePort } from '../harness/redis.ts';
import { startWorkerProcess, type WorkerProcess } from '../harness/worker-process.ts';
import { nextSample, readSteadyWorker, type SteadySample } from './steady-worker.ts';
import { seededRandom } from '../harness/random.ts';

const WORKERS = 4;
const SAMPLE_EVERY_MILLIS = 1000;
const script = path.join(__dirname, 'worker-main.js');

export interface WorkersOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly logFolder: string;
  readonly killEverySeconds: number;
  readonly seed: number;
  /** How many jobs are done, of all workers. */
  readonly jobsDone: () => number;
  /** From so many on the first worker, whose memory is measured, is killed too. */
  readonly steadyUntilJobs: number;
  /** Ends waiting and killing. */
  readonly signal: AbortSignal;
}

/** A place for one worker process at a time. */
interface Slot {
  readonly name: string;
  readonly port: number;
  lives: number;
  worker: WorkerProcess | null;
}

/**
 * Four worker processes that are killed at random and started again; the first, whose memory is
 * measured, only towards the end.
 */
export class SoakWorkers {
  readonly #options: WorkersOptions;
  readonly #slots: readonly Slot[];
  readonly #over = new AbortController();
  readonly #failures: Error[] = [];
  readonly #samples: SteadySample[] = [];
  #chores: Promise<unknown>[] = [];
  #kills = 0;

  private constructor(options: WorkersOptions, slots: readonly Slot[]) {
    this.#options = options;
    this.#slots = slots;
  }

  static async start(options: WorkersOptions): Promise<SoakWorkers> {
    const slots: Slot[] = [];
    for (let i = 0; i < WORKERS; i++) {
      const name = i === 0 ? 'steady' : `mortal-${i}`;
      slots.push({ name, port: await freePort(), lives: 0, worker: null });
    }
    const workers = new SoakWorkers(options, slots);
    await Promise.all(slots.map((slot) => workers.#start(slot)));
    try {
      workers.throwIfOneFailed();
      return workers;
    } catch (error) {
      await workers.close();
      throw error;
    }
  }

  get kills(): number {
    return this.#kills;
  }

  /** Throws when a worker ended that nobody killed. */
  throwIfOneFailed(): void {
    const [failure] = this.#failures;
    if (failure !== undefined) throw failure;
  }

  /** The first worker in its first life. */
  get steadySamples(): readonly SteadySample[] {
    return this.#samples;
  }

  /** Begins to sample and to kill, until closed. */
  unleash(): void {
    this.#chores.push(this.#sample(), this.#killAtRandom());
  }

  /** Answers with the exit codes, which are 0 when all closed in order. */
  async close(): Promise<readonly (number | null)[]> {
    this.#over.abort();
    await Promise.all(this.#chores);
    const open = this.#slots.flatMap(({ worker }) => (worker === null ? [] : [worker]));
    return Promise.all(open.map((worker) => worker.close()));
  }

  async #start(slot: Slot): Promise<void> {
    slot.lives += 1;
    try {
      const worker = await startWorkerProcess({
        environment: this.#options.environment,
        port: slot.port,
        logFile: path.join(this.#options.logFolder, `${slot.name}.${slot.lives}.log`),
        script,
        signal: this.#options.signal,
      });
      slot.worker = worker;
      worker.died.catch((error: unknown) => this.#failures.push(toError(error)));
    } catch (error) {
      this.#failures.push(toError(error));
    }
  }

  async #killAtRandom(): Promise<void> {
    const random = seededRandom(this.#options.seed);
    for (;;) {
      await this.#pause(this.#options.killEverySeconds * 1000 * (0.5 + random()));
      if (this.#isOver) return;
      const victim = this.#chooseVictim(random());
      if (victim?.worker == null) continue;
      const { worker } = victim;
      victim.worker = null;
      this.#kills += 1;
      await worker.kill();
      this.#chores.push(this.#start(victim));
    }
  }

  /** The first worker as soon as it is no longer spared, so that a soak never ends without that. */
  #chooseVictim(random: number): Slot | undefined {
    const [steady, ...others] = this.#slots;
    const isSpared = this.#options.jobsDone() < this.#options.steadyUntilJobs;
    if (!isSpared && steady?.lives === 1) return steady;
    const running = (isSpared ? others : this.#slots).filter(({ worker }) => worker !== null);
    return running[Math.floor(random * running.length)];
  }

  async #sample(): Promise<void> {
    const [steady] = this.#slots;
    while (!this.#isOver && steady?.lives === 1) {
      // Asked for before, so that memory is never held against jobs that came after.
      const jobs = this.#options.jobsDone();
      const { worker } = steady;
      const read = worker === null ? null : await readSteadyWorker(worker.address);
      // One that was killed meanwhile does no more, and is no longer to be spared.
      const isRunning = worker !== null && steady.worker === worker;
      const sample = isRunning ? nextSample(jobs, read, this.#samples.at(-1)) : null;
      if (sample !== null) this.#samples.push(sample);
      await this.#pause(SAMPLE_EVERY_MILLIS);
    }
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted || this.#options.signal.aborted;
  }

  async #pause(millis: number): Promise<void> {
    const signal = AbortSignal.any([this.#over.signal, this.#options.signal]);
    await wait(millis, undefined, { signal }).catch(() => undefined);
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
