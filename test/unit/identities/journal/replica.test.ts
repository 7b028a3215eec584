import type { Fact, FacePlace, PersonState } from '../../../../src/identities/journal/fact.ts';
import { People } from '../../../../src/identities/journal/people.ts';
import {
  facesToSee,
  planFact,
  type Correction,
} from '../../../../src/identities/journal/plan-fact.ts';
import { WorkerError } from '../../../../src/errors.ts';
import { makeFact } from '../../../helpers/records.ts';

const RUNS = 500;
const UNNAMED: PersonState = { name: null, hidden: false, mergedInto: null, deleted: false };

/** Eight faces on four photos, of four people; one is nobody's. */
const FACES: readonly FacePlace[] = Array.from({ length: 8 }, (_, i) => ({
  assetId: `a${i >> 1}`,
  faceId: `f${i}`,
  personId: i === 7 ? null : `p${i % 4}`,
}));

/** Numbers from 0 to below 1 that are the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = Math.imul(seed, 7919) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** A consumer that knows the photos' first results and the people-changed jobs since, and no more. */
class Replica {
  readonly #whose = new Map(FACES.map(({ faceId, personId }) => [faceId, personId]));
  readonly #people = new Map<string, PersonState>();

  take({ changes }: Fact): void {
    for (const { personId, after } of changes.people) this.#people.set(personId, after);
    for (const { faceId, after } of changes.faces) this.#whose.set(faceId, after);
  }

  stateOf(personId: string): PersonState {
    return this.#people.get(personId) ?? UNNAMED;
  }

  personOf(faceId: string): string | null {
    let person = this.#whose.get(faceId) ?? null;
    while (person !== null && this.stateOf(person).mergedInto !== null) {
      person = this.stateOf(person).mergedInto;
    }
    return person !== null && this.stateOf(person).deleted ? null : person;
  }
}

/** A journal that plans as the corrector does, with a consumer at its other end. */
class Town {
  readonly facts: Fact[] = [];
  readonly #replica = new Replica();
  #ids = 0;

  get people(): People {
    return People.of(this.facts);
  }

  /** Everybody who ever was. */
  get personIds(): string[] {
    return ['p0', 'p1', 'p2', 'p3', ...Array.from({ length: this.#ids }, (_, i) => `new${i + 1}`)];
  }

  /** Null when the correction makes no sense now. */
  do(correction: Correction): Fact | null {
    const { people } = this;
    const wanted = facesToSee(correction, people);
    const faces = FACES.filter(
      ({ faceId, personId }) =>
        wanted.faceIds.includes(faceId) || wanted.personIds.includes(personId ?? ''),
    );
    const newId = (): string => `new${++this.#ids}`;
    try {
      const sequence = this.facts.length + 1;
      const fact = makeFact({ sequence, ...planFact(correction, { people, faces, newId }) });
      this.facts.push(fact);
      this.#replica.take(fact);
      return fact;
    } catch (error) {
      if (error instanceof WorkerError && error.code === 'CORRECTION_REFUSED') return null;
      throw error;
    }
  }

  /** Whose each face is and what is said of each person. */
  view(of: Pick<People, 'stateOf'> & { personOf: (face: FacePlace) => string | null }): unknown {
    return [
      FACES.map((face) => `${face.faceId} ${of.personOf(face) ?? 'nobody'}`),
      this.personIds.map((id) => [id, of.stateOf(id)]),
    ];
  }

  /** What the consumer has, to be compared with `view(people)`. */
  replica(): unknown {
    const replica = this.#replica;
    return this.view({
      stateOf: (id) => replica.stateOf(id),
      personOf: ({ faceId }) => replica.personOf(faceId),
    });
  }

  /** Whether the consumer has anything else than the worker. */
  isAstray(): boolean {
    return JSON.stringify(this.replica()) !== JSON.stringify(this.view(this.people));
  }
}

/** One of all kinds of correction, about people and faces by chance. */
function anyCorrection(town: Town, random: () => number): Correction {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const [personId, into] = [pick(town.personIds), pick(town.personIds)];
  const faceIds = [...new Set([pick(FACES).faceId, pick(FACES).faceId])];
  const name = `name ${town.facts.length}`;
  const some: Correction[] = [
    { kind: 'person-named', personId, name },
    { kind: 'person-named', personId, name: null },
    { kind: 'people-merged', from: personId, into, name: random() < 0.3 ? name : null },
    { kind: 'people-merged', from: personId, into, name: null },
    { kind: 'people-distinct', personA: personId, personB: into },
    { kind: 'split', faceIds },
    { kind: 'faces-assigned', faceIds: faceIds.slice(0, 1), personId },
    { kind: 'faces-denied', faceIds: faceIds.slice(0, 1), personId },
    { kind: 'faces-ignored', faceIds: faceIds.slice(0, 1), reason: 'a poster' },
    { kind: 'person-hidden', personId, hidden: random() < 0.7 },
    { kind: 'person-deleted', personId },
  ];
  if (town.facts.length === 0 || random() < 0.75) return pick(some);
  return { kind: 'undone', factId: pick(town.facts).factId };
}

/** Says by what the consumer, or an undoing, went astray; null when nothing did. */
function wrongStep(seed: number): string | null {
  const random = randomFrom(seed);
  const town = new Town();
  for (let step = 0; step < 12; step++) {
    const before = JSON.stringify(town.view(town.people));
    const fact = town.do(anyCorrection(town, random));
    if (fact === null) continue;
    const isTurned = fact.body.kind !== 'undone' && random() < 0.5;
    const isAstray = town.isAstray() || (isTurned && !isTurnedBack(town, fact, before));
    if (isAstray) return `seed ${seed}: ${JSON.stringify(town.facts.map(({ body }) => body))}`;
  }
  return null;
}

/** Undoes the fact, sees that all is as before for both, and does it again. */
function isTurnedBack(town: Town, fact: Fact, before: string): boolean {
  const undone = town.do({ kind: 'undone', factId: fact.factId });
  // Who was founded by it stays among the people, of whom nothing is said.
  const isFounding = fact.body.kind === 'faces-assigned' && fact.body.as === 'split';
  const isBack = isFounding || JSON.stringify(town.view(town.people)) === before;
  if (!isBack || town.isAstray()) return false;
  town.do({ kind: 'undone', factId: undone?.factId ?? '' });
  return !town.isAstray();
}

test('a consumer of people-changed has what the worker has, after whatever corrections and undos', () => {
  const wrong = Array.from({ length: RUNS }, (_, seed) => wrongStep(seed + 1)).filter(
    (what) => what !== null,
  );
  expect(wrong.slice(0, 3)).toEqual([]);
});

test('an undone name is told of the person who went by it since a merge, too', () => {
  const town = new Town();
  const named = town.do({ kind: 'person-named', personId: 'p2', name: 'Ada' });
  town.do({ kind: 'people-merged', from: 'p2', into: 'p0', name: null });
  const undone = town.do({ kind: 'undone', factId: named?.factId ?? '' });
  expect(undone?.changes.people.map(({ personId }) => personId)).toEqual(['p2', 'p0']);
  expect(town.replica()).toEqual(town.view(town.people));
});

test('an undone merge tells of a face that a user had moved into it and then denied', () => {
  const town = new Town();
  town.do({ kind: 'faces-assigned', faceIds: ['f0'], personId: 'p3' });
  const merged = town.do({ kind: 'people-merged', from: 'p3', into: 'p1', name: null });
  town.do({ kind: 'faces-denied', faceIds: ['f0'], personId: 'p1' });
  const undone = town.do({ kind: 'undone', factId: merged?.factId ?? '' });
  const change = { assetId: 'a0', faceId: 'f0', before: 'p0', after: 'p3' };
  expect(undone?.changes.faces).toContainEqual(change);
  expect(town.replica()).toEqual(town.view(town.people));
});
