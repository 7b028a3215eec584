import { setTimeout as delay } from 'node:timers/promises';

import { messageOf, WorkerError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ImmichAccount, ImmichAccounts } from '../accounts.ts';
import { UserTasks } from '../user-tasks.ts';
import { admitWhenRoom, admitWhileRoom } from './admission.ts';
import { Alarm } from './alarm.ts';
import { compareLibrary, readPosition } from './compare-library.ts';
import type { JudgeRules } from './judge-asset.ts';
import { createLease, RENEW_MILLIS, type Lease } from './lease.ts';
import type { Nudges } from './nudges.ts';
import type { ImmichStore, QueueSight, StandingOf } from './ports.ts';
import type { QueuePorts } from './queue-assets.ts';
import { requeueLost } from './requeue-lost.ts';
import { OVERLAP_MILLIS, sweepChanges, type Anchor } from './sweep-changes.ts';

export interface WatchOptions {
  readonly accounts: ImmichAccounts;
  readonly ports: QueuePorts & {
    readonly jobs: QueueSight;
    readonly standingOf: StandingOf;
  };
  /** Names the descriptors of today. */
  readonly model: string;
  /** Starts to listen to Immich's events; null: the sweep by the clock alone finds what is new. */
  readonly listen: ((onNudge: () => void) => Promise<Nudges>) | null;
  readonly sweepMillis: number;
  readonly reconcileMillis: number;
  readonly maxWaiting: number;
  /** Whether photos that were there before the first start are looked at too. */
  readonly backfillExisting: boolean;
  /** Told when a user's changes were looked at. */
  readonly onSwept?: (user: string, millis: number) => void;
  readonly log: Log;
}

export interface ImmichSource {
  close(): Promise<void>;
}

/** Name of the mark with the time when a user's photos were first watched. */
const WATCHED_SINCE = 'watched-since';
/** Immich's clock may be behind ours. */
const CLOCK_MARGIN_MILLIS = 60_000;
/** Uploads of the last hour are uploads; older ones that nobody knew are a backfill. */
const FRESH_MILLIS = 60 * 60 * 1000;
/** Lets the events of one upload, and of those beside it, come together. */
const GATHER_MILLIS = 100;
/** A refused key is asked about again, and users that Immich has not named yet. */
const LOG_IN_MILLIS = { refused: 300_000, unknown: 5000 } as const;
const PAUSE_BETWEEN_PAGES_MILLIS = 200;
const LOOK_FOR_DUE_MILLIS = 5000;
/** A sweep that takes longer goes on beside those of the other users. */
const SWEEP_PATIENCE_MILLIS = 2000;
const LONGEST_TIMER_MILLIS = 2 ** 31 - 1;

/** Starts to watch Immich; everything that fails is tried again, and said once. */
export function watchImmich(options: WatchOptions): ImmichSource {
  return new Watch(options);
}

class Watch implements ImmichSource {
  readonly #options: WatchOptions;
  readonly #lease: Lease;
  readonly #stop = new AbortController();
  readonly #alarm = new Alarm();
  readonly #sweeps = new UserTasks(this.#stop.signal);
  readonly #comparisons = new UserTasks(this.#stop.signal);
  readonly #anchors = new Map<string, Anchor>();
  /** Users whose library is to be compared before its time, since a sweep had no room. */
  readonly #owed = new Set<string>();
  readonly #failing = new Map<string, string>();
  readonly #startedAt = new Date(Date.now() - CLOCK_MARGIN_MILLIS);
  readonly #running: Promise<unknown>[];
  #loggingIn: Promise<void> = Promise.resolve();
  #logInAt = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#lease = createLease(options.ports.store, options.log);
    this.#running = [
      ...[this.#holdLease(), this.#sweepOften()],
      ...[this.#compareSometimes(), this.#requeueSometimes()],
    ];
    if (options.listen !== null) this.#running.push(this.#listen(options.listen));
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
    await Promise.all([this.#loggingIn, this.#sweeps.ended(), this.#comparisons.ended()]);
    await this.#lease.release();
  }

  async #holdLease(): Promise<void> {
    while (!this.#isStopped()) {
      if (await this.#lease.renew()) this.#alarm.ring();
      await this.#rest(RENEW_MILLIS);
    }
  }

  async #listen(listen: NonNullable<WatchOptions['listen']>): Promise<void> {
    const { signal } = this.#stop;
    const alarm = new Alarm();
    while (!this.#isStopped()) {
      try {
        const nudges = await listen(() => {
          this.#alarm.ring();
        });
        await alarm.sleep(LONGEST_TIMER_MILLIS, signal);
        await nudges.close();
      } catch (error) {
        this.#options.log.warn({ reason: messageOf(error) }, "Immich's events are not heard");
        await this.#rest(LOOK_FOR_DUE_MILLIS);
      }
    }
  }

  async #sweepOften(): Promise<void> {
    const { signal } = this.#stop;
    let nextByClock = 0;
    let tookMillis = 0;
    while (!this.#isStopped()) {
      const isNudged = await this.#alarm.sleep(nextByClock - performance.now(), signal);
      // A third of the time at most, when events come without end.
      if (isNudged) await this.#rest(Math.max(GATHER_MILLIS, 2 * tookMillis));
      if (this.#isStopped()) return;
      this.#logIn();
      const startedAt = performance.now();
      const isDue = startedAt >= nextByClock;
      await this.#sweepAll(isDue ? OVERLAP_MILLIS.clock : OVERLAP_MILLIS.nudge);
      tookMillis = performance.now() - startedAt;
      if (isDue) nextByClock = performance.now() + this.#untilNextSweep();
    }
  }

  async #sweepAll(overlapMillis: number): Promise<void> {
    await this.#sweeps.forEach(this.#users(), SWEEP_PATIENCE_MILLIS, (account) =>
      this.#do(account, 'looking for new photos', () => this.#sweep(account, overlapMillis)),
    );
  }

  #users(): readonly ImmichAccount[] {
    return this.#lease.isHeld ? this.#options.accounts.all() : [];
  }

  /** Soon, while Immich has not said whose the keys are. */
  #untilNextSweep(): number {
    const { accounts, sweepMillis } = this.#options;
    return accounts.all().length > 0 ? sweepMillis : Math.min(sweepMillis, LOG_IN_MILLIS.unknown);
  }

  /** Each user is looked at from when its key is accepted, however long other keys take. */
  #logIn(): void {
    if (performance.now() < this.#logInAt) return;
    const { accounts } = this.#options;
    const wait = accounts.isPending() ? LOG_IN_MILLIS.unknown : LOG_IN_MILLIS.refused;
    this.#logInAt = performance.now() + wait;
    this.#loggingIn = accounts.refresh({
      signal: this.#stop.signal,
      onAccepted: () => {
        this.#alarm.ring();
      },
    });
  }

  async #sweep(account: ImmichAccount, overlapMillis: number): Promise<void> {
    const { ports, maxWaiting, log, onSwept } = this.#options;
    const startedAt = performance.now();
    const beginAt = await this.#watchedSince(account.userId);
    const { anchor, requests, ...outcome } = await sweepChanges({
      account,
      rules: this.#rules(beginAt),
      ports: { ...ports, admit: admitWhileRoom(ports.jobs, maxWaiting) },
      anchor: this.#anchors.get(account.userId),
      beginAt,
      // The first is as one by the clock, whoever asked for it.
      overlapMillis: this.#anchors.has(account.userId) ? overlapMillis : OVERLAP_MILLIS.clock,
      signal: this.#stop.signal,
    });
    this.#anchors.set(account.userId, anchor);
    onSwept?.(account.name, performance.now() - startedAt);
    if (outcome.postponed > 0) this.#owed.add(account.userId);
    const level = Object.values(outcome).some((n) => n > 0) ? 'info' : 'debug';
    log[level]({ user: account.name, requests, ...outcome }, 'looked for new photos in Immich');
  }

  async #compareSometimes(): Promise<void> {
    while (!this.#isStopped()) {
      await this.#comparisons.forEach(this.#users(), 0, (account) =>
        this.#do(account, 'comparing the library', () => this.#compareWhenDue(account)),
      );
      await this.#rest(LOOK_FOR_DUE_MILLIS);
    }
  }

  /** Beside the comparison, which may wait for hours for room on the queue. */
  async #requeueSometimes(): Promise<void> {
    while (!this.#isStopped()) {
      for (const account of this.#lease.isHeld ? this.#options.accounts.all() : []) {
        await this.#do(account, 'queueing what Redis lost', () => this.#requeueLost(account));
      }
      await this.#rest(LOOK_FOR_DUE_MILLIS);
    }
  }

  async #requeueLost({ userId: ownerId, name }: ImmichAccount): Promise<void> {
    const { ports, model, maxWaiting, log } = this.#options;
    const { signal } = this.#stop;
    const count = await requeueLost({
      ...{ ownerId, model, signal, pauseMillis: PAUSE_BETWEEN_PAGES_MILLIS },
      ports: { ...ports, admit: admitWhenRoom(ports.jobs, maxWaiting, signal) },
    });
    if (count > 0) log.warn({ user: name, count }, 'Redis lost jobs; they are queued again');
  }

  async #compareWhenDue(account: ImmichAccount): Promise<void> {
    const { ports, maxWaiting, reconcileMillis, log } = this.#options;
    const { signal } = this.#stop;
    const { userId } = account;
    const { page, endedAtMillis } = await readPosition(userId, ports.store);
    const isDue = endedAtMillis === null || Date.now() >= endedAtMillis + reconcileMillis;
    if (!isDue && page === 1 && !this.#owed.has(userId)) return;
    // One that goes on at a later page has passed what the sweep left.
    if (page === 1) this.#owed.delete(userId);
    const { requests } = await compareLibrary({
      account,
      rules: this.#rules(await this.#watchedSince(userId)),
      ports: { ...ports, admit: admitWhenRoom(ports.jobs, maxWaiting, signal) },
      pauseMillis: PAUSE_BETWEEN_PAGES_MILLIS,
      signal,
    });
    log.info({ user: account.name, requests }, 'the library was compared with Immich');
  }

  #rules(watchedSince: Date): JudgeRules {
    const { model, backfillExisting } = this.#options;
    return {
      model,
      ignoreBefore: backfillExisting ? null : watchedSince,
      freshSince: new Date(Date.now() - FRESH_MILLIS),
    };
  }

  async #watchedSince(ownerId: string): Promise<Date> {
    const { store }: { store: ImmichStore } = this.#options.ports;
    const mark = await store.readMark(ownerId, WATCHED_SINCE);
    if (mark !== null) return new Date(mark);
    await store.writeMark(ownerId, WATCHED_SINCE, this.#startedAt.toISOString());
    return this.#startedAt;
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #rest(millis: number): Promise<void> {
    await delay(millis, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  /** What fails for one user stops neither the others nor the next try; it is said once. */
  async #do(account: ImmichAccount, what: string, work: () => Promise<void>): Promise<void> {
    const { log, accounts } = this.#options;
    const failing = `${account.userId} ${what}`;
    try {
      await work();
      if (this.#failing.delete(failing))
        log.info({ user: account.name, what }, 'Immich answers again');
    } catch (error) {
      if (this.#isStopped()) return;
      const code = error instanceof WorkerError ? error.code : 'UNEXPECTED';
      const isRefused = code === 'IMMICH_KEY_REFUSED' || code === 'IMMICH_PERMISSION_MISSING';
      if (isRefused) accounts.refused(account, error as WorkerError);
      if (isRefused || this.#failing.get(failing) === code) return;
      this.#failing.set(failing, code);
      const reason = messageOf(error);
      log.warn(
        { user: account.name, what, code, reason },
        'Immich was not asked; it is tried again',
      );
    }
  }
}
