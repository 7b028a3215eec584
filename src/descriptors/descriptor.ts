/** Number of values in a face descriptor of the face-api pack. */
export const DESCRIPTOR_LENGTH = 128;

/**
 * Raise this whenever crop, net or normalisation changes: descriptors of different revisions are
 * never compared, and a backfill brings every photo below it up to date.
 */
export const DESCRIPTOR_REVISION = 2;

/** What made a descriptor; only descriptors with equal `pack` and `descriptorRevision` may meet. */
export interface DescriptorModel {
  readonly pack: string;
  readonly descriptorRevision: number;
}

export type DescriptorRefusal = 'wrong-length' | 'not-finite' | 'zero' | 'not-unit-length';

/** Why a descriptor may not be stored or compared, or null when it is sound. */
export function refuseDescriptor(descriptor: ArrayLike<number>): DescriptorRefusal | null {
  if (descriptor.length !== DESCRIPTOR_LENGTH) return 'wrong-length';
  let squaredLength = 0;
  for (let i = 0; i < descriptor.length; i++) {
    const value = descriptor[i] as number;
    if (!Number.isFinite(value)) return 'not-finite';
    squaredLength += value * value;
  }
  if (squaredLength < 1e-12) return 'zero';
  return Math.abs(squaredLength - 1) > 1e-3 ? 'not-unit-length' : null;
}

/** Whether descriptors of the two models may be compared. */
export function sameModel(a: DescriptorModel, b: DescriptorModel): boolean {
  return a.pack === b.pack && a.descriptorRevision === b.descriptorRevision;
}
