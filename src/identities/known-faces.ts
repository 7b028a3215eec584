import { DESCRIPTOR_LENGTH, sameModel, type DescriptorModel } from '../descriptors/descriptor.ts';
import { mayVote } from '../faces/quality.ts';
import { distanceTo, nearestWithin } from './nearest-faces.ts';
import type { FaceRecord, PhotoRecord } from './photo-record.ts';

/** How near a person is to a face: the evidence from the person's nearest known faces. */
export interface PersonDistance {
  readonly personId: string;
  readonly nearestFaceId: string;
  readonly nearestDistance: number;
  /** Mean distance of the nearest `voters` faces of the person. */
  readonly evidenceDistance: number;
  readonly voters: number;
}

interface KnownFace {
  readonly faceId: string;
  readonly personId: string;
  readonly assetId: string;
}

/** Faces of one person that are asked; more would make a person of many photos harder to join. */
const MOST_VOTERS = 3;

/**
 * An owner's faces that may vote, in memory, kept current by applying photo records in the order of
 * their sequence. Search is exact: every known face is measured. Faces of another descriptor model
 * are passed over, since their distances mean nothing.
 */
export class KnownFaces {
  readonly model: DescriptorModel;
  /** Sequence of the last record applied. */
  sequence = 0;
  #faces: KnownFace[] = [];
  readonly #photos = new Set<string>();
  readonly #placesOf = new Map<string, Set<number>>();
  #descriptors = new Float32Array(256 * DESCRIPTOR_LENGTH);

  constructor(model: DescriptorModel) {
    this.model = model;
  }

  /** Number of faces that may vote. */
  get size(): number {
    return this.#faces.length;
  }

  /** Takes in a photo, in place of what was known of it; records already seen change nothing. */
  apply(record: PhotoRecord): void {
    if (record.sequence <= this.sequence) return;
    this.#forgetPhoto(record.assetId);
    if (sameModel(record.model, this.model)) {
      for (const face of record.faces) this.#add(face, record.assetId);
    }
    this.sequence = record.sequence;
  }

  /**
   * People within `maxDistance` of a descriptor (their nearest face decides), nearest evidence
   * first. The photo's own faces are left out, so that a re-run does not meet itself.
   */
  peopleNear(
    descriptor: Float32Array,
    options: { maxDistance: number; exceptAssetId: string },
  ): PersonDistance[] {
    const distances = this.#nearbyPeople(descriptor, options);
    const people: PersonDistance[] = [];
    for (const [personId, faces] of distances) {
      const nearest = faces.sort((a, b) => a.distance - b.distance).slice(0, MOST_VOTERS);
      const [first] = nearest;
      if (first === undefined) continue;
      people.push({
        personId,
        nearestFaceId: first.faceId,
        nearestDistance: first.distance,
        evidenceDistance: nearest.reduce((sum, face) => sum + face.distance, 0) / nearest.length,
        voters: nearest.length,
      });
    }
    return people.sort(
      (a, b) => a.evidenceDistance - b.evidenceDistance || compareText(a.personId, b.personId),
    );
  }

  /** Distances of all faces of the people who have one within `maxDistance`. */
  #nearbyPeople(
    descriptor: Float32Array,
    options: { maxDistance: number; exceptAssetId: string },
  ): Map<string, { faceId: string; distance: number }[]> {
    const nearby = new Map<string, { faceId: string; distance: number }[]>();
    const known = this.#descriptors.subarray(0, this.#faces.length * DESCRIPTOR_LENGTH);
    for (const { place } of nearestWithin(known, descriptor, options.maxDistance)) {
      const { personId, assetId } = this.#faces[place] as KnownFace;
      if (assetId === options.exceptAssetId || nearby.has(personId)) continue;
      nearby.set(personId, this.#facesOf(personId, descriptor, options.exceptAssetId));
    }
    return nearby;
  }

  #facesOf(
    personId: string,
    descriptor: Float32Array,
    exceptAssetId: string,
  ): { faceId: string; distance: number }[] {
    return [...(this.#placesOf.get(personId) ?? [])].flatMap((place) => {
      const { faceId, assetId } = this.#faces[place] as KnownFace;
      if (assetId === exceptAssetId) return [];
      return [{ faceId, distance: distanceTo(this.#descriptors, place, descriptor) }];
    });
  }

  #add(face: FaceRecord, assetId: string): void {
    if (face.descriptor === null || face.personId === null || !mayVote(face.quality)) return;
    const start = this.#faces.length * DESCRIPTOR_LENGTH;
    if (start === this.#descriptors.length) {
      const larger = new Float32Array(this.#descriptors.length * 2);
      larger.set(this.#descriptors);
      this.#descriptors = larger;
    }
    this.#descriptors.set(face.descriptor, start);
    this.#occupy(this.#faces.length, { faceId: face.faceId, personId: face.personId, assetId });
    this.#photos.add(assetId);
  }

  #occupy(place: number, face: KnownFace): void {
    this.#faces[place] = face;
    const places = this.#placesOf.get(face.personId);
    if (places === undefined) this.#placesOf.set(face.personId, new Set([place]));
    else places.add(place);
  }

  #vacate(place: number): void {
    const { personId } = this.#faces[place] as KnownFace;
    const places = this.#placesOf.get(personId);
    places?.delete(place);
    if (places?.size === 0) this.#placesOf.delete(personId);
  }

  #forgetPhoto(assetId: string): void {
    if (!this.#photos.delete(assetId)) return;
    for (let place = this.#faces.length - 1; place >= 0; place--) {
      if (this.#faces[place]?.assetId !== assetId) continue;
      const end = this.#faces.length - 1;
      const last = this.#faces[end] as KnownFace;
      this.#vacate(place);
      if (place !== end) {
        this.#vacate(end);
        this.#occupy(place, last);
        const from = end * DESCRIPTOR_LENGTH;
        this.#descriptors.copyWithin(place * DESCRIPTOR_LENGTH, from, from + DESCRIPTOR_LENGTH);
      }
      this.#faces.pop();
    }
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
