import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

import { WorkerError } from '../errors.ts';
import type { Fact } from '../identities/journal/fact.ts';
import { People } from '../identities/journal/people.ts';
import { refuseOutdated } from '../identities/journal/refuse-outdated.ts';
import { facesToSee, planFact, type Correction } from '../identities/journal/plan-fact.ts';
import type { JournalStore } from './ports.ts';

/**
 * Writes down what a user decided; answers with the fact, by whose id it can be undone. `seenHead`
 * is the sequence that the user has seen: when something that the correction speaks of was changed
 * after it, nothing is written.
 */
export type Correct = (
  ownerId: string,
  correction: Correction,
  by: string,
  seenHead?: number,
) => Promise<Fact>;

const MOST_COMMIT_TRIES = 200;
const LONGEST_PAUSE_MILLIS = 100;

/**
 * Makes facts of corrections: reads the journal, plans, commits under the next sequence, and reads
 * and plans again when a worker or another user was first. `publish` must not reject. Throws
 * CORRECTION_REFUSED and CORRECTION_OUTDATED.
 */
export function createCorrector(ports: {
  store: JournalStore;
  publish: (fact: Fact) => Promise<void>;
  newId?: () => string;
}): Correct {
  const { store, publish, newId = randomUUID } = ports;
  return async (ownerId, correction, by, seenHead) => {
    for (let attempt = 0; attempt < MOST_COMMIT_TRIES; attempt++) {
      // Before the facts: what is written after it takes its successor and makes a conflict.
      const head = await store.headSequence(ownerId);
      const people = People.of(await store.readFacts(ownerId));
      if (seenHead !== undefined) refuseOutdated(correction, people, seenHead);
      const faces = await store.listFaces(ownerId, facesToSee(correction, people));
      const fact: Fact = {
        ownerId,
        sequence: head + 1,
        factId: newId(),
        at: new Date().toISOString(),
        by,
        ...planFact(correction, { people, faces, newId }),
      };
      if ((await store.commitFact(fact)) === 'committed') {
        await publish(fact);
        return fact;
      }
      await setTimeout(Math.random() * Math.min(LONGEST_PAUSE_MILLIS, 2 ** attempt));
    }
    throw new WorkerError(
      'STORE_CONFLICT',
      `${MOST_COMMIT_TRIES} corrections in a row were overtaken; try again`,
    );
  };
}
