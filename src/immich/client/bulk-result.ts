import { z } from 'zod';

import { WorkerError } from '../../errors.ts';

/** What became of one of the ids of a call: Immich answers 200 also where it did nothing. */
const Results = z.array(
  z.object({ id: z.string(), success: z.boolean(), error: z.string().nullish() }),
);
export { Results as BulkResults };

/** 'gone': it is not there any more, or another user's. */
export type BulkOutcome = 'done' | 'already' | 'gone';

const OUTCOMES: Readonly<Record<string, BulkOutcome>> = {
  duplicate: 'already',
  no_permission: 'gone',
  not_found: 'gone',
};

/** What became of the one id that a call was about. Throws IMMICH_UNAVAILABLE where Immich failed. */
export function outcomeOf([result]: z.infer<typeof Results>, what: string): BulkOutcome {
  if (result === undefined || result.success) return 'done';
  const outcome = OUTCOMES[result.error ?? ''];
  if (outcome !== undefined) return outcome;
  throw new WorkerError(
    'IMMICH_UNAVAILABLE',
    `expected Immich to ${what}, got "${result.error ?? 'no reason'}"; its own log says why. It is tried again`,
    { details: { id: result.id } },
  );
}
