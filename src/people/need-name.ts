import { WorkerError } from '../errors.ts';
import type { FactBody } from '../identities/journal/fact.ts';
import type { People } from '../identities/journal/people.ts';
import { undoneBody, withPlanned, type Correction } from '../identities/journal/plan-fact.ts';

type Merge = Extract<FactBody, { kind: 'people-merged' }>;

/**
 * Throws NAME_NEEDED, with both names and the merge in its details, when two people of different names
 * are to be one; also when a merge that was undone is done again, and they were named since.
 */
export function refuseNameless(correction: Correction, people: People): void {
  const merge =
    correction.kind === 'undone' ? mergeDoneAgain(correction.factId, people) : correction;
  if (merge?.kind !== 'people-merged' || merge.name !== null) return;
  const { from, into } = merge;
  const names = namesOf([from, into], people);
  if (names.length < 2) return;
  throw new WorkerError(
    'NAME_NEEDED',
    `both have a name (${names.join(', ')}); say by which one they go from now on`,
    { details: { names, merge: { from, into } } },
  );
}

/** The different names that these people go by. */
export function namesOf(personIds: readonly string[], people: People): string[] {
  const names = personIds.flatMap((id) => people.stateOf(people.resolve(id)).name ?? []);
  return [...new Set(names)];
}

/** The merge that comes back when this fact is undone, without a name that another has taken the place of. */
function mergeDoneAgain(factId: string, people: People): Merge | null {
  const merge = undoneBody(factId, people);
  if (merge.kind !== 'people-merged') return null;
  const next = withPlanned(people, { kind: 'undone', factId });
  const person = next.resolve(merge.into);
  const isParted = people.resolve(merge.from) !== people.resolve(merge.into);
  if (!isParted || next.resolve(merge.from) !== person) return null;
  return next.stateOf(person).name === merge.name ? merge : { ...merge, name: null };
}
