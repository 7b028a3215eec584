import { DESCRIPTOR_LENGTH } from '../../descriptors/descriptor.ts';
import type { KnownFaces } from '../known-faces.ts';
import { CONFIRMED_WEIGHT } from '../thresholds.ts';

/** What a person's voting faces have in common. */
export interface PersonFaces {
  readonly personId: string;
  readonly faces: number;
  /** Sum of the faces' weights: a face that a user gave to the person weighs more. */
  readonly weight: number;
  /** Weighted mean of the descriptors; shorter than 1, the more the further they lie apart. */
  readonly mean: Float32Array;
}

/** Every person who has voting faces, after merges. */
export function peopleFaces(known: KnownFaces): Map<string, PersonFaces> {
  const people = new Map<string, { -readonly [Key in keyof PersonFaces]: PersonFaces[Key] }>();
  for (const { personId, descriptor, isAssigned } of known.voters()) {
    let person = people.get(personId);
    if (person === undefined) {
      person = { personId, faces: 0, weight: 0, mean: new Float32Array(DESCRIPTOR_LENGTH) };
      people.set(personId, person);
    }
    const weight = isAssigned ? CONFIRMED_WEIGHT : 1;
    person.faces += 1;
    person.weight += weight;
    for (let i = 0; i < DESCRIPTOR_LENGTH; i++) {
      person.mean[i] = (person.mean[i] as number) + weight * (descriptor[i] as number);
    }
  }
  for (const { mean, weight } of people.values()) {
    for (let i = 0; i < DESCRIPTOR_LENGTH; i++) mean[i] = (mean[i] as number) / weight;
  }
  return people;
}

/**
 * Root of the mean squared distance between the faces of the one and of the other, each pair by its
 * weight. Of unit-length descriptors the means alone tell it.
 * `b` may stand among others, from `startOfB` on.
 */
export function linkageDistance(a: Float32Array, b: Float32Array, startOfB = 0): number {
  let product = 0;
  for (let i = 0; i < DESCRIPTOR_LENGTH; i++) {
    product += (a[i] as number) * (b[startOfB + i] as number);
  }
  return Math.sqrt(Math.max(0, 2 - 2 * product));
}
