import { countTwice } from '../identities/journal/count-twice.ts';
import type { Fact } from '../identities/journal/fact.ts';
import { People } from '../identities/journal/people.ts';
import { facesToSee, type Correction } from '../identities/journal/plan-fact.ts';
import { createCorrector } from '../pipeline/correct.ts';
import type { Store } from '../store/store.ts';
import { counted } from './counted.ts';
import { describe } from './people.ts';

/**
 * `correct …`: writes the correction down and says what came of it. A running worker publishes the
 * fact by its next look at the outbox.
 */
export async function runCorrection(
  ownerId: string,
  correction: Correction,
  store: Store,
): Promise<string> {
  const correct = createCorrector({ store, publish: () => Promise.resolve() });
  const fact = await correct(ownerId, correction, 'cli');
  const twice = await countTwiceBy(fact, store);
  const note =
    twice === 0
      ? ''
      : `note: on ${counted(twice, 'photo')} two faces are one person now; ` +
        'two faces of one photo are usually two people\n';
  return `${note}${describe(fact)}; undo it with: correct undo ${fact.factId}\n`;
}

async function countTwiceBy(fact: Fact, store: Store): Promise<number> {
  const facts = await store.readFacts(fact.ownerId);
  const before = People.of(facts.filter(({ sequence }) => sequence < fact.sequence));
  const after = People.of(facts.filter(({ sequence }) => sequence <= fact.sequence));
  const faces = await store.listFaces(fact.ownerId, facesToSee(fact.body, after));
  return countTwice(faces, before, after);
}
