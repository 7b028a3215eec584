import type { FaceRecord, PhotoRecord, PhotoView } from '../photo-record.ts';
import { MACHINE, type Fact, type FactBody, type PersonState } from './fact.ts';

type Stored = Pick<FaceRecord, 'faceId' | 'personId'>;

/** What the facts that hold say, by id. */
interface Folded {
  readonly names: Map<string, string | null>;
  readonly hidden: Map<string, boolean>;
  readonly deleted: Set<string>;
  readonly mergedInto: Map<string, string>;
  readonly assigned: Map<string, string>;
  readonly denied: Map<string, Set<string>>;
  readonly ignored: Map<string, string>;
  /** Pairs whom a user told apart. */
  readonly distinct: [string, string][];
  /** Pairs whom a user made one and parted again. */
  readonly parted: [string, string][];
}

/**
 * An owner's people as the journal has them: the facts that are not undone, applied in their order.
 * A stored face keeps the person that the machine gave it; everything a user decided is laid over it
 * here, so undoing a fact brings back what was, also after re-runs.
 */
export class People {
  readonly #facts: Fact[] = [];
  #undone = new Set<string>();
  #folded = emptyFold();
  /** By person, who was merged into it; null until somebody asks. */
  #mergedIds: ReadonlyMap<string, readonly string[]> | null = null;

  static of(facts: readonly Fact[]): People {
    const people = new People();
    for (const fact of facts) people.#facts.push(fact);
    people.#foldAgain();
    return people;
  }

  /** The journal so far, oldest first. */
  get facts(): readonly Fact[] {
    return this.#facts;
  }

  /** Takes in the next fact. */
  apply(fact: Fact): void {
    this.#facts.push(fact);
    this.#mergedIds = null;
    if (fact.body.kind === 'undone') this.#foldAgain();
    else fold(this.#folded, fact.body);
  }

  isUndone(factId: string): boolean {
    return this.#undone.has(factId);
  }

  /** The person that an id stands for after merges. */
  resolve(personId: string): string {
    return resolve(this.#folded, personId);
  }

  /** Ids that stand for the person: its own and those merged into it. */
  idsOf(personId: string): string[] {
    const person = this.resolve(personId);
    this.#mergedIds ??= mergedIds(this.#folded);
    return [...new Set([person, personId, ...(this.#mergedIds.get(person) ?? [])])];
  }

  /** Faces that a user gave to the person or to one merged into it. */
  facesAssignedTo(personId: string): string[] {
    const person = this.resolve(personId);
    return [...this.#folded.assigned]
      .filter(([, assigned]) => this.resolve(assigned) === person)
      .map(([faceId]) => faceId);
  }

  /** Whose face it is before merges: the user's word, else the machine's. */
  basePersonOf(face: Stored): string | null {
    return this.#folded.assigned.get(face.faceId) ?? face.personId;
  }

  /** Whose face it is; null when nobody's, denied, ignored, or the person was deleted. */
  personOf(face: Stored): string | null {
    if (this.#folded.ignored.has(face.faceId)) return null;
    const base = this.basePersonOf(face);
    if (base === null) return null;
    const person = this.resolve(base);
    if (this.#folded.deleted.has(person) || this.isDenied(face.faceId, person)) return null;
    return person;
  }

  isAssigned(faceId: string): boolean {
    return this.#folded.assigned.has(faceId);
  }

  isIgnored(faceId: string): boolean {
    return this.#folded.ignored.has(faceId);
  }

  /** Why a user said that the face is to be ignored; null when nobody did. */
  ignoredReasonOf(faceId: string): string | null {
    return this.#folded.ignored.get(faceId) ?? null;
  }

  /** People whom a user said that the face is not, after merges. */
  deniedOf(faceId: string): string[] {
    const denied = this.#folded.denied.get(faceId) ?? [];
    return [...new Set([...denied].map((id) => this.resolve(id)))];
  }

  /**
   * Whether a user said that the face is not this person's, under whatever id; not where one gave it to
   * the person, and merged whom it was denied with that person.
   */
  isDenied(faceId: string, personId: string): boolean {
    const person = this.resolve(personId);
    const assigned = this.#folded.assigned.get(faceId);
    if (assigned !== undefined && this.resolve(assigned) === person) return false;
    return [...(this.#folded.denied.get(faceId) ?? [])].some((id) => this.resolve(id) === person);
  }

  /**
   * Whether a user told the two apart: said so, or took back the machine's merge of them. Who takes
   * back a user's says no more than before it.
   */
  areDistinct(a: string, b: string): boolean {
    const [one, other] = [this.resolve(a), this.resolve(b)];
    return this.distinctPairs().some(
      (told) => (told[0] === one && told[1] === other) || (told[0] === other && told[1] === one),
    );
  }

  /** The fact that says outright, and still holds, that the two are not one; null when none does. */
  factTellingApart(a: string, b: string): Fact | null {
    const pair = [this.resolve(a), this.resolve(b)].sort().join(' ');
    const told = this.#facts.find(({ factId, body }) => {
      if (body.kind !== 'people-distinct' || this.#undone.has(factId)) return false;
      return [this.resolve(body.personA), this.resolve(body.personB)].sort().join(' ') === pair;
    });
    return told ?? null;
  }

  /** Pairs whom a user told apart, after merges. */
  distinctPairs(): [string, string][] {
    return this.#folded.distinct.map(([a, b]) => [this.resolve(a), this.resolve(b)]);
  }

  /** Pairs whom a user made one and parted again, after merges: only a user makes them one. */
  partedPairs(): [string, string][] {
    return this.#folded.parted.map(([a, b]) => [this.resolve(a), this.resolve(b)]);
  }

  /** Whether a user decided anything of the face itself. */
  isTouched(faceId: string): boolean {
    const { assigned, denied, ignored } = this.#folded;
    return assigned.has(faceId) || denied.has(faceId) || ignored.has(faceId);
  }

  /** Whether the person that the id stands for was deleted, whose faces are nobody's then. */
  isDeleted(personId: string): boolean {
    return this.#folded.deleted.has(this.resolve(personId));
  }

  stateOf(personId: string): PersonState {
    const { names, hidden, deleted, mergedInto } = this.#folded;
    return {
      name: names.get(personId) ?? null,
      hidden: hidden.get(personId) ?? false,
      mergedInto: mergedInto.get(personId) ?? null,
      deleted: deleted.has(personId),
    };
  }

  /** The record as others see it: each face with the person that it has now. */
  viewOf(record: PhotoRecord): PhotoView {
    const faces = record.faces.map((face) => this.#viewOfFace(face));
    return { ...record, faces, asOf: this.#facts.at(-1)?.sequence ?? 0 };
  }

  #viewOfFace(face: FaceRecord): FaceRecord {
    const personId = this.personOf(face);
    return {
      ...face,
      personId,
      isNewPerson: face.isNewPerson && personId === face.personId,
      assignedBy: this.isAssigned(face.faceId) ? 'user' : face.assignedBy,
    };
  }

  #foldAgain(): void {
    this.#mergedIds = null;
    this.#undone = undoneFacts(this.#facts);
    this.#folded = emptyFold();
    const { distinct, parted } = this.#folded;
    for (const { factId, by, body } of this.#facts) {
      if (!this.#undone.has(factId)) fold(this.#folded, body);
      else if (body.kind === 'people-merged') {
        (by === MACHINE ? distinct : parted).push([body.from, body.into]);
      }
    }
  }
}

/** Newest first, since an undoing can itself be undone. */
function undoneFacts(facts: readonly Fact[]): Set<string> {
  const undone = new Set<string>();
  for (const { factId, body } of facts.toReversed()) {
    if (body.kind === 'undone' && !undone.has(factId)) undone.add(body.factId);
  }
  return undone;
}

function emptyFold(): Folded {
  return {
    names: new Map(),
    hidden: new Map(),
    deleted: new Set(),
    mergedInto: new Map(),
    assigned: new Map(),
    denied: new Map(),
    ignored: new Map(),
    distinct: [],
    parted: [],
  };
}

function resolve({ mergedInto }: Folded, personId: string): string {
  let person = personId;
  for (let next = mergedInto.get(person); next !== undefined; next = mergedInto.get(person)) {
    person = next;
  }
  return person;
}

function mergedIds(folded: Folded): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const id of folded.mergedInto.keys()) {
    const person = resolve(folded, id);
    const others = ids.get(person);
    if (others === undefined) ids.set(person, [id]);
    else others.push(id);
  }
  return ids;
}

function fold(folded: Folded, body: FactBody): void {
  switch (body.kind) {
    case 'person-named':
      folded.names.set(resolve(folded, body.personId), body.name);
      break;
    case 'people-merged':
      merge(folded, body);
      break;
    case 'faces-assigned':
    case 'faces-denied':
    case 'faces-ignored':
      for (const faceId of body.faceIds) foldFace(folded, faceId, body);
      break;
    case 'person-hidden':
      folded.hidden.set(resolve(folded, body.personId), body.hidden);
      break;
    case 'person-deleted':
      folded.deleted.add(resolve(folded, body.personId));
      break;
    case 'people-distinct':
      folded.distinct.push([body.personA, body.personB]);
      break;
    case 'undone':
      break;
  }
}

/**
 * Who has no name, or none any more, goes by the name of whom it is merged with. Facts that were undone in
 * between can leave the two one already: then there is nothing to do.
 */
function merge(folded: Folded, body: Extract<FactBody, { kind: 'people-merged' }>): void {
  const from = resolve(folded, body.from);
  const into = resolve(folded, body.into);
  if (from !== into) folded.mergedInto.set(from, into);
  const name = body.name ?? folded.names.get(into) ?? folded.names.get(from);
  if (name !== undefined) folded.names.set(into, name);
}

function foldFace(
  folded: Folded,
  faceId: string,
  body: Extract<FactBody, { readonly faceIds: readonly string[] }>,
): void {
  if (body.kind === 'faces-assigned') assign(folded, faceId, body.personId);
  else if (body.kind === 'faces-denied') deny(folded, faceId, body.personId);
  else folded.ignored.set(faceId, body.reason);
}

/** The later word counts: an assignment takes back an earlier "not this person" and "ignore". */
function assign(folded: Folded, faceId: string, personId: string): void {
  folded.assigned.set(faceId, personId);
  folded.ignored.delete(faceId);
  const denied = folded.denied.get(faceId);
  for (const id of denied ?? []) {
    if (resolve(folded, id) === resolve(folded, personId)) denied?.delete(id);
  }
}

function deny(folded: Folded, faceId: string, personId: string): void {
  const denied = folded.denied.get(faceId) ?? new Set();
  folded.denied.set(faceId, denied.add(personId));
  const assigned = folded.assigned.get(faceId);
  if (assigned !== undefined && resolve(folded, assigned) === resolve(folded, personId)) {
    folded.assigned.delete(faceId);
  }
}
