import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { freePort } from '../harness/redis.ts';
import { startWorkerProcess, type WorkerProcess } from '../harness/worker-process.ts';
import { sampleMemory, type MemorySample } from './memory.ts';
import { seededRandom } from '../harness/random.ts';

const WORKERS = 4;
const SAMPLE_EVERY_MILLIS = 1000;
const script = path.join(__dirname, 'worker-main.js');

export interface WorkersOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly logFolder: string;
  readonly killEverySeconds: number;
  readonly seed: number;
  /** Ends waiting and killing. */
  readonly signal: AbortSignal;
}

/** A place for one worker process at a time. */
interface Slot {
  readonly name: string;
  readonly port: number;
  lives: number;
  worker: WorkerProcess | null;
  /** Of its present life. */
  samples: MemorySample[];
}

/** Four worker processes; all but the first are killed at random and started again. */
export class SoakWorkers {
  readonly #options: WorkersOptions;
  readonly #slots: readonly Slot[];
  readonly #over = new AbortController();
  readonly #failures: Error[] = [];
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
      slots.push({ name, port: await freePort(), lives: 0, worker: null, samples: [] });
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

  /** Memory of the worker that is never killed. */
  get steadySamples(): readonly MemorySample[] {
    return this.#slots[0]?.samples ?? [];
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
    slot.samples = [];
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
      const running = this.#slots.slice(1).filter(({ worker }) => worker !== null);
      const victim = running[Math.floor(random() * running.length)];
      if (victim?.worker == null) continue;
      const { worker } = victim;
      victim.worker = null;
      this.#kills += 1;
      await worker.kill();
      this.#chores.push(this.#start(victim));
    }
  }

  async #sample(): Promise<void> {
    while (!this.#isOver) {
      for (const { worker, samples } of this.#slots) {
        const sample = worker === null ? null : await sampleMemory(worker.address);
        if (sample !== null) samples.push(sample);
      }
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
