import type { Candidate } from '../identities/photo-record.ts';
import type { Directory } from './directory.ts';
import { summarisePerson, type PersonSummary } from './summaries.ts';

/** Another person that this one may be, with what speaks for it. */
export interface SimilarPerson {
  readonly person: PersonSummary;
  readonly distance: number;
  readonly limit: number;
  readonly reason: string;
}

const MOST_SIMILAR = 12;

/**
 * People to whom this one's faces came near when they were decided, the nearest first; without those
 * whom a user told apart, and those who stand beside this one on a photo.
 */
export function similarPeople(directory: Directory, personId: string): SimilarPerson[] {
  const { people } = directory;
  const best = new Map<string, { near: Candidate; faces: number }>();
  const together = peopleBeside(directory, personId);
  for (const face of directory.persons.get(personId) ?? []) {
    for (const near of face.near) {
      const other = people.resolve(near.personId);
      if (other === personId || !directory.persons.has(other)) continue;
      if (together.has(other) || people.isDenied(face.faceId, other)) continue;
      const known = best.get(other);
      const isBetter = known === undefined || excess(near) < excess(known.near);
      best.set(other, { near: isBetter ? near : known.near, faces: (known?.faces ?? 0) + 1 });
    }
  }
  return [...best]
    .map(([other, found]) => ({ person: summarisePerson(directory, other), ...found }))
    .filter(({ person }) => !person.hidden && !people.areDistinct(personId, person.personId))
    .sort((a, b) => excess(a.near) - excess(b.near))
    .slice(0, MOST_SIMILAR)
    .map(({ person, near, faces }) => ({
      person,
      distance: near.evidenceDistance,
      limit: near.limitDistance,
      reason: `${faces === 1 ? 'a face looks' : `${faces} faces look`} alike: ${sayDistance(near)}`,
    }));
}

/** Everybody who stands on a photo with the person. */
function peopleBeside({ persons }: Directory, personId: string): ReadonlySet<string> {
  const beside = new Set<string>();
  for (const { photo } of persons.get(personId) ?? []) {
    for (const face of photo.faces) if (face.personId !== null) beside.add(face.personId);
  }
  beside.delete(personId);
  return beside;
}

/** How far beyond its limit the evidence lies; zero or less would be a match. */
export function excess({ evidenceDistance, limitDistance }: Candidate): number {
  return evidenceDistance - limitDistance;
}

/** The evidence in words for a page. */
export function sayDistance({ evidenceDistance, limitDistance, voters }: Candidate): string {
  const measured = evidenceDistance.toFixed(3);
  const faces = voters === 1 ? 'one known face' : `${voters} known faces`;
  return `difference ${measured} to ${faces}, at most ${limitDistance.toFixed(3)} makes a match`;
}
