import type { MergeEvidence } from '../journal/fact.ts';
import type { KnownFaces, Voter } from '../known-faces.ts';
import { distanceBetween } from '../../descriptors/distance.ts';
import type { MergeProposal } from './merge-proposal.ts';

/** Faces of each person among which the nearest two are looked for. */
const MOST_COMPARED = 60;

type Weighed = Omit<MergeProposal, 'evidence'> & {
  readonly evidence: Omit<MergeEvidence, 'nearestDistance' | 'nearestFaceIds'>;
};

/** Adds to each pair the two faces that lie nearest, to be shown to a user side by side. */
export function nearestFaces(pairs: readonly Weighed[], known: KnownFaces): MergeProposal[] {
  const asked = new Set(pairs.flatMap(({ from, into }) => [from, into]));
  const faces = new Map<string, Voter[]>();
  for (const face of known.voters()) {
    if (!asked.has(face.personId)) continue;
    const there = faces.get(face.personId);
    if (there === undefined) faces.set(face.personId, [face]);
    else if (there.length < MOST_COMPARED) there.push(face);
  }
  return pairs.map((pair) => {
    const nearest = nearestTwo(faces.get(pair.from) ?? [], faces.get(pair.into) ?? []);
    return { ...pair, evidence: { ...pair.evidence, ...nearest } };
  });
}

function nearestTwo(
  from: readonly Voter[],
  into: readonly Voter[],
): Pick<MergeEvidence, 'nearestDistance' | 'nearestFaceIds'> {
  let nearestDistance = Infinity;
  let nearestFaceIds: readonly [string, string] = ['', ''];
  for (const one of from) {
    for (const other of into) {
      const distance = distanceBetween(one.descriptor, other.descriptor);
      if (distance >= nearestDistance) continue;
      nearestDistance = distance;
      nearestFaceIds = [one.faceId, other.faceId];
    }
  }
  return { nearestDistance, nearestFaceIds };
}
