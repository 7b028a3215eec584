/** Which albums there are. */
export interface AlbumRules {
  /** An album of each person who has a name. */
  readonly everyone: boolean;
  readonly albums: readonly AlbumRule[];
}

/** Photos on which all of these are, two or more of them together. */
export interface AlbumRule {
  /** Names, or ids of ours. */
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

/** The albums that a photo of these people belongs into. */
export function albumsFor(
  people: readonly NamedPerson[],
  rules: AlbumRules,
  ownerId: string,
): Collection[] {
  const single = rules.everyone ? people.map(({ personId, name }) => albumOf(personId, name)) : [];
  const byRule = rules.albums.filter(
    (rule) =>
      (rule.ownerId === null || rule.ownerId === ownerId) &&
      rule.people.every((wanted) =>
        people.some(({ personId, name }) => wanted === personId || wanted === name),
      ),
  );
  const named = byRule.map(({ name }): Collection => ({
    key: `album:${name}`,
    kind: 'album',
    name,
  }));
  // The same album by two rules is one.
  return [...new Map([...single, ...named].map((one) => [one.key, one])).values()];
}

/** Of the album with all photos of a person. */
export function personAlbumKey(personId: string): string {
  return `person-album:${personId}`;
}

function albumOf(personId: string, name: string): Collection {
  return { key: personAlbumKey(personId), kind: 'album', name };
}
