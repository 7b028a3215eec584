import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ImmichAccount, ImmichAccounts } from '../accounts.ts';
import { Alarm } from '../source/alarm.ts';
import { RENEW_MILLIS, type Lease } from '../source/lease.ts';
import { UserTasks } from '../user-tasks.ts';
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
    turn?.lookAround();
    await alarm.sleep(RENEW_MILLIS, stop);
  }
  await turn?.end();
  await lease.release();
}

/** The time in which the lease is held. */
class Turn {
  readonly #options: RunSinkOptions;
  readonly #stop = new AbortController();
  readonly #readBacks = new UserTasks(this.#stop.signal);
  readonly #readBackAt = new Map<string, number>();
  #consumer: Consumer | null = null;
  #loggingIn: Promise<void> = Promise.resolve();
  #logInAt = 0;

  constructor(options: RunSinkOptions) {
    this.#options = options;
  }

  /** Begins what is due. Never waits: the lease has to be renewed meanwhile. */
  lookAround(): void {
    const { accounts } = this.#options;
    if (accounts.isPending() || Date.now() >= this.#logInAt) {
      this.#logInAt = Date.now() + LOG_IN_AGAIN_MILLIS;
      this.#loggingIn = accounts.refresh({
        signal: this.#stop.signal,
        onAccepted: () => {
          this.#work();
        },
      });
    }
    this.#work();
  }

  async end(): Promise<void> {
    this.#stop.abort(new Error('the worker stops writing into Immich'));
    await this.#loggingIn;
    await this.#readBacks.ended();
    await this.#consumer?.close();
  }

  #work(): void {
    const { accounts, startConsumer } = this.#options;
    if (this.#isStopped()) return;
    const users = accounts.all();
    // Results of a user whom no key is known of yet wait until it is, or is not.
    if (users.length > 0 || !accounts.isPending()) this.#consumer ??= startConsumer();
    void this.#readBacks.forEach(users, 0, (account) => this.#readBackWhenDue(account));
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #readBackWhenDue(account: ImmichAccount): Promise<void> {
    const { sink, log, readBackMillis } = this.#options;
    const { userId, name } = account;
    if (Date.now() < (this.#readBackAt.get(userId) ?? 0)) return;
    this.#readBackAt.set(userId, Date.now() + readBackMillis);
    try {
      const found = await sink.readBack(account, this.#stop.signal);
      log.debug({ user: name, ...found }, 'Immich was looked at for changes by its user');
    } catch (error) {
      if (this.#isStopped()) return;
      log.warn(
        { user: name, reason: messageOf(error) },
        'changes made in Immich could not be read; they are read again later',
      );
    }
  }
}
