import { setImmediate } from 'node:timers/promises';

import { WorkerError } from '../errors.ts';
import { importedPhoto, isWaiting, pairWithMoved } from '../identities/imported-photo.ts';
import type { Fact } from '../identities/journal/fact.ts';
import { People } from '../identities/journal/people.ts';
import { facesIn, peopleIn } from '../identities/journal/plan-fact.ts';
import { translateFact, type Translation } from '../identities/journal/translate-fact.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
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
    Pick<JournalStore, 'headSequence' | 'readFacts' | 'commitFact'>;
  /** Tells consumers; must not reject. */
  readonly publish: (fact: Fact) => Promise<void>;
}

const MOST_COMMIT_TRIES = 200;
const MOST_SKIPPED = 1000;

/**
 * Takes over an owner's people from a file. Photos are known by their asset id, else by their bytes:
 * those that moved to a new Immich have new ids. Photos that are not known yet wait with their faces,
 * by which their people are recognised when they come; of photos that are known, the faces at the same
 * place are meant. The corrections follow in their order. Done twice, the second time changes nothing.
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
  /** By face here, its photo and whom the machine took it for. */
  readonly #here = new Map<string, { assetId: string; personId: string | null }>();
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
    await this.#commit(async (sequence) => {
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
    const journal = await this.#ports.store.readFacts(this.#ownerId);
    const before = People.of(journal);
    const people = People.of(journal);
    const translation: Translation = {
      faceOf: (faceId) => this.#faces.get(faceId) ?? null,
      personOf: (personId) => this.#personOf(personId),
    };
    const known = new Set(before.facts.map(({ factId }) => factId));
    for (const fact of facts) {
      if (known.has(fact.factId)) continue;
      const moved = translateFact(fact.body, translation);
      const reason =
        moved === null ? 'its faces are not known here' : refusal(moved, before, known);
      const what = `correction ${fact.factId} (${fact.body.kind})`;
      if (moved === null || reason !== null) {
        this.#skip(what, reason ?? '');
        continue;
      }
      const body = withoutNameOverOurs(moved, before);
      if (body !== moved) this.#skip(`the name in ${what}`, 'who is merged has another name here');
      await this.#write({ ...fact, body }, people);
      known.add(fact.factId);
      this.#facts++;
      if (body.kind === 'person-named') this.#names++;
    }
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
      this.#here.set(here.faceId, { assetId: record.assetId, personId: here.personId });
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

  async #write(moved: MovedFact, people: People): Promise<void> {
    const { store, publish } = this.#ports;
    await this.#commit(async (sequence) => {
      const planned: Fact = {
        ...{ ...moved, ownerId: this.#ownerId, sequence },
        changes: { people: [], faces: [] },
      };
      const fact = { ...planned, changes: this.#changes(planned, people) };
      const outcome = await store.commitFact(fact);
      if (outcome === 'committed') {
        people.apply(fact);
        await publish(fact);
      }
      return outcome;
    });
  }

  #changes(fact: Fact, before: People): Fact['changes'] {
    const after = People.of([...before.facts, fact]);
    const people = peopleIn(fact.body)
      .map((id) => ({ personId: id, before: before.stateOf(id), after: after.stateOf(id) }))
      .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
    const faces = facesIn(fact.body)
      .map((faceId) => ({ faceId, ...(this.#here.get(faceId) ?? { assetId: '', personId: null }) }))
      .map((face) => ({
        assetId: face.assetId,
        faceId: face.faceId,
        before: before.personOf(face),
        after: after.personOf(face),
      }))
      .filter((one) => one.before !== one.after);
    return { people, faces };
  }

  /**
   * `write` is given the next sequence, and again while somebody else takes it first: what it reads
   * is all that was written before. 'committed': nothing more is to be done.
   */
  async #commit(write: (sequence: number) => Promise<'committed' | 'conflict'>): Promise<void> {
    for (let attempt = 0; attempt < MOST_COMMIT_TRIES; attempt++) {
      const head = await this.#ports.store.headSequence(this.#ownerId);
      if ((await write(head + 1)) === 'committed') return;
    }
    throw new WorkerError(
      'STORE_CONFLICT',
      'the import was overtaken again and again; import the file again, it goes on where it was',
    );
  }

  #skipPhoto({ assetId, faces }: MovedPhoto, reason: string): void {
    for (const { faceId } of faces) this.#faces.set(faceId, null);
    this.#skip(`photo ${assetId}`, reason);
  }

  #skip(what: string, reason: string): void {
    if (this.#skipped.length < MOST_SKIPPED) this.#skipped.push({ what, reason });
  }
}

/** Why a correction of the file must not count here; null: it may. */
function refusal(body: Fact['body'], before: People, known: ReadonlySet<string>): string | null {
  if (body.kind === 'undone' && !known.has(body.factId)) return 'what it takes back is not here';
  if (body.kind !== 'person-named') return null;
  const { name } = before.stateOf(before.resolve(body.personId));
  return name === null || name === body.name ? null : `the person is called ${name} here`;
}

/** A merge of two of whom one has another name here makes them one, and leaves the names as they are. */
function withoutNameOverOurs(body: Fact['body'], before: People): Fact['body'] {
  if (body.kind !== 'people-merged' || body.name === null) return body;
  const names = [body.from, body.into].map((id) => before.stateOf(before.resolve(id)).name);
  const isOurs = names.some((name) => name !== null && name !== body.name);
  return isOurs ? { ...body, name: null } : body;
}
