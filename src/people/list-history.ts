import type { Fact } from '../identities/journal/fact.ts';
import { describeFact, sayEvidence, takesBack } from './describe-fact.ts';
import type { Directory } from './directory.ts';
import { facesOfFact } from './faces-of-fact.ts';
import { pageOf, type Page, type PageWish } from './page.ts';

export interface HistoryEntry {
  readonly fact: Fact;
  readonly describe: string;
  readonly undone: boolean;
  /** Undoing it does something again. */
  readonly takesBack: boolean;
  /** A few faces that it was about. */
  readonly faces: readonly { readonly faceId: string; readonly assetId: string }[];
  /** Why the machine did it; null: a user did. */
  readonly reason: string | null;
}

/** The owner's corrections, the newest first. */
export function listHistory(directory: Directory, wish: PageWish): Page<HistoryEntry> {
  const { people } = directory;
  const page = pageOf(people.facts.toReversed(), ({ sequence }) => [-sequence], wish);
  return {
    ...page,
    items: page.items.map((fact) => ({
      fact,
      describe: describeFact(fact.body, people),
      undone: people.isUndone(fact.factId),
      takesBack: takesBack(fact.body, people),
      faces: facesOfFact(fact.body, directory),
      reason: sayEvidence(fact.body),
    })),
  };
}
