import { setTimeout } from 'node:timers/promises';

import { WorkerError } from '../errors.ts';

/** Each lost race means that another has written, so this many in a row is no race but a fault. */
const MOST_TRIES = 200;
const LONGEST_PAUSE_MILLIS = 100;

/** An attempt that another's write came before. */
export const OVERTAKEN = Symbol('overtaken');

/**
 * Attempts until nobody else is first, with a pause that parts those who would race again. Throws
 * STORE_CONFLICT when that never ends.
 */
export async function retryWhenOvertaken<Result>(
  attempt: () => Promise<Result | typeof OVERTAKEN>,
): Promise<Result> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const result = await attempt();
    if (result !== OVERTAKEN) return result;
    await setTimeout(Math.random() * Math.min(LONGEST_PAUSE_MILLIS, 2 ** tries));
  }
  throw new WorkerError(
    'STORE_CONFLICT',
    `${MOST_TRIES} writes in a row were overtaken by other workers; try again`,
  );
}
