import { closest, distance } from 'fastest-levenshtein';

import { VARIABLE_NAMES } from './variables.ts';

/** Letters that a name may be off: one wrong, two that changed places. */
const MOST_LETTERS_OFF = 2;

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
    .map((variable) => ({ variable, meant: closest(variable, VARIABLE_NAMES) }))
    .filter(({ variable, meant }) => {
      const off = distance(variable, meant);
      return off <= MOST_LETTERS_OFF && off * 3 < meant.length;
    });
}
