import { isIP } from 'node:net';

import { z } from 'zod';

/** Somebody who may log in. */
export interface HttpAccount {
  readonly user: string;
  /** As `http-user` prints it, or HTTP_PASSWORD as it is typed. */
  readonly password: string;
  /** Null: sees all owners. */
  readonly ownerId: string | null;
}

/** The history names whoever has no login, and the worker itself, by these. */
const LOGIN_NAME = /^(?!(?:local|machine)$)[^:]{1,200}$/;

/** Whether a login's name can be one: Basic credentials end it at a colon. */
export function isLoginName(user: string): boolean {
  return LOGIN_NAME.test(user);
}

const HttpUsers = z.array(
  z
    .strictObject({
      user: z.string().regex(LOGIN_NAME),
      password: z.string().regex(/^scrypt:\d{1,7}:\d{1,2}:\d{1,2}:[\w-]{16,}:[\w-]{43}$/),
      owner: z.string().min(1).max(255).optional(),
      admin: z.literal(true).optional(),
    })
    .refine(({ owner, admin }) => (owner === undefined) !== (admin === undefined)),
);

/** What HTTP_USERS has to be. */
export const HTTP_USERS_FORM =
  'a JSON list of { "user", "password", "owner" } or { "user", "password", "admin": true }, each user ' +
  "once, each password as 'immich-face-worker http-user' prints it";

/** The logins of HTTP_USERS; undefined when it is of another form or names a user twice. */
export function readHttpUsers(text: string): readonly HttpAccount[] | undefined {
  try {
    const users = HttpUsers.parse(JSON.parse(text));
    if (new Set(users.map(({ user }) => user)).size < users.length) return undefined;
    return users.map(({ user, password, owner }) => ({ user, password, ownerId: owner ?? null }));
  } catch {
    return undefined;
  }
}

/** An IP address, alone or with the length of a prefix. */
export function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  const most = version === 4 ? 32 : 128;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= most);
}
