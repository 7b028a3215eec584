import { WorkerError } from '../../errors.ts';
import type { Fact, FactBody, PersonChange } from './fact.ts';
import type { People } from './people.ts';
import { facesIn, peopleIn, undoneBody, type Correction } from './plan-fact.ts';

/** CORRECTION_OUTDATED with what was changed meanwhile. */
export class OutdatedError extends WorkerError {
  readonly facts: readonly Fact[];
  readonly people: People;

  constructor(facts: readonly Fact[], people: People) {
    super(
      'CORRECTION_OUTDATED',
      'somebody else changed the same meanwhile; look again, then decide; nothing was changed',
    );
    this.facts = facts;
    this.people = people;
  }
}

/** What of a person can change; 'self': merged, parted again or deleted. */
type Side = 'self' | 'name' | 'hidden' | 'faces' | 'apart';

/** On what of the people it names a correction depends: no more than what it would overwrite. */
const DEPENDS_ON: Readonly<Record<Correction['kind'], readonly Side[]>> = {
  'person-named': ['self', 'name'],
  'person-hidden': ['self', 'hidden'],
  'person-deleted': ['self', 'name', 'hidden', 'faces'],
  'people-merged': ['self', 'name', 'apart'],
  'people-distinct': ['self', 'apart'],
  'faces-assigned': ['self'],
  'faces-confirmed': ['self'],
  'faces-denied': ['self'],
  'faces-ignored': [],
  split: [],
  undone: [],
};

/**
 * Throws an `OutdatedError` when somebody changed after `seenHead` what the correction depends on,
 * its faces or that side of its people: whoever asks has not seen that yet.
 */
export function refuseOutdated(correction: Correction, people: People, seenHead: number): void {
  const body = correction.kind === 'undone' ? undoneBody(correction.factId, people) : correction;
  const ids = new Set(peopleIn(body).flatMap((id) => people.idsOf(id)));
  const faceIds = new Set(facesIn(body));
  const sides = DEPENDS_ON[body.kind];
  const since = people.facts.filter((fact) => {
    if (fact.sequence <= seenHead || people.isUndone(fact.factId)) return false;
    const touched = subject(fact.body, people);
    return (
      facesIn(touched).some((id) => faceIds.has(id)) ||
      sides.some((side) => touchesSide(side, { fact, body: touched }, ids))
    );
  });
  if (since.length > 0) throw new OutdatedError(since, people);
}

/** Whether a fact, which speaks of `body`, changed this side of one of the people. */
function touchesSide(
  side: Side,
  { fact, body }: { readonly fact: Fact; readonly body: FactBody },
  ids: ReadonlySet<string>,
): boolean {
  const named = peopleIn(body).some((id) => ids.has(id));
  const changed = fact.changes.people.filter(({ personId }) => ids.has(personId));
  switch (side) {
    case 'self':
      return named && (body.kind === 'people-merged' || body.kind === 'person-deleted');
    case 'name':
      return changed.some((change) => isOther(change, 'name'));
    case 'hidden':
      return changed.some((change) => isOther(change, 'hidden'));
    case 'faces':
      return fact.changes.faces.some(({ before, after }) =>
        [before, after].some((id) => id !== null && ids.has(id)),
      );
    case 'apart':
      return body.kind === 'people-distinct' && peopleIn(body).every((id) => ids.has(id));
  }
}

function isOther({ before, after }: PersonChange, what: 'name' | 'hidden'): boolean {
  return before[what] !== after[what];
}

function subject(body: FactBody, people: People): FactBody {
  return body.kind === 'undone' ? undoneBody(body.factId, people) : body;
}
