import Table from 'cli-table3';

import type { PersonSummary } from '../store/store.ts';

/** `people`: an owner's people, those on most photos first, as a table or as JSON. */
export function formatPeople(people: readonly PersonSummary[], asJson: boolean): string {
  if (asJson) return `${JSON.stringify(people)}\n`;
  if (people.length === 0) return 'nobody is known yet\n';
  const table = new Table({ head: ['person', 'photos', 'faces'], style: { head: [], border: [] } });
  for (const { personId, photos, faces } of people) table.push([personId, photos, faces]);
  return `${table.toString()}\n`;
}
