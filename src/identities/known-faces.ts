import { DESCRIPTOR_LENGTH, sameModel, type DescriptorModel } from '../descriptors/descriptor.ts';
import { mayVote } from '../faces/quality.ts';
import type { Fact, FacePlace } from './journal/fact.ts';
import { People } from './journal/people.ts';
import { Distances, type Neighbour } from './nearest-faces.ts';
import type { FaceRecord, PhotoRecord } from './photo-record.ts';
import { SilentFaces } from './silent-faces.ts';
import { CONFIRMED_VOTER_WEIGHT, MOST_VOTERS } from './thresholds.ts';

/** What the index keeps of a face; a store reads no more for it, since most of a face is other things. */
export type KnownFaceRecord = Pick<FaceRecord, 'faceId' | 'personId' | 'quality' | 'descriptor'>;

/** What the index needs of a photo. */
export interface KnownPhoto extends Pick<PhotoRecord, 'assetId' | 'sequence'> {
  readonly model: DescriptorModel;
  readonly faces: readonly KnownFaceRecord[];
}

/** What stands in an owner's order: a photo's latest decision or a user's. */
export type OwnerEntry =
  | { readonly kind: 'photo'; readonly sequence: number; readonly record: KnownPhoto }
  | { readonly kind: 'fact'; readonly sequence: number; readonly fact: Fact };

/** How near a person is to a face: the evidence from the person's nearest known faces. */
export interface PersonDistance {
  readonly personId: string;
  /** The nearest face's person before merges. */
  readonly basePersonId: string;
  readonly nearestFaceId: string;
  readonly nearestDistance: number;
  /** Mean distance of the nearest `voters` faces of the person, where confirmed ones weigh more. */
  readonly evidenceDistance: number;
  readonly voters: number;
  /** How many of them a user gave to the person. */
  readonly confirmedVoters: number;
}

/** A face that votes for a person. */
export interface Voter {
  readonly faceId: string;
  readonly assetId: string;
  /** After merges. */
  readonly personId: string;
  /** A view into the index: copy it to keep it. */
  readonly descriptor: Float32Array;
  /** A user said whose it is. */
  readonly isAssigned: boolean;
}

interface KnownFace {
  readonly faceId: string;
  /** As the machine decided. */
  readonly storedPersonId: string | null;
  readonly assetId: string;
  /** The person before merges, as the journal has it; null: denied, ignored, deleted, nobody's. */
  votesFor: string | null;
}

/**
 * An owner's faces that may vote, in memory, kept current by applying entries in the order of their
 * sequence. Search is exact: every known face is measured. Faces of another descriptor model are
 * passed over, since their distances mean nothing.
 */
export class KnownFaces {
  readonly model: DescriptorModel;
  /** From this quality on a face votes; undefined: the built-in value. */
  readonly leastQuality: number | undefined;
  /** What users decided, up to `sequence`. */
  readonly people = new People();
  /** Faces of the photos that do not vote. */
  readonly silent = new SilentFaces();
  /** Sequence of the last entry applied. */
  sequence = 0;
  #faces: KnownFace[] = [];
  /** By asset, the places of its faces. */
  readonly #photos = new Map<string, number[]>();
  readonly #placesOf = new Map<string, Set<number>>();
  #descriptors = new Float32Array(256 * DESCRIPTOR_LENGTH);
  /** A fact came since the faces were labelled with their people. */
  #outdated = false;

  constructor(model: DescriptorModel, leastQuality?: number) {
    this.model = model;
    this.leastQuality = leastQuality;
  }

  /** Number of faces that may vote. */
  get size(): number {
    return this.#faces.length;
  }

  /** People who have faces that vote, before merges. */
  get peopleCount(): number {
    this.#labelAnew();
    return this.#placesOf.size;
  }

  /** Takes in an entry, a photo in place of what was known of it; entries seen change nothing. */
  apply(entry: OwnerEntry): void {
    if (entry.sequence <= this.sequence) return;
    if (entry.kind === 'photo') this.#applyPhoto(entry.record);
    else {
      this.people.apply(entry.fact);
      this.#outdated ||= changesVotes(entry.fact);
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
    for (const [basePersonId, nearest] of this.#nearbyPeople(descriptor, options)) {
      const [first] = nearest;
      if (first === undefined) continue;
      people.push({
        personId: this.people.resolve(basePersonId),
        basePersonId,
        nearestFaceId: (this.#faces[first.place] as KnownFace).faceId,
        nearestDistance: first.distance,
        ...this.#evidence(nearest),
      });
    }
    return people.sort(
      (a, b) =>
        a.evidenceDistance - b.evidenceDistance || compareText(a.basePersonId, b.basePersonId),
    );
  }

  #evidence(
    voters: readonly Neighbour[],
  ): Pick<PersonDistance, 'evidenceDistance' | 'voters' | 'confirmedVoters'> {
    let weightedSum = 0;
    let confirmedVoters = 0;
    for (const { place, distance } of voters) {
      const isConfirmed = this.people.isAssigned((this.#faces[place] as KnownFace).faceId);
      confirmedVoters += Number(isConfirmed);
      weightedSum += distance * (isConfirmed ? CONFIRMED_VOTER_WEIGHT : 1);
    }
    const weight = voters.length + confirmedVoters * (CONFIRMED_VOTER_WEIGHT - 1);
    return { evidenceDistance: weightedSum / weight, voters: voters.length, confirmedVoters };
  }

  /** Every face that votes for somebody, in no particular order. */
  *voters(): Generator<Voter> {
    this.#labelAnew();
    for (const [place, { faceId, assetId, votesFor }] of this.#faces.entries()) {
      if (votesFor === null) continue;
      const start = place * DESCRIPTOR_LENGTH;
      yield {
        faceId,
        assetId,
        personId: this.people.resolve(votesFor),
        descriptor: this.#descriptors.subarray(start, start + DESCRIPTOR_LENGTH),
        isAssigned: this.people.isAssigned(faceId),
      };
    }
  }

  /** Every face, whether it votes or not, with the person that the machine took it for. */
  *allFaces(): Generator<FacePlace> {
    for (const { faceId, assetId, storedPersonId } of this.#faces) {
      yield { faceId, assetId, personId: storedPersonId };
    }
    yield* this.silent;
  }

  /** Faces that are nobody's, of whom no user spoke, and whether one of them could found a person today. */
  *openFaces(): Generator<
    Pick<Voter, 'faceId' | 'assetId' | 'descriptor'> & { mayFound: boolean }
  > {
    for (const [place, { faceId, assetId, storedPersonId }] of this.#faces.entries()) {
      if (storedPersonId !== null || this.people.isTouched(faceId)) continue;
      const start = place * DESCRIPTOR_LENGTH;
      const descriptor = this.#descriptors.subarray(start, start + DESCRIPTOR_LENGTH);
      yield { faceId, assetId, descriptor, mayFound: true };
    }
    for (const { faceId, assetId, descriptor } of this.silent) {
      if (descriptor === null || this.people.isTouched(faceId)) continue;
      yield { faceId, assetId, descriptor, mayFound: false };
    }
  }

  /** By person before merges, the nearest voters of those who have a face within `maxDistance`. */
  #nearbyPeople(
    descriptor: Float32Array,
    { maxDistance, exceptAssetId }: { maxDistance: number; exceptAssetId: string },
  ): Map<string, Neighbour[]> {
    const known = this.#descriptors.subarray(0, this.#faces.length * DESCRIPTOR_LENGTH);
    const distances = new Distances(known, descriptor);
    const own = this.#photos.get(exceptAssetId) ?? [];
    const nearby = new Map<string, Neighbour[]>();
    for (const place of distances.placesWithin(maxDistance)) {
      const { votesFor } = this.#faces[place] as KnownFace;
      if (votesFor === null || nearby.has(votesFor) || own.includes(place)) continue;
      const all = this.#placesOf.get(votesFor) ?? [];
      const others = own.length === 0 ? all : [...all].filter((one) => !own.includes(one));
      nearby.set(votesFor, distances.nearest(others, MOST_VOTERS));
    }
    return nearby;
  }

  #applyPhoto(record: KnownPhoto): void {
    this.#forgetPhoto(record.assetId);
    const comparable = sameModel(record.model, this.model);
    const silent = record.faces.filter((face) => !comparable || !this.#add(face, record.assetId));
    this.silent.apply(
      record.assetId,
      silent.map((face) => (comparable ? face : { ...face, descriptor: null })),
    );
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

  /** Answers whether the face may vote. */
  #add(face: KnownFaceRecord, assetId: string): boolean {
    if (face.descriptor === null || !mayVote(face.quality, this.leastQuality)) return false;
    const start = this.#faces.length * DESCRIPTOR_LENGTH;
    if (start === this.#descriptors.length) {
      const larger = new Float32Array(this.#descriptors.length * 2);
      larger.set(this.#descriptors);
      this.#descriptors = larger;
    }
    this.#descriptors.set(face.descriptor, start);
    const place = this.#faces.length;
    this.#occupy(place, {
      faceId: face.faceId,
      storedPersonId: face.personId,
      assetId,
      votesFor: this.#votesFor(face),
    });
    const places = this.#photos.get(assetId);
    if (places === undefined) this.#photos.set(assetId, [place]);
    else places.push(place);
    return true;
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
    const places = this.#photos.get(assetId);
    if (places === undefined) return;
    this.#photos.delete(assetId);
    // The last place first: what fills a gap then is none of these.
    for (const place of places.sort((a, b) => b - a)) this.#remove(place);
  }

  /** The last face takes the place that is left. */
  #remove(place: number): void {
    const end = this.#faces.length - 1;
    const last = this.#faces[end] as KnownFace;
    this.#vacate(place);
    if (place !== end) {
      this.#vacate(end);
      this.#occupy(place, last);
      const places = this.#photos.get(last.assetId);
      places?.splice(places.indexOf(end), 1, place);
      const from = end * DESCRIPTOR_LENGTH;
      this.#descriptors.copyWithin(place * DESCRIPTOR_LENGTH, from, from + DESCRIPTOR_LENGTH);
    }
    this.#faces.pop();
  }
}

/** Votes are for people before merges, and the machine merges none against a user's word on a face. */
function changesVotes({ body }: Fact): boolean {
  if (body.kind === 'people-merged') return body.evidence === undefined;
  return !['person-named', 'person-hidden', 'people-distinct'].includes(body.kind);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
