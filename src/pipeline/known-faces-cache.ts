import { setImmediate } from 'node:timers/promises';

import type { DescriptorModel } from '../descriptors/descriptor.ts';
import { sameModel } from '../descriptors/descriptor.ts';
import { KnownFaces, type OwnerEntry } from '../identities/known-faces.ts';
import type { PhotoStore } from './ports.ts';

/** Entries read from the store at once. */
const PAGE = 500;

/**
 * Each owner's known faces and corrections, kept current from the store by sequence. When there are
 * more than `maxFaces` in all, the owner whose photos came longest ago is let go and read again
 * when needed; the last one stays, however large.
 */
export class KnownFacesCache {
  readonly #store: Pick<PhotoStore, 'readEntriesAfter' | 'countForgotten'>;
  readonly #maxFaces: number;
  readonly #leastQuality: number | undefined;
  /** The owner asked for last stands last. */
  readonly #owners = new Map<string, KnownFaces>();
  /** By owner, the reading that came last; those who come meanwhile wait and find little left. */
  readonly #readings = new Map<string, Promise<KnownFaces>>();
  #forgotten = 0;

  constructor(
    store: Pick<PhotoStore, 'readEntriesAfter' | 'countForgotten'>,
    maxFaces = Infinity,
    leastQuality?: number,
  ) {
    this.#store = store;
    this.#maxFaces = maxFaces;
    this.#leastQuality = leastQuality;
  }

  /** Owners whose faces are in memory, the one asked for last at the end. */
  get owners(): readonly string[] {
    return [...this.#owners.keys()];
  }

  /** Faces in memory, of all owners. */
  get faceCount(): number {
    let faces = 0;
    for (const { size } of this.#owners.values()) faces += size;
    return faces;
  }

  /** The owner's known faces with everything that was committed before this call. */
  async current(ownerId: string, model: DescriptorModel): Promise<KnownFaces> {
    const earlier = this.#readings.get(ownerId) ?? Promise.resolve(null);
    const reading = earlier.catch(() => null).then(() => this.#read(ownerId, model));
    this.#readings.set(ownerId, reading);
    try {
      return await reading;
    } finally {
      if (this.#readings.get(ownerId) === reading) this.#readings.delete(ownerId);
    }
  }

  async #read(ownerId: string, model: DescriptorModel): Promise<KnownFaces> {
    await this.#dropWhenForgotten();
    const cached = this.#owners.get(ownerId);
    const known =
      cached !== undefined && sameModel(cached.model, model)
        ? cached
        : new KnownFaces(model, this.#leastQuality);
    this.#owners.delete(ownerId);
    this.#owners.set(ownerId, known);
    for (let reading = this.#readPage(ownerId, known.sequence); ;) {
      const page = await reading;
      const last = page.length < PAGE ? undefined : page.at(-1);
      // The store reads the next page while this one is taken in.
      if (last !== undefined) reading = this.#readPage(ownerId, last.sequence);
      for (const entry of page) known.apply(entry);
      this.#letGo(ownerId);
      if (last === undefined) return known;
      // SQLite answers on the spot: a million faces in one go would cost this process its locks.
      await setImmediate();
    }
  }

  #readPage(ownerId: string, sequence: number): Promise<readonly OwnerEntry[]> {
    const page = this.#store.readEntriesAfter(ownerId, sequence, PAGE);
    // One that fails before it is waited for is no unhandled rejection.
    page.catch(() => null);
    return page;
  }

  #letGo(except: string): void {
    let faces = this.faceCount;
    for (const [ownerId, { size }] of this.#owners) {
      if (faces <= this.#maxFaces) return;
      if (ownerId === except) continue;
      this.#owners.delete(ownerId);
      faces -= size;
    }
  }

  async #dropWhenForgotten(): Promise<void> {
    const forgotten = await this.#store.countForgotten();
    if (forgotten === this.#forgotten) return;
    this.#forgotten = forgotten;
    this.#owners.clear();
  }
}
