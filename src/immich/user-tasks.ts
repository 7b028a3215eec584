import { setTimeout as delay } from 'node:timers/promises';

import fastq, { type queueAsPromised } from 'fastq';

import type { ImmichAccount } from './accounts.ts';

/** Never rejects. */
type UserWork = (account: ImmichAccount) => Promise<void>;

interface Busy {
  readonly ended: Promise<void>;
  /** Asked for meanwhile. */
  next: (() => Promise<void>) | null;
}

/** Users that are worked for at once. */
const AT_ONCE = 8;

/**
 * One kind of work for several users, beside each other but for each of them one at a time: a user of
 * whom Immich does not answer holds up nobody else.
 */
export class UserTasks {
  readonly #stop: AbortSignal;
  readonly #queue: queueAsPromised<() => Promise<void>, undefined>;
  readonly #busy = new Map<string, Busy>();

  constructor(stop: AbortSignal) {
    this.#stop = stop;
    this.#queue = fastq.promise(async (work: () => Promise<void>) => {
      if (!stop.aborted) await work();
      return undefined;
    }, AT_ONCE);
  }

  /**
   * Resolves when the work is done for all users who were not busy with it, or after `patienceMillis`,
   * when the rest goes on by itself. Who is busy with it has it done once more after that.
   */
  async forEach(
    accounts: readonly ImmichAccount[],
    patienceMillis: number,
    work: UserWork,
  ): Promise<void> {
    const started = accounts.flatMap((account) => this.#start(account, () => work(account)) ?? []);
    if (started.length === 0 || patienceMillis === 0) return;
    const ended = new AbortController();
    const signal = AbortSignal.any([this.#stop, ended.signal]);
    const patience = delay(patienceMillis, undefined, { signal }).catch(() => undefined);
    await Promise.race([Promise.all(started), patience]);
    ended.abort();
  }

  /** Resolves when nothing is being done any more; after `stop`. */
  async ended(): Promise<void> {
    await Promise.all([...this.#busy.values()].map(({ ended }) => ended));
  }

  #start({ userId }: ImmichAccount, work: () => Promise<void>): Promise<void> | null {
    const busy = this.#busy.get(userId);
    if (busy !== undefined) {
      busy.next = work;
      return null;
    }
    const ended = this.#run(userId, work);
    this.#busy.set(userId, { ended, next: null });
    return ended;
  }

  async #run(userId: string, work: () => Promise<void>): Promise<void> {
    for (let next: (() => Promise<void>) | null = work; next !== null;) {
      await this.#queue.push(next);
      const busy = this.#busy.get(userId);
      next = busy?.next ?? null;
      if (busy !== undefined) busy.next = null;
    }
    this.#busy.delete(userId);
  }
}
