import type { FactBody } from './fact.ts';
import type { People } from './people.ts';
import { peopleIn, undoneBody } from './plan-fact.ts';
import type { SaidHere } from './said-here.ts';

/** What is kept of a correction of elsewhere; null: nothing. */
export interface Reconciled {
  readonly body: FactBody | null;
  /** What of it is not kept, and why; `part` null: the whole. */
  readonly left: readonly { readonly part: string | null; readonly reason: string }[];
}

interface Situation {
  readonly said: SaidHere;
  /** As things are here. */
  readonly people: People;
  /** As they were there before the correction, which was `theirBody` in the ids of there. */
  readonly theirs: People;
  readonly theirBody: FactBody;
  /** Whether the person here is also somebody there whom the correction does not concern. */
  readonly isSeveral: (personId: string) => boolean;
}

type Of<Kind extends FactBody['kind']> = Extract<FactBody, { kind: Kind }>;

/**
 * A correction of elsewhere, in the ids of here, as far as it says nothing else than what a user said here
 * on the same, or than was taken over before of somebody who is the same person here.
 */
export function reconcile(body: FactBody, at: Situation): Reconciled {
  switch (body.kind) {
    case 'person-named':
      return unless(body, whyNotNamed(body, at));
    case 'person-hidden':
      return unless(body, whyNotHidden(body, at));
    case 'person-deleted':
      return unless(body, whyNotDeleted(body, at));
    case 'people-merged':
      return reconcileMerge(body, at);
    case 'people-distinct': {
      const [a, b] = peopleIn(body).map((id) => at.people.resolve(id));
      return unless(body, a === b ? 'the two are one person here' : null);
    }
    case 'faces-assigned':
    case 'faces-denied':
    case 'faces-ignored':
      return reconcileFaces(body, at);
    case 'undone': {
      const isNeeded = at.said.buildsOn(undoneBody(body.factId, at.people));
      return unless(body, isNeeded ? 'a correction here speaks of whom it founded' : null);
    }
  }
}

function unless(body: FactBody, reason: string | null): Reconciled {
  if (reason === null) return { body, left: [] };
  return { body: null, left: [{ part: null, reason }] };
}

const DELETED = 'the person was deleted here';
const SEVERAL = 'the person is also somebody else of the file here';

function whyNotNamed({ personId, name }: Of<'person-named'>, at: Situation): string | null {
  const { said, people } = at;
  const ids = people.idsOf(personId);
  if (said.has('deleted', ids)) return DELETED;
  const ours = nameOf(personId, people);
  if (ours === name) return null;
  if (ours === null) return said.has('named', ids) ? 'the name was taken away here' : null;
  const isOurs = said.has('named', ids) || !theirNames(at).includes(ours);
  return isOurs ? `the person is called ${ours} here` : null;
}

function whyNotHidden({ personId, hidden }: Of<'person-hidden'>, at: Situation): string | null {
  const { said, people } = at;
  const ids = people.idsOf(personId);
  if (said.has('deleted', ids)) return DELETED;
  const person = people.resolve(personId);
  if (people.stateOf(person).hidden === hidden) return null;
  if (said.has('hidden', ids)) return `the person was ${hidden ? 'shown' : 'hidden'} here`;
  if (!hidden) return null;
  if (said.has('called', ids)) return 'the person was named here';
  return at.isSeveral(person) ? SEVERAL : null;
}

function whyNotDeleted({ personId }: Of<'person-deleted'>, at: Situation): string | null {
  const { said, people } = at;
  if (people.isDeleted(personId)) return null;
  if (said.has('kept', people.idsOf(personId))) {
    return 'the person was named, hidden, shown or merged here, or given faces';
  }
  return at.isSeveral(people.resolve(personId)) ? SEVERAL : null;
}

function reconcileMerge(body: Of<'people-merged'>, at: Situation): Reconciled {
  const { said, people } = at;
  const [from, into] = [people.resolve(body.from), people.resolve(body.into)];
  if ([from, into].some((id) => said.has('deleted', people.idsOf(id))))
    return unless(body, DELETED);
  if (from !== into && said.toldApart(from, into, people)) {
    return unless(body, 'the two were told apart here');
  }
  const [ours, other] = oursAmong([from, into], at);
  if (ours === undefined) return { body, left: [] };
  if (other !== undefined) return unless(body, `the two are called ${ours} and ${other} here`);
  const name = body.name ?? nameOf(into, people) ?? ours;
  if (name === ours) return { body, left: [] };
  const reason = 'who is merged has another name here';
  return { body: { ...body, name: ours }, left: [{ part: 'the name', reason }] };
}

/** The different names of these people that the file does not know of, or that were said here. */
function oursAmong(personIds: readonly string[], at: Situation): string[] {
  const { said, people } = at;
  const names = personIds.flatMap((id) => {
    const name = nameOf(id, people);
    if (name === null) return [];
    return said.has('called', people.idsOf(id)) || !theirNames(at).includes(name) ? [name] : [];
  });
  return [...new Set(names)];
}

type OfFaces = Extract<FactBody, { readonly faceIds: readonly string[] }>;

function reconcileFaces(body: OfFaces, at: Situation): Reconciled {
  if (body.kind === 'faces-assigned' && at.said.has('deleted', at.people.idsOf(body.personId))) {
    return unless(body, DELETED);
  }
  const left = body.faceIds.flatMap((faceId) => {
    const reason = whyNotFace(faceId, body, at);
    return reason === null ? [] : [{ faceId, part: `face ${faceId}`, reason }];
  });
  const out = new Set(left.map(({ faceId }) => faceId));
  const faceIds = body.faceIds.filter((faceId) => !out.has(faceId));
  return { body: faceIds.length === 0 ? null : { ...body, faceIds }, left };
}

function whyNotFace(faceId: string, body: OfFaces, { said, people }: Situation): string | null {
  const owner = said.ownerOf(faceId);
  if (body.kind === 'faces-ignored') {
    return owner === null ? null : 'it was given to somebody here';
  }
  const person = people.resolve(body.personId);
  const isOwners = owner !== null && people.resolve(owner) === person;
  if (body.kind === 'faces-denied') return isOwners ? "it was said to be the person's here" : null;
  if (owner !== null && !isOwners) return 'it was given to somebody else here';
  if (said.isIgnored(faceId)) return 'it was ignored here';
  const isDenied = said.deniedOf(faceId).some((id) => people.resolve(id) === person);
  return isDenied ? "it was said not to be the person's here" : null;
}

function theirNames({ theirs, theirBody }: Situation): (string | null)[] {
  return peopleIn(theirBody).map((id) => nameOf(id, theirs));
}

function nameOf(personId: string, people: People): string | null {
  return people.stateOf(people.resolve(personId)).name;
}
