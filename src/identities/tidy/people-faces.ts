import { DESCRIPTOR_LENGTH } from '../../descriptors/descriptor.ts';
import type { KnownFaces, Voter } from '../known-faces.ts';
import { CONFIRMED_WEIGHT } from '../thresholds.ts';

/** A person's voting faces and their weighted mean. */
export interface PersonFaces {
  readonly personId: string;
  readonly faces: readonly Voter[];
  /** Sum of the faces' weights: a face that a user gave to the person weighs more. */
  readonly weight: number;
  /** Weighted mean of the descriptors; shorter than 1, the more the further they lie apart. */
  readonly mean: Float32Array;
}

/** Every person with the faces that vote for it, after merges. */
export function peopleFaces(known: KnownFaces): PersonFaces[] {
  const people = new Map<string, { faces: Voter[]; weight: number; mean: Float32Array }>();
  for (const face of known.voters()) {
    let person = people.get(face.personId);
    if (person === undefined) {
      person = { faces: [], weight: 0, mean: new Float32Array(DESCRIPTOR_LENGTH) };
      people.set(face.personId, person);
    }
    const weight = face.isAssigned ? CONFIRMED_WEIGHT : 1;
    person.faces.push(face);
    person.weight += weight;
    for (let i = 0; i < DESCRIPTOR_LENGTH; i++) {
      person.mean[i] = (person.mean[i] as number) + weight * (face.descriptor[i] as number);
    }
  }
  return [...people].map(([personId, { faces, weight, mean }]) => ({
    personId,
    faces,
    weight,
    mean: mean.map((value) => value / weight),
  }));
}

/**
 * Root of the mean squared distance between the faces of the one and of the other, each pair by its
 * weight. Of unit-length descriptors the means alone tell it.
 */
export function linkageDistance(a: PersonFaces, b: PersonFaces): number {
  let product = 0;
  for (let i = 0; i < DESCRIPTOR_LENGTH; i++) {
    product += (a.mean[i] as number) * (b.mean[i] as number);
  }
  return Math.sqrt(Math.max(0, 2 - 2 * product));
}
