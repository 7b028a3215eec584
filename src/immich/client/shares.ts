import fastq, { type queueAsPromised } from 'fastq';

type Task = () => Promise<void>;

/**
 * Shares connections out among keys: while there are several, each has half of them at most, so that one
 * whose requests are not answered leaves room for the others.
 */
export class Shares {
  readonly #connections: number;
  readonly #queues = new Map<string, queueAsPromised<Task, void>>();

  constructor(connections: number) {
    this.#connections = connections;
  }

  /** Runs work of a key's within its share. */
  of(key: string): <T>(work: () => Promise<T>) => Promise<T> {
    const queue = this.#queues.get(key) ?? this.#open(key);
    return (work) =>
      new Promise((resolve, reject) => {
        void queue.push(() => work().then(resolve, reject));
      });
  }

  #open(key: string): queueAsPromised<Task, void> {
    const queue = fastq.promise((task: Task) => task(), this.#connections);
    this.#queues.set(key, queue);
    if (this.#queues.size > 1) {
      const half = Math.max(1, Math.floor(this.#connections / 2));
      for (const one of this.#queues.values()) one.concurrency = half;
    }
    return queue;
  }
}
