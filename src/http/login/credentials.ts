import { createHmac, randomBytes } from 'node:crypto';

import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import { WorkerError } from '../../errors.ts';
import type { Account } from './login.ts';
import { isPassword } from './passwords.ts';

/** Wrong passwords that one address may send in a minute. */
const MOST_FAILURES = 10;
const WINDOW_SECONDS = 60;
/** Right answers remembered, so that Prometheus does not cost a hash every few seconds. */
const MOST_REMEMBERED = 100;

/** Compared with when there is no such user, so that the time does not tell. Of no password. */
const NOBODYS_HASH = `scrypt:32768:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`;

/** Checks user and password, slowly for those who guess. */
export class Credentials {
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #failures = new RateLimiterMemory({ points: MOST_FAILURES, duration: WINDOW_SECONDS });
  readonly #key = randomBytes(32);
  readonly #right = new Set<string>();

  constructor(accounts: readonly Account[]) {
    this.#accounts = new Map(accounts.map((account) => [account.user, account]));
  }

  /** The account of user and password. Throws LOGIN_WRONG and LOGIN_TOO_OFTEN. */
  async check(given: { user: string; password: string }, address: string): Promise<Account> {
    const account = this.#accounts.get(given.user);
    const sign = this.#signatureOf(given);
    if (account !== undefined && this.#right.has(sign)) return account;
    // Counted before the password is looked at: guesses sent side by side would all pass.
    await this.#count(address);
    const isRight = await isPassword(given.password, account?.password ?? NOBODYS_HASH);
    if (account === undefined || !isRight) {
      throw new WorkerError('LOGIN_WRONG', 'wrong user or password');
    }
    await this.#failures.reward(address);
    this.#remember(sign);
    return account;
  }

  async #count(address: string): Promise<void> {
    try {
      await this.#failures.consume(address);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const retryAfterSeconds = Math.ceil(refused.msBeforeNext / 1000);
      throw new WorkerError(
        'LOGIN_TOO_OFTEN',
        `too many wrong passwords from this address; try again in ${retryAfterSeconds} s`,
        { details: { retryAfterSeconds } },
      );
    }
  }

  #signatureOf({ user, password }: { user: string; password: string }): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([user, password]))
      .digest('hex');
  }

  #remember(sign: string): void {
    if (this.#right.size >= MOST_REMEMBERED) this.#right.clear();
    this.#right.add(sign);
  }
}
