import { setTimeout as delay } from 'node:timers/promises';
import { sqliteCodeOf } from './sqlite-error.ts';

/** After this, another process holds the file for no good reason, and the job should come again. */
const GIVE_UP_AFTER_MILLIS = 10_000;
const MAX_PAUSE_MILLIS = 30;

/**
 * Does `work` again while another process holds the file's lock, leaving the event loop free in
 * between. `work` must leave nothing behind when it throws.
 */
export async function retryWhileBusy<Result>(work: () => Result): Promise<Result> {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MILLIS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      const code = sqliteCodeOf(error);
      const busy = code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED';
      if (!busy || performance.now() > giveUpAt) throw error;
    }
    await delay(Math.random() * MAX_PAUSE_MILLIS);
  }
}
