import type { Fact } from '../identities/journal/fact.ts';
import { describeFact } from './describe-fact.ts';
import type { Directory } from './directory.ts';
import { pageOf, type Page, type PageWish } from './page.ts';

export interface HistoryEntry {
  readonly fact: Fact;
  readonly describe: string;
  readonly undone: boolean;
}

/** The owner's corrections, the newest first. */
export function listHistory({ people }: Directory, wish: PageWish): Page<HistoryEntry> {
  const page = pageOf(people.facts.toReversed(), ({ sequence }) => [-sequence], wish);
  return {
    ...page,
    items: page.items.map((fact) => ({
      fact,
      describe: describeFact(fact.body, people),
      undone: people.isUndone(fact.factId),
    })),
  };
}
