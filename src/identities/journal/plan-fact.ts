import { WorkerError } from '../../errors.ts';
import { BlockedError } from './blocked-error.ts';
import { diffFaces, diffPeople, diffSpokenOf, type SpokenOf } from './differences.ts';
import type { FaceChange, Fact, FactBody, FacePlace } from './fact.ts';
import { People } from './people.ts';

/** What a user asks for; 'split' founds a person for the faces. */
export type Correction =
  | Exclude<FactBody, { kind: 'faces-assigned' }>
  | {
      readonly kind: 'faces-assigned';
      readonly faceIds: readonly string[];
      readonly personId: string;
    }
  /** A user looked at faces of the person and says yes; unlike an assignment it moves none. */
  | {
      readonly kind: 'faces-confirmed';
      readonly faceIds: readonly string[];
      readonly personId: string;
    }
  | { readonly kind: 'split'; readonly faceIds: readonly string[] };

const MOST_NAME_LENGTH = 200;

/**
 * Ids whose stored faces a plan needs to see: `listFaces` of these, then `planFact`. Undoing a fact may
 * move faces of which it never spoke, by what was decided after it.
 */
export function facesToSee(
  correction: Correction,
  people: People,
): { faceIds: string[]; personIds: string[] } {
  const body = correction.kind === 'undone' ? undoneBody(correction.factId, people) : correction;
  const persons = new Set(peopleIn(body).map((id) => people.resolve(id)));
  const personIds = peopleIn(body).flatMap((id) => people.idsOf(id));
  const assigned = [...persons].flatMap((id) => people.facesAssignedTo(id));
  const moved = correction.kind === 'undone' ? movedBy(correction, people) : NOTHING;
  return {
    faceIds: [...new Set([...facesIn(body), ...assigned, ...moved.faceIds])],
    personIds: [...new Set([...personIds, ...moved.personIds])],
  };
}

/**
 * Turns a correction into the fact's body and what it changes. Throws CORRECTION_REFUSED for a
 * person or face that is not there, and for what makes no sense as things are.
 */
export function planFact(
  correction: Correction,
  known: { people: People; faces: readonly FacePlace[]; newId: () => string },
): Pick<Fact, 'body' | 'changes'> {
  const body = toBody(correction, known);
  const changes = changesOf(body, known);
  if (changes.people.length === 0 && body.kind.startsWith('person-')) {
    refuse('it would change nothing');
  }
  return { body, changes };
}

/** What a fact that comes next changes, of the stored faces that `facesToSee` asks for. */
export function changesOf(
  body: FactBody,
  known: { people: People; faces: readonly FacePlace[] },
): Fact['changes'] {
  const { people } = known;
  const next = withPlanned(people, body);
  const faces =
    body.kind === 'undone'
      ? facesMovedBy(body, known, next)
      : diffFaces(known.faces, people, next).filter((face) => !followsPerson(face, body, next));
  return { people: diffPeople(spokenOf(next).personIds, people, next), faces };
}

const NOTHING = { faceIds: [], personIds: [] };

function movedBy(undoing: FactBody, people: People): ReturnType<typeof diffSpokenOf> {
  return diffSpokenOf(spokenOf(people), people, withPlanned(people, undoing));
}

/**
 * Besides those that move, faces that stay whose they are by a user's word on them: a consumer that has
 * them follow the people would take them along.
 */
function facesMovedBy(
  undoing: FactBody,
  { people, faces }: { people: People; faces: readonly FacePlace[] },
  next: People,
): FaceChange[] {
  const moved = movedBy(undoing, people);
  const { faceIds } = spokenOf(people);
  return diffFaces(faces, people, next, ({ faceId, personId }) => {
    if (moved.faceIds.has(faceId)) return true;
    return faceIds.has(faceId) && personId !== null && moved.personIds.has(personId);
  });
}

function spokenOf({ facts }: People): SpokenOf {
  const personIds = new Set<string>();
  const faceIds = new Set<string>();
  const facesByPerson = new Map<string, Set<string>>();
  for (const { body } of facts) {
    for (const id of facesIn(body)) faceIds.add(id);
    for (const person of peopleIn(body)) {
      personIds.add(person);
      if (!facesByPerson.has(person)) facesByPerson.set(person, new Set());
      for (const id of facesIn(body)) facesByPerson.get(person)?.add(id);
    }
  }
  return { personIds, faceIds, facesByPerson };
}

function toBody(
  correction: Correction,
  known: { people: People; faces: readonly FacePlace[]; newId: () => string },
): FactBody {
  const { people } = known;
  const person = (personId: string): string => knownPerson(personId, known);
  switch (correction.kind) {
    case 'person-named':
      return {
        ...correction,
        personId: person(correction.personId),
        name: checkName(correction.name),
      };
    case 'people-merged':
      return checkMerge(correction, person, people);
    case 'split':
      checkFaces(correction.faceIds, known.faces);
      return {
        kind: 'faces-assigned',
        faceIds: correction.faceIds,
        personId: known.newId(),
        as: 'split',
      };
    case 'faces-assigned':
      return assignment(correction, known);
    case 'faces-confirmed':
      return confirmation(correction, known);
    case 'people-distinct':
      return checkDistinct(correction, person, people);
    case 'faces-denied':
      checkFaces(correction.faceIds, known.faces);
      return { ...correction, personId: people.resolve(correction.personId) };
    case 'faces-ignored':
      checkFaces(correction.faceIds, known.faces);
      return correction;
    case 'person-hidden':
    case 'person-deleted':
      return { ...correction, personId: person(correction.personId) };
    case 'undone':
      checkUndo(correction.factId, people);
      return correction;
  }
}

function assignment(
  correction: { readonly faceIds: readonly string[]; readonly personId: string },
  known: { people: People; faces: readonly FacePlace[] },
): FactBody {
  const { people, faces } = known;
  const { faceIds } = correction;
  checkFaces(faceIds, faces);
  const personId = knownPerson(correction.personId, known);
  const there = faces.filter(({ faceId }) => faceIds.includes(faceId));
  const already = there.every((face) => people.personOf(face) === personId);
  return { kind: 'faces-assigned', faceIds, personId, as: already ? 'confirmed' : 'moved' };
}

function confirmation(
  correction: { readonly faceIds: readonly string[]; readonly personId: string },
  known: { people: People; faces: readonly FacePlace[] },
): FactBody {
  const { people, faces } = known;
  const { faceIds } = correction;
  checkFaces(faceIds, faces);
  const personId = knownPerson(correction.personId, known);
  for (const face of faces.filter(({ faceId }) => faceIds.includes(faceId))) {
    const whose = people.personOf(face);
    if (whose === personId) continue;
    refuse(
      `face ${face.faceId} is ${whose === null ? "nobody's" : `${whose}'s`}, not ${personId}'s; to move it, assign it`,
    );
  }
  return { kind: 'faces-assigned', faceIds, personId, as: 'confirmed' };
}

function checkDistinct(
  pair: Extract<FactBody, { kind: 'people-distinct' }>,
  person: (personId: string) => string,
  people: People,
): FactBody {
  const [personA, personB] = [person(pair.personA), person(pair.personB)];
  if (personA === personB) {
    refuse('the two are one person; undo their merge instead');
  }
  if (people.areDistinct(personA, personB)) refuse('it would change nothing');
  return { kind: 'people-distinct', personA, personB };
}

function checkMerge(
  merge: Extract<FactBody, { kind: 'people-merged' }>,
  person: (personId: string) => string,
  people: People,
): FactBody {
  const [from, into] = [person(merge.from), person(merge.into)];
  if (from === into) refuse('the two are one person already');
  const told = people.factTellingApart(from, into);
  if (told !== null) {
    throw new BlockedError(
      `${merge.from} and ${merge.into} were said to be two people; undo that first (fact ${told.factId} in the history)`,
      { fact: told, people },
    );
  }
  return { ...merge, from, into, name: checkName(merge.name) };
}

/** A person founded by a split must not lose its founding while later facts speak of it. */
function checkUndo(factId: string, people: People): void {
  const fact = people.facts.find((one) => one.factId === factId);
  if (fact === undefined) return refuse(`there is no fact ${factId} in the journal`);
  if (people.isUndone(factId)) refuse('it is undone already');
  const { body } = fact;
  if (body.kind !== 'faces-assigned' || body.as !== 'split') return;
  const later = people.facts.find(
    (one) =>
      one.sequence > fact.sequence &&
      !people.isUndone(one.factId) &&
      peopleIn(one.body).includes(body.personId),
  );
  if (later === undefined) return;
  throw new BlockedError(
    `fact ${factId} founded a person of which a later one speaks (${later.body.kind}); undo ${later.factId} first`,
    { fact: later, people },
  );
}

function checkFaces(faceIds: readonly string[], faces: readonly FacePlace[]): void {
  if (faceIds.length === 0) refuse('expected at least one face, got none');
  const there = new Set(faces.map(({ faceId }) => faceId));
  const missing = faceIds.find((id) => !there.has(id));
  if (missing !== undefined) refuse(`there is no face ${missing}`);
}

function knownPerson(
  personId: string,
  { people, faces }: { people: People; faces: readonly FacePlace[] },
): string {
  const person = people.resolve(personId);
  const there =
    people.facesAssignedTo(person).length > 0 ||
    people.idsOf(person).some((id) => faces.some((face) => face.personId === id));
  if (!there) refuse(`there is no person ${personId}`);
  if (people.stateOf(person).deleted) {
    const why = `person ${personId} was deleted; undo that first`;
    const fact = deletionOf(person, people);
    if (fact !== undefined) throw new BlockedError(why, { fact, people });
    refuse(why);
  }
  return person;
}

function deletionOf(person: string, people: People): Fact | undefined {
  return people.facts.find(
    ({ factId, body }) =>
      body.kind === 'person-deleted' &&
      !people.isUndone(factId) &&
      people.resolve(body.personId) === person,
  );
}

function checkName(name: string | null): string | null {
  if (name === null) return null;
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > MOST_NAME_LENGTH) {
    refuse(`expected a name of 1 to ${MOST_NAME_LENGTH} characters, got ${trimmed.length}`);
  }
  return trimmed;
}

function refuse(why: string): never {
  throw new WorkerError('CORRECTION_REFUSED', `${why}; nothing was changed`);
}

/** What an undoing speaks of, also one of an undoing. */
export function undoneBody(factId: string, people: People): FactBody {
  const found = people.facts.find((fact) => fact.factId === factId)?.body;
  if (found?.kind === 'undone') return undoneBody(found.factId, people);
  return found ?? { kind: 'undone', factId };
}

export function peopleIn(body: FactBody | Correction): string[] {
  if (body.kind === 'people-merged') return [body.from, body.into];
  if (body.kind === 'people-distinct') return [body.personA, body.personB];
  return 'personId' in body ? [body.personId] : [];
}

export function facesIn(body: FactBody | Correction): readonly string[] {
  return 'faceIds' in body ? body.faceIds : [];
}

/** Whether what becomes of the person tells it: not of a face that a user denied the one merged with. */
function followsPerson({ before, after }: FaceChange, { kind }: FactBody, next: People): boolean {
  if (kind === 'person-deleted') return true;
  return kind === 'people-merged' && before !== null && after === next.resolve(before);
}

/** As things would be, for a look at what comes of it. */
export function withPlanned(people: People, body: FactBody): People {
  const changes = { people: [], faces: [] };
  const planned = { ownerId: '', sequence: 0, factId: 'planned', at: '', by: '', body, changes };
  return People.of([...people.facts, planned]);
}
