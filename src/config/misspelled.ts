import { closest, distance } from 'fastest-levenshtein';

import { VARIABLE_NAMES } from './variables.ts';

/** Letters that a name may be off: one wrong, two that changed places. */
const MOST_LETTERS_OFF = 2;

/** What other programs call what a setting is for. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  REDIS_HOST: 'REDIS_HOSTNAME',
  REDIS_PASS: 'REDIS_PASSWORD',
  REDIS_USER: 'REDIS_USERNAME',
  REDIS_DB: 'REDIS_DBINDEX',
  HTTP_PASS: 'HTTP_PASSWORD',
  MEDIA_DIR: 'MEDIA_ROOTS',
  MONGO_URL: 'MONGODB_URI',
  MONGODB_URL: 'MONGODB_URI',
  IMMICH_API_URL: 'IMMICH_URL',
  IMMICH_SERVER_URL: 'IMMICH_URL',
  IMMICH_KEY: 'IMMICH_API_KEY',
  IMMICH_API_KEYS_PATH: 'IMMICH_API_KEYS_FILE',
};

/** A variable that nothing reads, and the one that was probably meant. */
export interface Misspelled {
  readonly variable: string;
  readonly meant: string;
}

/** Variables whose name is nearly, but not quite, that of a setting. */
export function misspelled(
  environment: Readonly<Record<string, string | undefined>>,
): Misspelled[] {
  return Object.keys(environment)
    .filter((variable) => !VARIABLE_NAMES.includes(variable))
    .map((variable) => ({ variable, meant: meantBy(variable) }))
    .filter((found): found is Misspelled => found.meant !== null);
}

function meantBy(variable: string): string | null {
  const other = OTHER_NAMES[variable];
  if (other !== undefined) return other;
  const nearest = closest(variable, VARIABLE_NAMES);
  const off = distance(variable, nearest);
  return off <= MOST_LETTERS_OFF && off * 3 < nearest.length ? nearest : null;
}
