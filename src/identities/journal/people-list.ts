import type { FacePlace } from './fact.ts';
import type { People } from './people.ts';

/** A person with how much is known of it. */
export interface PersonSummary {
  readonly personId: string;
  readonly name: string | null;
  readonly hidden: boolean;
  readonly faces: number;
  readonly photos: number;
}

/** The people of the faces given, those on most photos first, then by id. */
export function listPeople(faces: readonly FacePlace[], people: People): PersonSummary[] {
  const found = new Map<string, { faces: number; photos: Set<string> }>();
  for (const face of faces) {
    const personId = people.personOf(face);
    if (personId === null) continue;
    const tally = found.get(personId) ?? { faces: 0, photos: new Set() };
    found.set(personId, tally);
    tally.faces += 1;
    tally.photos.add(face.assetId);
  }
  return [...found]
    .map(([personId, tally]) => {
      const { name, hidden } = people.stateOf(personId);
      return { personId, name, hidden, faces: tally.faces, photos: tally.photos.size };
    })
    .sort((a, b) => b.photos - a.photos || (a.personId < b.personId ? -1 : 1));
}
