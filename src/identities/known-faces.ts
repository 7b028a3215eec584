import { DESCRIPTOR_LENGTH, sameModel, type DescriptorModel } from '../descriptors/descriptor.ts';
import { mayVote } from '../faces/quality.ts';
import type { Fact } from './journal/fact.ts';
import { People } from './journal/people.ts';
import { distanceTo, nearestWithin } from './nearest-faces.ts';
import type { FaceRecord, PhotoRecord } from './photo-record.ts';

/** What stands in an owner's order: a photo's latest decision or a user's. */
export type OwnerEntry =
  | { readonly kind: 'photo'; readonly sequence: number; readonly record: PhotoRecord }
  | { readonly kind: 'fact'; readonly sequence: number; readonly fact: Fact };

/** How near a person is to a face: the evidence from the person's nearest known faces. */
export interface PersonDistance {
  readonly personId: string;
  /** The nearest face's person before merges. */
  readonly basePersonId: string;
  readonly nearestFaceId: string;
  readonly nearestDistance: number;
  /** Mean distance of the nearest `voters` faces of the person. */
  readonly evidenceDistance: number;
  readonly voters: number;
}

interface KnownFace {
  readonly faceId: string;
  /** As the machine decided. */
  readonly storedPersonId: string | null;
  readonly assetId: string;
  /** The person before merges, as the journal has it; null: denied, ignored, deleted, nobody's. */
  votesFor: string | null;
}

interface Neighbour {
  readonly faceId: string;
  readonly distance: number;
}

/** Faces of one person that are asked; more would make a person of many photos harder to join. */
const MOST_VOTERS = 3;

/**
 * An owner's faces that may vote, in memory, kept current by applying entries in the order of their
 * sequence. Search is exact: every known face is measured. Faces of another descriptor model are
 * passed over, since their distances mean nothing.
 */
export class KnownFaces {
  readonly model: DescriptorModel;
  /** What users decided, up to `sequence`. */
  readonly people = new People();
  /** Sequence of the last entry applied. */
  sequence = 0;
  #faces: KnownFace[] = [];
  readonly #photos = new Set<string>();
  readonly #placesOf = new Map<string, Set<number>>();
  #descriptors = new Float32Array(256 * DESCRIPTOR_LENGTH);
  /** A fact came since the faces were labelled with their people. */
  #outdated = false;

  constructor(model: DescriptorModel) {
    this.model = model;
  }

  /** Number of faces that may vote. */
  get size(): number {
    return this.#faces.length;
  }

  /** Takes in an entry, a photo in place of what was known of it; entries seen change nothing. */
  apply(entry: OwnerEntry): void {
    if (entry.sequence <= this.sequence) return;
    if (entry.kind === 'photo') this.#applyPhoto(entry.record);
    else {
      this.people.apply(entry.fact);
      this.#outdated = true;
    }
    this.sequence = entry.sequence;
  }

  /**
   * People within `maxDistance` of a descriptor (their nearest face decides), nearest evidence
   * first. Those whom a user merged are weighed each for itself, under one `personId`: they may look
   * unlike, as a child and the adult do, and a face near to one need not be near to the other.
   * The photo's own faces are left out, so that a re-run does not meet itself.
   */
  peopleNear(
    descriptor: Float32Array,
    options: { maxDistance: number; exceptAssetId: string },
  ): PersonDistance[] {
    this.#labelAnew();
    const people: PersonDistance[] = [];
    for (const [basePersonId, faces] of this.#nearbyPeople(descriptor, options)) {
      const nearest = faces.sort((a, b) => a.distance - b.distance).slice(0, MOST_VOTERS);
      const [first] = nearest;
      if (first === undefined) continue;
      people.push({
        personId: this.people.resolve(basePersonId),
        basePersonId,
        nearestFaceId: first.faceId,
        nearestDistance: first.distance,
        evidenceDistance: nearest.reduce((sum, face) => sum + face.distance, 0) / nearest.length,
        voters: nearest.length,
      });
    }
    return people.sort(
      (a, b) =>
        a.evidenceDistance - b.evidenceDistance || compareText(a.basePersonId, b.basePersonId),
    );
  }

  /** By person before merges, distances of all faces of those who have one within `maxDistance`. */
  #nearbyPeople(
    descriptor: Float32Array,
    options: { maxDistance: number; exceptAssetId: string },
  ): Map<string, Neighbour[]> {
    const nearby = new Map<string, Neighbour[]>();
    const known = this.#descriptors.subarray(0, this.#faces.length * DESCRIPTOR_LENGTH);
    for (const { place } of nearestWithin(known, descriptor, options.maxDistance)) {
      const { votesFor, assetId } = this.#faces[place] as KnownFace;
      if (votesFor === null || assetId === options.exceptAssetId || nearby.has(votesFor)) continue;
      nearby.set(votesFor, this.#facesOf(votesFor, descriptor, options.exceptAssetId));
    }
    return nearby;
  }

  #facesOf(personId: string, descriptor: Float32Array, exceptAssetId: string): Neighbour[] {
    return [...(this.#placesOf.get(personId) ?? [])].flatMap((place) => {
      const { faceId, assetId } = this.#faces[place] as KnownFace;
      if (assetId === exceptAssetId) return [];
      return [{ faceId, distance: distanceTo(this.#descriptors, place, descriptor) }];
    });
  }

  #applyPhoto(record: PhotoRecord): void {
    this.#forgetPhoto(record.assetId);
    if (!sameModel(record.model, this.model)) return;
    for (const face of record.faces) this.#add(face, record.assetId);
  }

  /** Once after a run of facts, however many: it goes through all faces. */
  #labelAnew(): void {
    if (!this.#outdated) return;
    this.#outdated = false;
    this.#placesOf.clear();
    for (const [place, face] of this.#faces.entries()) {
      const { faceId, storedPersonId } = face;
      face.votesFor = this.#votesFor({ faceId, personId: storedPersonId });
      this.#occupy(place, face);
    }
  }

  #votesFor(face: Pick<FaceRecord, 'faceId' | 'personId'>): string | null {
    return this.people.personOf(face) === null ? null : this.people.basePersonOf(face);
  }

  #add(face: FaceRecord, assetId: string): void {
    if (face.descriptor === null || !mayVote(face.quality)) return;
    const start = this.#faces.length * DESCRIPTOR_LENGTH;
    if (start === this.#descriptors.length) {
      const larger = new Float32Array(this.#descriptors.length * 2);
      larger.set(this.#descriptors);
      this.#descriptors = larger;
    }
    this.#descriptors.set(face.descriptor, start);
    this.#occupy(this.#faces.length, {
      faceId: face.faceId,
      storedPersonId: face.personId,
      assetId,
      votesFor: this.#votesFor(face),
    });
    this.#photos.add(assetId);
  }

  #occupy(place: number, face: KnownFace): void {
    this.#faces[place] = face;
    if (face.votesFor === null) return;
    const places = this.#placesOf.get(face.votesFor);
    if (places === undefined) this.#placesOf.set(face.votesFor, new Set([place]));
    else places.add(place);
  }

  #vacate(place: number): void {
    const { votesFor } = this.#faces[place] as KnownFace;
    if (votesFor === null) return;
    const places = this.#placesOf.get(votesFor);
    places?.delete(place);
    if (places?.size === 0) this.#placesOf.delete(votesFor);
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
