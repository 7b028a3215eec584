import { WorkerError } from '../../errors.ts';
import { BlockedError } from '../../identities/journal/blocked-error.ts';
import { OutdatedError } from '../../identities/journal/refuse-outdated.ts';
import { describeFact } from '../../people/describe-fact.ts';
import { ListedFact } from './fact-schemas.ts';

/** A refused correction told in words, without ids that no page shows; any other error as it is. */
export function describeRefusal(error: unknown): unknown {
  if (error instanceof OutdatedError) return describeOutdated(error);
  if (error instanceof BlockedError) return describeBlocked(error);
  return error;
}

/** With what was changed meanwhile. */
function describeOutdated({ message, facts, people }: OutdatedError): WorkerError {
  return new WorkerError('CORRECTION_OUTDATED', message, {
    details: {
      since: facts.map((fact) => ({
        fact: ListedFact.parse(fact),
        describe: describeFact(fact.body, people),
      })),
    },
  });
}

/** With the fact that has to be taken back first. */
function describeBlocked({ fact, people }: BlockedError): WorkerError {
  const describe = describeFact(fact.body, people);
  return new WorkerError(
    'CORRECTION_REFUSED',
    `${fact.by} ${describe}, which has to be taken back first; nothing was changed`,
    { details: { undoFirst: { factId: fact.factId, describe } } },
  );
}
