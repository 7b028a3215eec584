import { createHash, randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** 32 MiB and some 60 ms for each guess. */
const COST = { N: 32_768, r: 8, p: 1 };
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** The form that `hashPassword` prints; nothing in it needs quoting in a shell, YAML or JSON. */
const HASHED =
  /^scrypt:(?<N>\d{1,7}):(?<r>\d{1,2}):(?<p>\d{1,2}):(?<salt>[\w-]+):(?<hash>[\w-]{43})$/;

/** The password's hash for HTTP_USERS: scrypt with its costs and a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST);
  const { N, r, p } = COST;
  return `scrypt:${N}:${r}:${p}:${salt.toString('base64url')}:${hash.toString('base64url')}`;
}

/** Whether a password is the expected one, which may be hashed; the time tells nothing. */
export async function isPassword(given: string, expected: string): Promise<boolean> {
  const parts = HASHED.exec(expected)?.groups;
  if (parts === undefined) return isSameText(given, expected);
  const { N = '', r = '', p = '', salt = '', hash = '' } = parts;
  const costs = { N: Number(N), r: Number(r), p: Number(p) };
  const derived = await derive(given, Buffer.from(salt, 'base64url'), costs);
  return timingSafeEqual(derived, Buffer.from(hash, 'base64url'));
}

/** Compares two texts of any length in a time that does not depend on them. */
export function isSameText(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function derive(password: string, salt: Buffer, costs: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { ...costs, maxmem: MAX_MEMORY_BYTES };
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
