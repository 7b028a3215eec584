import { MACHINE, type Fact, type FactBody } from './fact.ts';
import { People } from './people.ts';
import { peopleIn, undoneBody } from './plan-fact.ts';

/** What users decided of a person. */
type Word = 'named' | 'called' | 'hidden' | 'deleted' | 'kept';

/**
 * What users said here and still holds, apart from what a file says as well: against it the file's word on
 * the same is held.
 */
export class SaidHere {
  readonly #facts: People;
  readonly #ids: Readonly<Record<Word, Set<string>>> = {
    named: new Set(),
    called: new Set(),
    hidden: new Set(),
    deleted: new Set(),
    kept: new Set(),
  };
  /** Pairs that were told apart, also by taking a merge of them back. */
  readonly #apart: (readonly string[])[] = [];

  static of(people: People, inFile: ReadonlySet<string>): SaidHere {
    const isOwn = ({ factId, by }: Fact): boolean => by !== MACHINE && !inFile.has(factId);
    const own = people.facts.filter((fact) => isOwn(fact) && !people.isUndone(fact.factId));
    return new SaidHere(own, people);
  }

  private constructor(own: readonly Fact[], people: People) {
    this.#facts = People.of(own);
    for (const { body } of own) {
      for (const word of wordsOf(body)) for (const id of peopleIn(body)) this.#ids[word].add(id);
      if (body.kind === 'people-distinct') this.#apart.push(peopleIn(body));
      if (body.kind !== 'undone') continue;
      const undone = undoneBody(body.factId, people);
      if (undone.kind === 'people-merged' && people.isUndone(body.factId)) {
        this.#apart.push(peopleIn(undone));
      }
    }
  }

  /** Whether this was said of somebody whom one of the ids stands for. */
  has(word: Word, ids: readonly string[]): boolean {
    return ids.some((id) => this.#ids[word].has(id));
  }

  /** Whether two were told apart who would be these two now. */
  toldApart(a: string, b: string, people: People): boolean {
    return this.#apart.some((pair) => {
      const now = pair.map((id) => people.resolve(id));
      return now.includes(a) && now.includes(b);
    });
  }

  /** Whom the face was given to; null: nobody gave it to anybody. */
  ownerOf(faceId: string): string | null {
    return this.#facts.basePersonOf({ faceId, personId: null });
  }

  isIgnored(faceId: string): boolean {
    return this.#facts.isIgnored(faceId);
  }

  /** People whom the face was said not to be. */
  deniedOf(faceId: string): string[] {
    return this.#facts.deniedOf(faceId);
  }

  /** Whether the correction founded somebody of whom something was said. */
  buildsOn(body: FactBody): boolean {
    if (body.kind !== 'faces-assigned' || body.as !== 'split') return false;
    return this.#facts.facts.some((fact) => peopleIn(fact.body).includes(body.personId));
  }
}

function wordsOf(body: FactBody): readonly Word[] {
  switch (body.kind) {
    case 'person-named':
      return body.name === null ? ['named'] : ['named', 'called', 'kept'];
    case 'people-merged':
      return body.name === null ? ['kept'] : ['named', 'called', 'kept'];
    case 'person-hidden':
      return ['hidden', 'kept'];
    case 'faces-assigned':
      return ['kept'];
    case 'person-deleted':
      return ['deleted'];
    case 'people-distinct':
    case 'faces-denied':
    case 'faces-ignored':
    case 'undone':
      return [];
  }
}
