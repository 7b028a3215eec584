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
      return describeAssignment(body, who);
    case 'faces-denied':
      return `said that ${facesText(body)} ${body.faceIds.length === 1 ? 'is' : 'are'} not ${who(body.personId)}`;
    case 'faces-ignored':
      return `ignored ${facesText(body)}: ${body.reason}`;
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

function describeAssignment(
  { faceIds, personId, as }: Extract<FactBody, { kind: 'faces-assigned' }>,
  who: (personId: string) => string,
): string {
  const faces = facesText({ faceIds });
  switch (as) {
    case 'confirmed':
      return `confirmed ${faces} of ${who(personId)}`;
    case 'moved':
      return `gave ${faces} to ${who(personId)}`;
    case 'split':
      return `made ${faces} a person of their own`;
  }
}

function facesText({ faceIds }: { readonly faceIds: readonly string[] }): string {
  return faceIds.length === 1 ? 'a face' : `${faceIds.length} faces`;
}

function describeUndoing(factId: string, people: People): string {
  const fact: Fact | undefined = people.facts.find((one) => one.factId === factId);
  return fact === undefined
    ? 'took a correction back'
    : `undid: ${describeFact(fact.body, people)}`;
}
