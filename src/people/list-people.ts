import type { Directory } from './directory.ts';
import { compareKeys, pageOf, type Page, type PageWish, type SortKey } from './page.ts';
import { summarisePerson, type PersonSummary } from './summaries.ts';

/** `known` leaves out only the hidden. */
export type Show = 'known' | 'named' | 'unnamed' | 'hidden' | 'all';

/** People whose name holds `q`, the named first, then those on most photos. */
export function listPeople(
  directory: Directory,
  wish: PageWish & { readonly show: Show; readonly q: string },
): Page<PersonSummary> {
  const all = directory.remember('people', directory.version, () => sortedPeople(directory));
  const asked = plain(wish.q.trim());
  const shown = all.filter(
    (person) =>
      isShown(person, wish.show) && (asked === '' || plain(person.name ?? '').includes(asked)),
  );
  return pageOf(shown, keyOf, wish);
}

function sortedPeople(directory: Directory): PersonSummary[] {
  return [...directory.persons.keys()]
    .map((personId) => summarisePerson(directory, personId))
    .sort((a, b) => compareKeys(keyOf(a), keyOf(b)));
}

function keyOf({ name, photos, personId }: PersonSummary): SortKey {
  return [name === null ? 1 : 0, -photos, personId];
}

function isShown({ name, hidden }: PersonSummary, show: Show): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'hidden':
      return hidden;
    case 'known':
      return !hidden;
    case 'named':
      return !hidden && name !== null;
    case 'unnamed':
      return !hidden && name === null;
  }
}

/** Without case and accents, as people type. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
