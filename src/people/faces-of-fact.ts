import type { FactBody } from '../identities/journal/fact.ts';
import { undoneBody } from '../identities/journal/plan-fact.ts';
import type { Directory } from './directory.ts';

const MOST_FACES = 4;

/** The few faces by which a user recognises what a correction was about; empty where none are known. */
export function facesOfFact(
  body: FactBody,
  directory: Directory,
): { faceId: string; assetId: string }[] {
  const about = body.kind === 'undone' ? undoneBody(body.factId, directory.people) : body;
  return idsOf(about, directory)
    .flatMap((faceId) => directory.faces.get(faceId) ?? [])
    .slice(0, MOST_FACES)
    .map(({ faceId, photo: { assetId } }) => ({ faceId, assetId }));
}

function idsOf(body: FactBody, directory: Directory): readonly string[] {
  const ofPeople = (...personIds: readonly string[]): string[] =>
    personIds.flatMap((personId) => directory.someFaceOf(personId)?.faceId ?? []);
  switch (body.kind) {
    case 'people-merged':
      return body.evidence?.nearestFaceIds ?? ofPeople(body.from, body.into);
    case 'people-distinct':
      return ofPeople(body.personA, body.personB);
    case 'faces-assigned':
    case 'faces-denied':
    case 'faces-ignored':
      return body.faceIds;
    case 'person-named':
    case 'person-hidden':
    case 'person-deleted':
      return ofPeople(body.personId);
    case 'undone':
      return [];
  }
}
