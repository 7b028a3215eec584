import type { LabelledPhoto, PhotoSet } from '../data/labelled-photo.ts';
import { labelledFacePlace } from '../look/labelled-face.ts';
import type { Looks } from '../look/looked-photo.ts';

/** The labelled face's descriptor of each photo of a set, one after another. */
export interface DescriptorTable {
  readonly length: number;
  readonly values: Float32Array;
  /** Whether the photo of this place has a face. */
  readonly present: readonly boolean[];
}

/** For photos without a face the table holds zeros. */
export function tabulate(set: PhotoSet, looks: Looks): DescriptorTable {
  const descriptors = set.photos.map((photo) => descriptorOf(photo, set, looks));
  const length = descriptors.find((descriptor) => descriptor !== null)?.length ?? 0;
  const values = new Float32Array(length * descriptors.length);
  for (const [place, descriptor] of descriptors.entries()) {
    if (descriptor !== null) values.set(descriptor, place * length);
  }
  return { length, values, present: descriptors.map((descriptor) => descriptor !== null) };
}

function descriptorOf(photo: LabelledPhoto, set: PhotoSet, looks: Looks): Float32Array | null {
  const seen = looks.get(photo.path)?.seen ?? null;
  if (seen === null) return null;
  const place = labelledFacePlace(seen, set.labelledFace);
  return place === null ? null : (seen.faces[place]?.descriptor ?? null);
}

/** Euclidean distance of two rows. */
export function rowDistance({ values, length }: DescriptorTable, a: number, b: number): number {
  let squared = 0;
  const [from, to] = [a * length, b * length];
  for (let i = 0; i < length; i++) {
    const difference = (values[from + i] as number) - (values[to + i] as number);
    squared += difference * difference;
  }
  return Math.sqrt(squared);
}
