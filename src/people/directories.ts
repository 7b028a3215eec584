import { setImmediate } from 'node:timers/promises';

import type { Fact } from '../identities/journal/fact.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import { Directory } from './directory.ts';

/** What the directories need of the store. */
export interface DirectoryStore {
  headSequence(ownerId: string): Promise<number>;
  readPhotosAfter(ownerId: string, sequence: number, limit: number): Promise<PhotoRecord[]>;
  readFacts(ownerId: string): Promise<Fact[]>;
  countForgotten(): Promise<number>;
}

/** Photos read from the store at once; SQLite answers on the spot, so few enough to go on between. */
const PAGE = 200;

/** Each owner's directory, read when first asked for and kept current from the store by sequence. */
export class Directories {
  readonly #store: DirectoryStore;
  readonly #owners = new Map<string, Directory>();
  readonly #readings = new Map<string, Promise<Directory>>();
  #forgotten = 0;

  constructor(store: DirectoryStore) {
    this.#store = store;
  }

  /** The owner's directory with everything that was committed before this call. */
  async current(ownerId: string): Promise<Directory> {
    // Those who come while another reads wait for it, and then find little left to read.
    const earlier = this.#readings.get(ownerId) ?? Promise.resolve();
    const reading = earlier.catch(() => undefined).then(() => this.#read(ownerId));
    this.#readings.set(ownerId, reading);
    try {
      return await reading;
    } finally {
      if (this.#readings.get(ownerId) === reading) this.#readings.delete(ownerId);
    }
  }

  async #read(ownerId: string): Promise<Directory> {
    await this.#dropWhenForgotten();
    const head = await this.#store.headSequence(ownerId);
    const directory = this.#owners.get(ownerId) ?? new Directory();
    this.#owners.set(ownerId, directory);
    if (head <= directory.sequence) return directory;
    for (let after = directory.sequence; ;) {
      const page = await this.#store.readPhotosAfter(ownerId, after, PAGE);
      for (const record of page) directory.applyPhoto(record);
      after = page.at(-1)?.sequence ?? after;
      if (page.length < PAGE) break;
      await setImmediate();
    }
    // After the photos, and of one moment: a fact is never missed, and one too many does no harm.
    for (const fact of await this.#store.readFacts(ownerId)) directory.applyFact(fact);
    directory.sequence = head;
    return directory;
  }

  async #dropWhenForgotten(): Promise<void> {
    const forgotten = await this.#store.countForgotten();
    if (forgotten === this.#forgotten) return;
    this.#forgotten = forgotten;
    this.#owners.clear();
  }
}
