import { setImmediate } from 'node:timers/promises';

import { importedPhoto, isWaiting, pairWithMoved } from '../identities/imported-photo.ts';
import type { Fact } from '../identities/journal/fact.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import { commitInTurn } from './commit-in-turn.ts';
import { importFacts } from './import-facts.ts';
import type { MovedFact, MovedPhoto, PeopleFile } from './people-file.ts';
import type { JournalStore, PhotoStore } from './ports.ts';
import { photosOfBytes } from './waiting-photo.ts';

/** How the photos of a file were found here. */
export interface MovedPhotos {
  readonly sameId: number;
  /** Known here under another asset id, with the same bytes. */
  readonly otherId: number;
  /** Not here yet: recognised when they come, by their asset id or their bytes. */
  readonly waiting: number;
  /** Those of the waiting that have no checksum in the file, for which only the same asset id will do. */
  readonly waitingById: number;
}

/** What came of an import. */
export interface ImportReport {
  readonly people: number;
  readonly names: number;
  readonly facts: number;
  readonly faces: number;
  readonly photos: MovedPhotos;
  /** What could not be taken over, and why. */
  readonly skipped: readonly { readonly what: string; readonly reason: string }[];
}

export interface ImportPorts {
  readonly store: Pick<PhotoStore, 'findPhoto' | 'findPhotosByChecksum' | 'commitPhoto'> &
    JournalStore;
  /** Tells consumers; must not reject. */
  readonly publish: (fact: Fact) => Promise<void>;
}

const MOST_SKIPPED = 1000;

/**
 * Takes over an owner's people from a file. Photos are known by their asset id, else by their bytes:
 * those that moved to a new Immich have new ids. Photos that are not known yet wait with their faces,
 * by which their people are recognised when they come; of photos that are known, the faces at the same
 * place are meant. The corrections follow in their order; what a user said here on the same goes before
 * them. Done twice, the second time changes nothing.
 */
export async function importPeople(
  ownerId: string,
  file: PeopleFile,
  ports: ImportPorts,
): Promise<ImportReport> {
  const work = new Import(ownerId, ports);
  for (const photo of file.photos) await work.takePhoto(photo);
  await work.takeFacts(file.facts);
  return work.report();
}

class Import {
  readonly #ownerId: string;
  readonly #ports: ImportPorts;
  /** By face of the file, the face here; null: there is none. */
  readonly #faces = new Map<string, string | null>();
  /** By person of the file, how many of their faces are whose here. */
  readonly #votes = new Map<string, Map<string, number>>();
  readonly #people = new Set<string>();
  /** Assets here that photos of the file were found to be. */
  readonly #found = new Set<string>();
  readonly #photos = { sameId: 0, otherId: 0, waiting: 0, waitingById: 0 };
  readonly #skipped: { what: string; reason: string }[] = [];
  #names = 0;
  #facts = 0;

  constructor(ownerId: string, ports: ImportPorts) {
    this.#ownerId = ownerId;
    this.#ports = ports;
  }

  async takePhoto(photo: MovedPhoto): Promise<void> {
    for (const { personId } of photo.faces) if (personId !== null) this.#people.add(personId);
    await commitInTurn(this.#ownerId, this.#ports.store, async (sequence) => {
      const record = await this.#find(photo);
      if (record === null) return this.#place(photo, sequence);
      if (record.removed) this.#skipPhoto(photo, 'the asset was removed here');
      else this.#pair(photo, record);
      return 'committed';
    });
    await setImmediate();
  }

  /** The photo here; among several of the same bytes the one that has its faces already. */
  async #find({ assetId, checksum, faces }: MovedPhoto): Promise<PhotoRecord | null> {
    const { store } = this.#ports;
    const byId = await store.findPhoto(this.#ownerId, assetId);
    if ((byId !== null && !byId.removed) || checksum === '') return byId;
    const bytes = { ownerId: this.#ownerId, checksum };
    const all = await photosOfBytes(bytes, { areWaiting: false, store });
    const same = all.filter((record) => !this.#found.has(record.assetId));
    const ids = new Set(faces.map(({ faceId }) => faceId));
    const hasFaces = same.find((record) => record.faces.some(({ faceId }) => ids.has(faceId)));
    return hasFaces ?? same[0] ?? byId;
  }

  async takeFacts(facts: readonly MovedFact[]): Promise<void> {
    const taken = await importFacts(this.#ownerId, facts, {
      ...this.#ports,
      translation: {
        faceOf: (faceId) => this.#faces.get(faceId) ?? null,
        personOf: (personId) => this.#personOf(personId),
      },
      personIds: this.#people,
      skip: (what, reason) => {
        this.#skip(what, reason);
      },
    });
    this.#facts = taken.facts;
    this.#names = taken.names;
  }

  report(): ImportReport {
    const faces = [...this.#faces.values()].filter((faceId) => faceId !== null).length;
    const [people, names, facts] = [this.#people.size, this.#names, this.#facts];
    return { people, names, facts, faces, photos: this.#photos, skipped: this.#skipped };
  }

  async #place(photo: MovedPhoto, sequence: number): Promise<'committed' | 'conflict'> {
    const record = importedPhoto(photo, { ownerId: this.#ownerId, sequence });
    const outcome = await this.#ports.store.commitPhoto(record, null);
    if (outcome === 'committed') this.#pair(photo, record);
    return outcome;
  }

  #count({ assetId, checksum }: MovedPhoto, record: PhotoRecord): void {
    this.#found.add(record.assetId);
    if (isWaiting(record)) {
      this.#photos.waiting++;
      if (checksum === '') this.#photos.waitingById++;
    } else if (record.assetId === assetId) this.#photos.sameId++;
    else this.#photos.otherId++;
  }

  #pair(photo: MovedPhoto, record: PhotoRecord): void {
    this.#count(photo, record);
    for (const [moved, here] of pairWithMoved(photo, record)) {
      this.#faces.set(moved.faceId, here?.faceId ?? null);
      if (here === null) {
        this.#skip(`face ${moved.faceId}`, `asset ${photo.assetId} has no face at its place`);
        continue;
      }
      if (moved.personId === null || here.personId === null) continue;
      const votes = this.#votes.get(moved.personId) ?? new Map<string, number>();
      votes.set(here.personId, (votes.get(here.personId) ?? 0) + 1);
      this.#votes.set(moved.personId, votes);
    }
  }

  /** Who most of the person's faces are here; a person without any keeps the id of the file. */
  #personOf(personId: string): string {
    const votes = [...(this.#votes.get(personId) ?? [])].sort((a, b) => b[1] - a[1]);
    return votes[0]?.[0] ?? personId;
  }

  #skipPhoto({ assetId, faces }: MovedPhoto, reason: string): void {
    for (const { faceId } of faces) this.#faces.set(faceId, null);
    this.#skip(`photo ${assetId}`, reason);
  }

  #skip(what: string, reason: string): void {
    if (this.#skipped.length < MOST_SKIPPED) this.#skipped.push({ what, reason });
  }
}
