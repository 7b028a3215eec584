import { WorkerError } from '../../errors.ts';
import type { Fact } from './fact.ts';
import type { People } from './people.ts';

/** CORRECTION_REFUSED because of an earlier fact, which would have to be taken back first. */
export class BlockedError extends WorkerError {
  readonly fact: Fact;
  readonly people: People;

  /** `why` names ids, for who works with ids. */
  constructor(why: string, by: { readonly fact: Fact; readonly people: People }) {
    super('CORRECTION_REFUSED', `${why}; nothing was changed`);
    this.fact = by.fact;
    this.people = by.people;
  }
}
