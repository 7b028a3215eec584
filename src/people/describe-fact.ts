import type { Fact, FactBody } from '../identities/journal/fact.ts';
import type { People } from '../identities/journal/people.ts';

/** One line on what a correction says, with names where there are any. */
export function describeFact(body: FactBody, people: People): string {
  const who = (personId: string): string =>
    people.stateOf(personId).name ?? people.stateOf(people.resolve(personId)).name ?? 'somebody';
  switch (body.kind) {
    case 'person-named':
      return describeNaming(body.name);
    case 'people-merged':
      return `merged ${who(body.from)} into ${body.name ?? who(body.into)}`;
    case 'faces-assigned':
    case 'faces-denied':
    case 'faces-ignored':
      return describeFaces(body, who);
    case 'person-hidden':
      return `${body.hidden ? 'hid' : 'showed'} ${who(body.personId)}`;
    case 'person-deleted':
      return `deleted ${who(body.personId)}`;
    case 'people-distinct':
      return `told ${who(body.personA)} and ${who(body.personB)} apart`;
    case 'undone':
      return describeUndoing(body.factId, people);
  }
}

/** Whether something holds no more by it; undoing an undoing does again what was undone. */
export function takesBack(body: FactBody, people: People): boolean {
  if (body.kind !== 'undone') return false;
  const undone = people.facts.find(({ factId }) => factId === body.factId);
  return undone === undefined || !takesBack(undone.body, people);
}

/** What the machine went by; null for what a user did. */
export function sayEvidence(body: FactBody): string | null {
  if (body.kind !== 'people-merged' || body.evidence === undefined) return null;
  const { distance, limitDistance, faces } = body.evidence;
  const [from, into] = faces;
  return (
    `${from} and ${into} faces, difference ${distance.toFixed(2)}, ` +
    `at most ${limitDistance.toFixed(2)} allowed`
  );
}

function describeNaming(name: string | null): string {
  return name === null ? 'took a name away' : `named a person ${name}`;
}

function describeFaces(
  body: Extract<FactBody, { readonly faceIds: readonly string[] }>,
  who: (personId: string) => string,
): string {
  const isOne = body.faceIds.length === 1;
  const faces = isOne ? 'a face' : `${body.faceIds.length} faces`;
  if (body.kind === 'faces-ignored') return `ignored ${faces}: ${body.reason}`;
  if (body.kind === 'faces-denied') {
    return `said that ${faces} ${isOne ? 'is' : 'are'} not ${who(body.personId)}`;
  }
  switch (body.as) {
    case 'confirmed':
      return `confirmed ${faces} of ${who(body.personId)}`;
    case 'moved':
      return `gave ${faces} to ${who(body.personId)}`;
    case 'split':
      return `made ${faces} a person of their own`;
  }
}

function describeUndoing(factId: string, people: People): string {
  const fact: Fact | undefined = people.facts.find((one) => one.factId === factId);
  return fact === undefined
    ? 'took a correction back'
    : `undid: ${describeFact(fact.body, people)}`;
}
