import { WorkerError } from '../../errors.ts';
import type { Fact, FactBody } from './fact.ts';
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

/**
 * Throws an `OutdatedError` when somebody changed what
 * the correction speaks of after `seenHead`: whoever asks has not seen that yet.
 */
export function refuseOutdated(correction: Correction, people: People, seenHead: number): void {
  const body = correction.kind === 'undone' ? undoneBody(correction.factId, people) : correction;
  const ids = new Set(peopleIn(body).flatMap((id) => people.idsOf(id)));
  const faceIds = new Set(facesIn(body));
  const since = people.facts.filter(
    (fact) =>
      fact.sequence > seenHead &&
      !people.isUndone(fact.factId) &&
      (peopleTouched(fact, people).some((id) => ids.has(id)) ||
        facesIn(subject(fact.body, people)).some((id) => faceIds.has(id))),
  );
  if (since.length > 0) throw new OutdatedError(since, people);
}

/** Confirming faces changes nothing of the person. */
function peopleTouched(fact: Fact, people: People): string[] {
  const body = subject(fact.body, people);
  const named = body.kind === 'faces-assigned' && body.as === 'confirmed' ? [] : peopleIn(body);
  const { people: changed, faces } = fact.changes;
  return [
    ...named,
    ...changed.map(({ personId }) => personId),
    ...faces.flatMap(({ before, after }) => [before, after].filter((id) => id !== null)),
  ];
}

function subject(body: FactBody, people: People): FactBody {
  return body.kind === 'undone' ? undoneBody(body.factId, people) : body;
}
