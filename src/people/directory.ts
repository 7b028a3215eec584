import type { Fact } from '../identities/journal/fact.ts';
import { People } from '../identities/journal/people.ts';
import { facesToSee } from '../identities/journal/plan-fact.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import { toListedPhoto, type ListedFace, type ListedPhoto } from './listed-photo.ts';

/** What lists show of a person's faces. */
export interface Tally {
  readonly faces: number;
  readonly photos: number;
  /** The face that shows best who it is. */
  readonly coverFaceId: string | null;
  /** When the person's first and last photo were taken, else looked at; ISO 8601. */
  readonly firstAt: string | null;
  readonly lastAt: string | null;
}

/** Sorted lists that are kept until something in them changes. */
const MOST_REMEMBERED = 100;

/**
 * An owner's people, faces and photos in memory, as users see them, kept current by applying
 * records and facts. A fact looks only at the faces that it can concern.
 */
export class Directory {
  readonly people = new People();
  /** Everything up to it has been applied. */
  sequence = 0;
  /** Rises with each change; what was worked out of the directory before holds no more. */
  version = 0;
  readonly #photos = new Map<string, ListedPhoto>();
  readonly #faces = new Map<string, ListedFace>();
  readonly #persons = new Map<string, Set<ListedFace>>();
  /** By the person that the machine took them for. */
  readonly #stored = new Map<string, Set<ListedFace>>();
  readonly #changedAt = new Map<string, number>();
  readonly #tallies = new Map<string, { readonly at: number; readonly tally: Tally }>();
  readonly #remembered = new Map<string, { readonly at: number; readonly value: unknown }>();

  get photos(): ReadonlyMap<string, ListedPhoto> {
    return this.#photos;
  }

  get faces(): ReadonlyMap<string, ListedFace> {
    return this.#faces;
  }

  /** Faces by person, of all who have any. */
  get persons(): ReadonlyMap<string, ReadonlySet<ListedFace>> {
    return this.#persons;
  }

  /** The `version` at which a person's faces last changed. */
  changedAt(personId: string): number {
    return this.#changedAt.get(personId) ?? 0;
  }

  tallyOf(personId: string): Tally {
    const at = this.changedAt(personId);
    const known = this.#tallies.get(personId);
    if (known?.at === at) return known.tally;
    const tally = tallyFaces(this.#persons.get(personId) ?? []);
    this.#tallies.set(personId, { at, tally });
    return tally;
  }

  /** What `work` makes of the directory, worked out once while `at` (a version) stays the same. */
  remember<T>(what: string, at: number, work: () => T): T {
    const known = this.#remembered.get(what);
    if (known?.at === at) return known.value as T;
    const value = work();
    this.#remembered.delete(what);
    this.#remembered.set(what, { at, value });
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MOST_REMEMBERED && oldest !== undefined) {
      this.#remembered.delete(oldest);
    }
    return value;
  }

  /** Takes in a photo's record in place of what was known of it. */
  applyPhoto(record: PhotoRecord): void {
    this.version++;
    const former = this.#photos.get(record.assetId);
    if (former !== undefined && former.sequence >= record.sequence) return;
    for (const face of former?.faces ?? []) this.#remove(face);
    this.#photos.delete(record.assetId);
    if (record.removed) return;
    const photo = toListedPhoto(record);
    this.#photos.set(photo.assetId, photo);
    for (const face of photo.faces) this.#add(face);
  }

  /** Takes in the next fact of the journal; one that was seen changes nothing. */
  applyFact(fact: Fact): void {
    if (fact.sequence <= (this.people.facts.at(-1)?.sequence ?? 0)) return;
    this.version++;
    const before = this.facesConcerned(fact);
    this.people.apply(fact);
    for (const face of new Set([...before, ...this.facesConcerned(fact)])) this.#label(face);
  }

  /** Faces whose person the fact may change, or its undoing. */
  facesConcerned({ body }: Pick<Fact, 'body'>): ListedFace[] {
    return this.facesOf(facesToSee(body, this.people));
  }

  /** Faces by their ids, and those that the machine took for one of the people; each once. */
  facesOf(which: { faceIds: readonly string[]; personIds: readonly string[] }): ListedFace[] {
    const { faceIds, personIds } = which;
    const found = [
      ...faceIds.flatMap((faceId) => this.#faces.get(faceId) ?? []),
      ...personIds.flatMap((personId) => [...(this.#stored.get(personId) ?? [])]),
    ];
    return [...new Set(found)];
  }

  /** One of the faces that the machine took for the person; null when there is none. */
  someFaceOf(personId: string): ListedFace | null {
    const [face] = this.#stored.get(personId) ?? [];
    return face ?? null;
  }

  #add(face: ListedFace): void {
    this.#faces.set(face.faceId, face);
    if (face.storedPersonId !== null) addTo(this.#stored, face.storedPersonId, face);
    this.#label(face);
  }

  #remove(face: ListedFace): void {
    // Another photo may have taken it over.
    if (this.#faces.get(face.faceId) === face) this.#faces.delete(face.faceId);
    if (face.storedPersonId !== null) removeFrom(this.#stored, face.storedPersonId, face);
    this.#giveTo(face, null);
  }

  #label(face: ListedFace): void {
    const { faceId, storedPersonId } = face;
    this.#giveTo(face, this.people.personOf({ faceId, personId: storedPersonId }));
  }

  #giveTo(face: ListedFace, personId: string | null): void {
    for (const id of [face.personId, personId]) {
      if (id !== null) this.#changedAt.set(id, this.version);
    }
    if (face.personId !== null) removeFrom(this.#persons, face.personId, face);
    face.personId = personId;
    if (personId !== null) addTo(this.#persons, personId, face);
  }
}

function tallyFaces(faces: Iterable<ListedFace>): Tally {
  const photos = new Set<ListedPhoto>();
  let count = 0;
  let cover: ListedFace | null = null;
  let firstAt: string | null = null;
  let lastAt: string | null = null;
  for (const face of faces) {
    count++;
    photos.add(face.photo);
    if (cover === null || isBetterCover(face, cover)) cover = face;
    const { at } = face.photo;
    if (firstAt === null || at < firstAt) firstAt = at;
    if (lastAt === null || at > lastAt) lastAt = at;
  }
  const coverFaceId = cover?.faceId ?? null;
  return { faces: count, photos: photos.size, coverFaceId, firstAt, lastAt };
}

/** By quality, then by id, so that the cover does not change from one start to the next. */
function isBetterCover(face: ListedFace, cover: ListedFace): boolean {
  const more = face.quality.value - cover.quality.value;
  return more > 0 || (more === 0 && face.faceId < cover.faceId);
}

function addTo(sets: Map<string, Set<ListedFace>>, key: string, face: ListedFace): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([face]));
  else set.add(face);
}

function removeFrom(sets: Map<string, Set<ListedFace>>, key: string, face: ListedFace): void {
  const set = sets.get(key);
  set?.delete(face);
  if (set?.size === 0) sets.delete(key);
}
