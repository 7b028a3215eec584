import { setImmediate, setTimeout } from 'node:timers/promises';

import { decidePhoto } from '../identities/decide-photo.ts';
import type { MatchThresholds } from '../identities/thresholds.ts';
import type { Fact } from '../identities/journal/fact.ts';
import { peopleIn, undoneBody } from '../identities/journal/plan-fact.ts';
import type { KnownFaces } from '../identities/known-faces.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import { seenAgain } from '../identities/seen-again.ts';
import type { Directories } from './directories.ts';
import type { Directory } from './directory.ts';
import { excess } from './similar-people.ts';

export interface ReapplicationPorts {
  readonly directories: Directories;
  readonly findPhoto: (ownerId: string, assetId: string) => Promise<PhotoRecord | null>;
  /** The owner's known faces with everything that was committed before the call. */
  readonly known: (ownerId: string) => Promise<KnownFaces>;
  readonly match: MatchThresholds;
  /** Queues a photo to be decided again. */
  readonly rerun: (photo: { ownerId: string; assetId: string }) => Promise<unknown>;
}

/** What would change if photos were decided again. */
export interface WouldChange {
  readonly faces: number;
  readonly photos: number;
  /** Some are still being looked at: there may be more. */
  readonly counting: boolean;
}

/** The same, and how far the photos are that were queued to be decided again. */
export interface Learned extends WouldChange {
  /** Photos that have not been decided again yet. */
  readonly applying: number;
}

interface Owner {
  /** By asset, how many of its faces would change. */
  readonly pending: Map<string, number>;
  /** By asset that was queued, the owner's sequence then: its new decision has a greater one. */
  readonly applying: Map<string, number>;
  counting: Promise<void>;
  isCounting: boolean;
}

/** Photos that a correction lets decide again at most, those nearest to the people concerned first. */
const MOST_PHOTOS = 500;

/**
 * What corrections have taught: photos on which a face would now be somebody else's. Counted after
 * each correction beside all other work, by deciding again what was seen, without writing.
 */
export class Reapplication {
  readonly #ports: ReapplicationPorts;
  readonly #owners = new Map<string, Owner>();

  constructor(ports: ReapplicationPorts) {
    this.#ports = ports;
  }

  /** Counts anew after a fact; answers what is known by then after `patienceMillis`. */
  async learn(fact: Fact, patienceMillis: number): Promise<WouldChange> {
    const owner = this.#ownerOf(fact.ownerId);
    const counting = owner.counting.then(() => this.#count(fact, owner));
    owner.counting = counting.catch(() => undefined);
    const patience = new AbortController();
    await Promise.race([
      owner.counting,
      setTimeout(patienceMillis, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
    return this.wouldChange(fact.ownerId);
  }

  wouldChange(ownerId: string): WouldChange {
    const { pending, isCounting } = this.#ownerOf(ownerId);
    const faces = [...pending.values()].reduce((sum, count) => sum + count, 0);
    return { faces, photos: pending.size, counting: isCounting };
  }

  /** What would change, and how far what was applied has come. */
  async progress(ownerId: string): Promise<Learned> {
    const { applying } = this.#ownerOf(ownerId);
    const { photos } = await this.#ports.directories.current(ownerId);
    for (const [assetId, before] of applying) {
      // Not there: it was removed meanwhile.
      if ((photos.get(assetId)?.sequence ?? Infinity) > before) applying.delete(assetId);
    }
    return { ...this.wouldChange(ownerId), applying: applying.size };
  }

  /** Queues the photos that would change; answers how many. */
  async apply(ownerId: string): Promise<number> {
    const owner = this.#ownerOf(ownerId);
    await owner.counting;
    const { sequence } = await this.#ports.directories.current(ownerId);
    let jobs = 0;
    for (const [assetId, count] of [...owner.pending]) {
      // Somebody who asks at the same time may have queued it.
      if (!owner.pending.delete(assetId)) continue;
      try {
        await this.#ports.rerun({ ownerId, assetId });
      } catch (error) {
        // Still to be queued, as are those after it.
        owner.pending.set(assetId, count);
        throw error;
      }
      owner.applying.set(assetId, sequence);
      jobs++;
    }
    return jobs;
  }

  #ownerOf(ownerId: string): Owner {
    const owner = this.#owners.get(ownerId) ?? {
      pending: new Map<string, number>(),
      applying: new Map<string, number>(),
      counting: Promise.resolve(),
      isCounting: false,
    };
    this.#owners.set(ownerId, owner);
    return owner;
  }

  async #count(fact: Fact, owner: Owner): Promise<void> {
    const { directories, findPhoto, known } = this.#ports;
    owner.isCounting = true;
    try {
      const directory = await directories.current(fact.ownerId);
      const assets = new Set([...owner.pending.keys(), ...photosConcerned(directory, fact)]);
      const faces = await known(fact.ownerId);
      for (const assetId of assets) {
        const record = await findPhoto(fact.ownerId, assetId);
        const count = record === null ? 0 : countChanges(record, faces, this.#ports.match);
        if (count > 0) owner.pending.set(assetId, count);
        else owner.pending.delete(assetId);
        // A search takes milliseconds; jobs and pages get their turn between.
        await setImmediate();
      }
    } finally {
      owner.isCounting = false;
    }
  }
}

/** Faces of the photo that would be another person's if it were decided again. */
function countChanges(record: PhotoRecord, known: KnownFaces, thresholds: MatchThresholds): number {
  const decided = decidePhoto({
    seen: seenAgain(record),
    former: record,
    known,
    assetId: record.assetId,
    thresholds,
    newId: () => 'new',
    reconsider: true,
  });
  const { people } = known;
  const before = new Map(record.faces.map((face) => [face.faceId, people.personOf(face)]));
  return decided.filter((face) => people.personOf(face) !== before.get(face.faceId)).length;
}

/** Photos with faces that are, or came near to, one of the people that a fact speaks of. */
function photosConcerned(directory: Directory, { body, changes }: Fact): string[] {
  const { people } = directory;
  const about = body.kind === 'undone' ? undoneBody(body.factId, people) : body;
  if (about.kind === 'person-named' || about.kind === 'person-hidden') return [];
  const concerned = new Set(
    [
      ...peopleIn(about),
      ...changes.faces.flatMap(({ before, after }) => [before ?? [], after ?? []].flat()),
    ].map((id) => people.resolve(id)),
  );
  const nearest = new Map<string, number>();
  for (const face of directory.faces.values()) {
    if (people.isAssigned(face.faceId) || people.isIgnored(face.faceId)) continue;
    const near = face.near.filter(({ basePersonId }) =>
      concerned.has(people.resolve(basePersonId)),
    );
    const isOne = face.personId !== null && concerned.has(face.personId);
    if (near.length === 0 && !isOne) continue;
    const distance = Math.min(0, ...near.map(excess));
    const { assetId } = face.photo;
    nearest.set(assetId, Math.min(distance, nearest.get(assetId) ?? Infinity));
  }
  return [...nearest]
    .sort((a, b) => a[1] - b[1])
    .slice(0, MOST_PHOTOS)
    .map(([assetId]) => assetId);
}
