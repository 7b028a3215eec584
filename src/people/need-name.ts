import { WorkerError } from '../errors.ts';
import type { People } from '../identities/journal/people.ts';
import type { Correction } from '../identities/journal/plan-fact.ts';

/** Throws NAME_NEEDED, with both names in its details, when two people of different names are to be one. */
export function refuseNameless(correction: Correction, people: People): void {
  if (correction.kind !== 'people-merged' || correction.name !== null) return;
  const names = namesOf([correction.from, correction.into], people);
  if (names.length < 2) return;
  throw new WorkerError(
    'NAME_NEEDED',
    `both have a name (${names.join(', ')}); say by which one they go from now on`,
    { details: { names } },
  );
}

/** The different names that these people go by. */
export function namesOf(personIds: readonly string[], people: People): string[] {
  const names = personIds.flatMap((id) => people.stateOf(people.resolve(id)).name ?? []);
  return [...new Set(names)];
}
