import { doubtOf, type UncertainFace } from '../identities/doubtful-face.ts';
import type { Directory } from './directory.ts';

/** Faces whose person is in doubt, the most doubtful first; those of hidden people are left alone. */
export function uncertainFaces(directory: Directory, limit: number): UncertainFace[] {
  const { people } = directory;
  const doubts: UncertainFace[] = [];
  for (const { faceId, photo, storedPersonId, descriptor, near } of directory.faces.values()) {
    if (near.length === 0) continue;
    const face = {
      faceId,
      personId: storedPersonId,
      descriptor,
      explanation: { candidates: near },
    };
    const doubt = doubtOf(face, photo.assetId, people);
    if (doubt === null || !directory.persons.has(doubt.suggestedPersonId)) continue;
    // The person stands beside the face already, and two faces of one photo are two people.
    const isThere = photo.faces.some(({ personId }) => personId === doubt.suggestedPersonId);
    if (doubt.personId === null && isThere) continue;
    if (!people.stateOf(doubt.suggestedPersonId).hidden) doubts.push(doubt);
  }
  return doubts.sort((a, b) => excess(b) - excess(a)).slice(0, limit);
}

function excess({ distance, limitDistance }: UncertainFace): number {
  return distance - limitDistance;
}
