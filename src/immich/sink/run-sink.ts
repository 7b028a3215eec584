import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ImmichAccounts } from '../accounts.ts';
import { Alarm } from '../source/alarm.ts';
import { RENEW_MILLIS, type Lease } from '../source/lease.ts';
import type { ImmichSink } from './immich-sink.ts';

/** Takes results off the queue while it is open. */
export interface Consumer {
  close(): Promise<void>;
}

export interface RunSinkOptions {
  readonly lease: Lease;
  readonly accounts: ImmichAccounts;
  readonly sink: Pick<ImmichSink, 'readBack'>;
  readonly startConsumer: () => Consumer;
  readonly readBackMillis: number;
  readonly log: Log;
}

/** A refused key is asked about again after it. */
const LOG_IN_AGAIN_MILLIS = 300_000;

/**
 * Writes into Immich while it holds the lease: one process at a time does, since two would make the
 * same person or face twice. The others stand by.
 */
export function runSink(options: RunSinkOptions): { close(): Promise<void> } {
  const stop = new AbortController();
  const alarm = new Alarm();
  const running = hold(options, stop.signal, alarm);
  return {
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

async function hold(options: RunSinkOptions, stop: AbortSignal, alarm: Alarm): Promise<void> {
  const { lease, log } = options;
  let turn: Turn | null = null;
  while (!stop.aborted) {
    await lease.renew();
    if (lease.isHeld && turn === null) {
      turn = new Turn(options);
      log.info('writing results into Immich');
    } else if (!lease.isHeld && turn !== null) {
      log.warn('another process writes into Immich now; standing by');
      await turn.end();
      turn = null;
    }
    turn?.readBackWhenDue();
    await alarm.sleep(RENEW_MILLIS, stop);
  }
  await turn?.end();
  await lease.release();
}

/** The time in which the lease is held. */
class Turn {
  readonly #options: RunSinkOptions;
  readonly #stop = new AbortController();
  #consumer: Consumer | null = null;
  #reading: Promise<void> = Promise.resolve();
  #isReading = false;
  #readBackAt = 0;
  #logInAt = 0;

  constructor(options: RunSinkOptions) {
    this.#options = options;
  }

  /** Never waits: the lease has to be renewed meanwhile. */
  readBackWhenDue(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#reading = this.#work().finally(() => {
      this.#isReading = false;
    });
  }

  async end(): Promise<void> {
    this.#stop.abort(new Error('the worker stops writing into Immich'));
    await this.#reading;
    await this.#consumer?.close();
  }

  async #work(): Promise<void> {
    const { accounts, startConsumer, readBackMillis } = this.#options;
    if (accounts.isPending() || Date.now() >= this.#logInAt) {
      await accounts.refresh();
      this.#logInAt = Date.now() + LOG_IN_AGAIN_MILLIS;
    }
    if (this.#stop.signal.aborted) return;
    // Whose the keys are has to be known: a result of an unknown user would be passed over.
    if (!accounts.isPending()) this.#consumer ??= startConsumer();
    if (Date.now() < this.#readBackAt || accounts.isPending()) return;
    this.#readBackAt = Date.now() + readBackMillis;
    for (const account of accounts.all()) {
      if (!this.#isStopped()) await this.#readBack(account);
    }
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #readBack(account: Parameters<ImmichSink['readBack']>[0]): Promise<void> {
    const { sink, log } = this.#options;
    try {
      const found = await sink.readBack(account, this.#stop.signal);
      log.debug({ user: account.name, ...found }, 'Immich was looked at for changes by its user');
    } catch (error) {
      if (this.#isStopped()) return;
      log.warn(
        { user: account.name, reason: messageOf(error) },
        'changes made in Immich could not be read; they are read again later',
      );
    }
  }
}
