import type { OurPeople } from './our-side.ts';

/** Which albums there are. */
export interface AlbumRules {
  /** An album of each person who has a name. */
  readonly everyone: boolean;
  readonly albums: readonly AlbumRule[];
}

/** Photos on which all of these are, two or more of them together. */
export interface AlbumRule {
  /** Names, or ids of ours. A name means who was last given it where nobody has it any more. */
  readonly people: readonly string[];
  readonly name: string;
  /** Whose; null: of every user who has such people. */
  readonly ownerId: string | null;
}

/** A person on a photo who may go into tags and albums: one with a name, not hidden. */
export interface NamedPerson {
  readonly personId: string;
  readonly name: string;
}

/** A tag or an album that a photo belongs into. `key` stays when it is renamed. */
export interface Collection {
  readonly key: string;
  readonly kind: 'tag' | 'album';
  readonly name: string;
}

/** Tags lie below this one. */
export const TAG_ROOT = 'Faces';

/** One tag for each person; a slash in a name would make a tag of its own of what is before it. */
export function tagsFor(people: readonly NamedPerson[]): Collection[] {
  return people.map(({ name }) => {
    const value = `${TAG_ROOT}/${name.replaceAll('/', '-')}`;
    return { key: `tag:${value}`, kind: 'tag', name: value };
  });
}

/** Who is meant by the words of a rule. */
export type RulePeople = Pick<OurPeople, 'resolve' | 'bearersOf'>;

/** The albums that a photo of these people belongs into. */
export function albumsFor(
  people: readonly NamedPerson[],
  rules: AlbumRules,
  { ownerId, known }: { readonly ownerId: string; readonly known: RulePeople },
): Collection[] {
  const single = rules.everyone ? people.map(({ personId, name }) => albumOf(personId, name)) : [];
  const named = rulesOf(rules, ownerId).flatMap((rule): Collection[] => {
    const meant = meantBy(rule, people, known);
    if (meant === null) return [];
    const name = isNamedAfter(rule) ? (meant[0]?.name ?? rule.name) : rule.name;
    return [{ key: keyOf(rule), kind: 'album', name }];
  });
  // The same album by two rules is one.
  return [...new Map([...single, ...named].map((one) => [one.key, one])).values()];
}

/** One of the people for each word of the rule, another for each; null when there are not. */
function meantBy(
  rule: AlbumRule,
  people: readonly NamedPerson[],
  known: RulePeople,
): readonly NamedPerson[] | null {
  const candidates = rule.people
    .map((word) => people.filter(({ personId }) => isMeant(personId, word, known)))
    // A word that leaves no choice goes first.
    .toSorted((a, b) => a.length - b.length);
  const meant: NamedPerson[] = [];
  for (const some of candidates) {
    const one = some.find((person) => !meant.includes(person));
    if (one === undefined) return null;
    meant.push(one);
  }
  return meant;
}

/** Keys of the albums that are called as the person is: the person's own, and those of rules for it alone. */
export function albumsNamedAfter(
  personId: string,
  rules: AlbumRules,
  { ownerId, known }: { readonly ownerId: string; readonly known: RulePeople },
): string[] {
  const byRule = rulesOf(rules, ownerId).filter(
    (rule) => isNamedAfter(rule) && isMeant(personId, rule.people[0] ?? '', known),
  );
  return [...new Set([personAlbumKey(personId), ...byRule.map(keyOf)])];
}

function rulesOf({ albums }: AlbumRules, ownerId: string): AlbumRule[] {
  return albums.filter((rule) => rule.ownerId === null || rule.ownerId === ownerId);
}

function isMeant(personId: string, word: string, { resolve, bearersOf }: RulePeople): boolean {
  return resolve(word) === personId || bearersOf(word).includes(personId);
}

/** An album of one person that the rule gives no other name. */
function isNamedAfter({ people, name }: AlbumRule): boolean {
  return people.length === 1 && people[0] === name;
}

function keyOf({ name }: AlbumRule): string {
  return `album:${name}`;
}

/** Of the album with all photos of a person. */
export function personAlbumKey(personId: string): string {
  return `person-album:${personId}`;
}

function albumOf(personId: string, name: string): Collection {
  return { key: personAlbumKey(personId), kind: 'album', name };
}
