import type { Fact, FactBody } from '../identities/journal/fact.ts';
import { People } from '../identities/journal/people.ts';
import { changesOf, facesToSee } from '../identities/journal/plan-fact.ts';
import { reconcile } from '../identities/journal/reconcile.ts';
import { SaidHere } from '../identities/journal/said-here.ts';
import { translateFact, type Translation } from '../identities/journal/translate-fact.ts';
import { commitInTurn } from './commit-in-turn.ts';
import type { MovedFact } from './people-file.ts';
import type { JournalStore } from './ports.ts';

export interface FactsPorts {
  readonly store: JournalStore;
  /** Tells consumers; must not reject. */
  readonly publish: (fact: Fact) => Promise<void>;
}

interface Moved {
  readonly translation: Translation;
  /** Who is on the photos of the file, by its ids. */
  readonly personIds: Iterable<string>;
  readonly skip: (what: string, reason: string) => void;
}

/** Takes over the corrections of a file in their order; answers with how many it took. */
export async function importFacts(
  ownerId: string,
  facts: readonly MovedFact[],
  options: FactsPorts & Moved,
): Promise<{ readonly facts: number; readonly names: number }> {
  const work = await FactsImport.of(ownerId, facts, options);
  for (const fact of facts) await work.take(fact);
  return work.taken;
}

class FactsImport {
  readonly taken = { facts: 0, names: 0 };
  readonly #ownerId: string;
  readonly #options: FactsPorts & Moved;
  readonly #said: SaidHere;
  /** Corrections that are here, also those that were here before. */
  readonly #known: Set<string>;
  /** As the file has them up to the correction that is taken. */
  readonly #theirs = new People();
  #people: People;
  /** Up to which the owner's entries are known here. */
  #sequence: number;

  static async of(
    ownerId: string,
    facts: readonly MovedFact[],
    options: FactsPorts & Moved,
  ): Promise<FactsImport> {
    const sequence = await options.store.headSequence(ownerId);
    const journal = await options.store.readFacts(ownerId);
    return new FactsImport(facts, { ...options, ownerId, sequence, people: People.of(journal) });
  }

  private constructor(
    facts: readonly MovedFact[],
    at: FactsPorts & Moved & { ownerId: string; sequence: number; people: People },
  ) {
    this.#ownerId = at.ownerId;
    this.#options = at;
    this.#sequence = at.sequence;
    this.#people = at.people;
    this.#said = SaidHere.of(at.people, new Set(facts.map(({ factId }) => factId)));
    this.#known = new Set(at.people.facts.map(({ factId }) => factId));
  }

  async take(fact: MovedFact): Promise<void> {
    if (!this.#known.has(fact.factId)) await this.#takeNew(fact);
    this.#theirs.apply(factOf(fact, { ownerId: this.#ownerId, sequence: 0 }));
  }

  async #takeNew(fact: MovedFact): Promise<void> {
    const { translation, skip } = this.#options;
    const what = `correction ${fact.factId} (${fact.body.kind})`;
    const moved = translateFact(fact.body, translation);
    if (moved === null) {
      skip(what, 'its faces are not known here');
      return;
    }
    if (moved.kind === 'undone' && !this.#known.has(moved.factId)) {
      skip(what, 'what it takes back is not here');
      return;
    }
    const { body, left } = reconcile(moved, {
      said: this.#said,
      people: this.#people,
      theirs: this.#theirs,
      theirBody: fact.body,
      isSeveral: (personId) => this.#isSeveral(personId, fact.body),
    });
    for (const { part, reason } of left) skip(part === null ? what : `${part} in ${what}`, reason);
    if (body === null) return;
    await this.#write({ ...fact, body });
    this.#known.add(fact.factId);
    this.taken.facts++;
    if (body.kind === 'person-named') this.taken.names++;
  }

  /** Whether the person here is also somebody of the file whom the correction does not concern. */
  #isSeveral(personId: string, theirBody: FactBody): boolean {
    if (!('personId' in theirBody)) return false;
    const { translation, personIds } = this.#options;
    const meant = this.#theirs.resolve(theirBody.personId);
    for (const id of personIds) {
      const other = this.#theirs.resolve(id);
      if (other === meant || this.#theirs.isDeleted(other)) continue;
      if (this.#people.resolve(translation.personOf(id)) === personId) return true;
    }
    return false;
  }

  async #write(moved: MovedFact): Promise<void> {
    const { store, publish } = this.#options;
    await commitInTurn(this.#ownerId, store, async (sequence) => {
      // Somebody else wrote in between, a correction maybe.
      if (sequence !== this.#sequence + 1) {
        this.#people = People.of(await store.readFacts(this.#ownerId));
        this.#sequence = sequence - 1;
      }
      const people = this.#people;
      const faces = await store.listFaces(this.#ownerId, facesToSee(moved.body, people));
      const changes = changesOf(moved.body, { people, faces });
      const fact = { ...factOf(moved, { ownerId: this.#ownerId, sequence }), changes };
      const outcome = await store.commitFact(fact);
      if (outcome === 'committed') {
        people.apply(fact);
        this.#sequence = sequence;
        await publish(fact);
      }
      return outcome;
    });
  }
}

function factOf(moved: MovedFact, at: { ownerId: string; sequence: number }): Fact {
  return { ...moved, ...at, changes: { people: [], faces: [] } };
}
