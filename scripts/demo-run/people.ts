import Table from 'cli-table3';

import type { IdentifiedFace } from '../../src/queue/faces-identified.ts';
import type { PhotoFailure, PhotoResult } from './results.ts';
import type { DemoPhoto } from './photos.ts';

/** A person as the results tell it, with a label to read. */
export interface Person {
  readonly personId: string;
  readonly label: string;
  readonly faces: readonly { readonly photo: DemoPhoto; readonly face: IdentifiedFace }[];
}

const MOST_NAMES = 6;

/** The people of all results, those on most photos first. */
export function groupPeople(results: readonly PhotoResult[]): Person[] {
  const faces = results.flatMap(({ photo, result }) =>
    result.faces.map((face) => ({ photo, face })),
  );
  const byPerson = new Map<string, (typeof faces)[number][]>();
  for (const entry of faces) {
    const { personId } = entry.face;
    if (personId === null) continue;
    byPerson.set(personId, [...(byPerson.get(personId) ?? []), entry]);
  }
  return [...byPerson]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([personId, group], i) => ({ personId, label: `Person ${i + 1}`, faces: group }));
}

/** A row a person: label, number of photos, id and the photos' names. */
export function peopleTable(people: readonly Person[]): string {
  const table = new Table({
    head: ['person', 'photos', 'id', 'on'],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [13, 8, 10, 64],
  });
  for (const { label, faces, personId } of people) {
    table.push([
      label,
      faces.length,
      personId.slice(0, 8),
      namesOf(faces.map(({ photo }) => photo.name)),
    ]);
  }
  return table.toString();
}

/** A line a photo that failed, with its reason. */
export function failureLines(failures: readonly PhotoFailure[]): string {
  return failures.map(({ photo, reason }) => `  ${photo.name}: ${reason}`).join('\n');
}

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}
