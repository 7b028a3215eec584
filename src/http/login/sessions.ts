import { createHash, randomBytes } from 'node:crypto';

import type { Account } from './login.ts';

interface Session {
  readonly account: Account;
  readonly endsAt: number;
  lastSeenAt: number;
}

const DAY_MILLIS = 86_400_000;
const MOST_IDLE_MILLIS = 14 * DAY_MILLIS;
const MOST_AGE_MILLIS = 60 * DAY_MILLIS;
const MOST_SESSIONS = 10_000;

/** How long a browser keeps the cookie. */
export const SESSION_SECONDS = MOST_AGE_MILLIS / 1000;

/** Who is logged in, in memory: a worker that starts again asks for the password again. */
export class Sessions {
  /** By the token's digest: a dump of the memory gives no session away. */
  readonly #sessions = new Map<string, Session>();

  /** A new session's token, for the cookie. */
  begin(account: Account, now = Date.now()): string {
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= MOST_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    const token = randomBytes(32).toString('base64url');
    this.#sessions.set(digest(token), { account, endsAt: now + MOST_AGE_MILLIS, lastSeenAt: now });
    return token;
  }

  find(token: string, now = Date.now()): Account | null {
    const session = this.#sessions.get(digest(token));
    if (session === undefined) return null;
    if (now > session.endsAt || now > session.lastSeenAt + MOST_IDLE_MILLIS) {
      this.end(token);
      return null;
    }
    session.lastSeenAt = now;
    return session.account;
  }

  end(token: string): void {
    this.#sessions.delete(digest(token));
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
