import type { FactBody } from './fact.ts';
import type { People } from './people.ts';

/** People by a name. */
export type BearersOf = (name: string) => readonly string[];

/**
 * Who bears a name: the people who do now; where nobody does, who was the last to be given it, so that
 * what names somebody still means the same person after a new name or a merge.
 */
export function indexBearers(people: People): BearersOf {
  const last = new Map<string, string>();
  for (const { factId, body } of people.facts) {
    const named = namedBy(body);
    if (named !== null && !people.isUndone(factId)) last.set(named.name, named.personId);
  }
  const now = new Map<string, string[]>();
  for (const personId of namedPeople(people)) {
    const { name, deleted } = people.stateOf(personId);
    if (name !== null && !deleted) now.set(name, [...(now.get(name) ?? []), personId]);
  }
  return (name) => {
    const former = last.get(name);
    return now.get(name) ?? (former === undefined ? [] : [people.resolve(former)]);
  };
}

/** Everybody whom a fact has given a name, as they are after merges. */
function namedPeople(people: People): Set<string> {
  const ids = people.facts.flatMap(({ body }) => namedBy(body)?.personId ?? []);
  return new Set(ids.map((id) => people.resolve(id)));
}

function namedBy(body: FactBody): { readonly personId: string; readonly name: string } | null {
  if (body.kind === 'person-named' && body.name !== null) {
    return { personId: body.personId, name: body.name };
  }
  if (body.kind === 'people-merged' && body.name !== null) {
    return { personId: body.into, name: body.name };
  }
  return null;
}
