import type { FactBody } from '../identities/journal/fact.ts';
import type { Directory } from './directory.ts';

const MOST_FACES = 4;

/** The few faces by which a user recognises what a correction was about; empty where none are known. */
export function facesOfFact(body: FactBody, directory: Directory): string[] {
  return idsOf(body, directory)
    .filter((faceId) => directory.faces.has(faceId))
    .slice(0, MOST_FACES);
}

/** A face of the person, before merges; null when it has none. */
export function faceOf(personId: string, directory: Directory): string | null {
  return directory.facesOf({ faceIds: [], personIds: [personId] })[0]?.faceId ?? null;
}

function idsOf(body: FactBody, directory: Directory): readonly string[] {
  const ofPeople = (...personIds: readonly string[]): string[] =>
    personIds.flatMap((personId) => faceOf(personId, directory) ?? []);
  switch (body.kind) {
    case 'people-merged':
      return body.evidence?.nearestFaceIds ?? ofPeople(body.from, body.into);
    case 'people-distinct':
      return ofPeople(body.personA, body.personB);
    case 'faces-assigned':
      return body.faceIds;
    case 'face-denied':
    case 'face-ignored':
      return [body.faceId];
    case 'person-named':
    case 'person-hidden':
    case 'person-deleted':
      return ofPeople(body.personId);
    case 'undone':
      return idsOfUndone(body.factId, directory);
  }
}

function idsOfUndone(undoneId: string, directory: Directory): readonly string[] {
  const undone = directory.people.facts.find(({ factId }) => factId === undoneId);
  return undone === undefined ? [] : idsOf(undone.body, directory);
}
