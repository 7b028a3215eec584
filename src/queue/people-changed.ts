import { z } from 'zod';

import type { Fact, FactBody, FaceChange, PersonChange } from '../identities/journal/fact.ts';

/** Name of the jobs on the result queue that tell of people who changed afterwards. */
export const PEOPLE_CHANGED = 'people-changed';

/**
 * The payload of a `people-changed` job. An owner's come in the order of their `sequence`; a repeat,
 * which comes later, is known by its `factId`, never by the highest sequence so far. `people` says who
 * was renamed, hidden, merged (`after.mergedInto`: redirect the person) or deleted; `faces` says which
 * faces belong to another person now.
 */
export interface PeopleChanged {
  readonly ownerId: string;
  readonly sequence: number;
  readonly factId: string;
  readonly at: string;
  readonly by: string;
  readonly what: FactBody;
  readonly people: readonly PersonChange[];
  readonly faces: readonly FaceChange[];
}

const PersonWords = z.object({
  name: z.string().nullable(),
  hidden: z.boolean(),
  mergedInto: z.string().nullable(),
  deleted: z.boolean(),
});

/** What a fact changed, as its job tells it. */
export const Changes = z.object({
  people: z.array(z.object({ personId: z.string(), before: PersonWords, after: PersonWords })),
  faces: z.array(
    z.object({
      assetId: z.string(),
      faceId: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
    }),
  ),
});

/** The job that a fact publishes. */
export function toPeopleChanged(fact: Fact): PeopleChanged {
  const { ownerId, sequence, factId, at, by, body, changes } = fact;
  return { ownerId, sequence, factId, at, by, what: body, ...changes };
}

/**
 * The same however often a fact is published, and not by its sequence alone, which a store gives again
 * that was restored or begun anew. An owner is never empty, so no photo's result has it.
 */
export function factJobId({ ownerId, sequence, factId }: Fact): string {
  return `@people@${encodeURIComponent(ownerId)}@${sequence}@${encodeURIComponent(factId)}`;
}
