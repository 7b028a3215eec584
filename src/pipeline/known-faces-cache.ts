import type { DescriptorModel } from '../descriptors/descriptor.ts';
import { sameModel } from '../descriptors/descriptor.ts';
import { KnownFaces } from '../identities/known-faces.ts';
import type { PhotoStore } from './ports.ts';

/** Entries read from the store at once. */
const PAGE = 500;

/** Each owner's known faces and corrections, kept current from the store by sequence. */
export class KnownFacesCache {
  readonly #store: Pick<PhotoStore, 'readEntriesAfter' | 'countForgotten'>;
  readonly #owners = new Map<string, KnownFaces>();
  #forgotten = 0;

  constructor(store: Pick<PhotoStore, 'readEntriesAfter' | 'countForgotten'>) {
    this.#store = store;
  }

  /** The owner's known faces with everything that was committed before this call. */
  async current(ownerId: string, model: DescriptorModel): Promise<KnownFaces> {
    await this.#dropWhenForgotten();
    const cached = this.#owners.get(ownerId);
    const known =
      cached !== undefined && sameModel(cached.model, model) ? cached : new KnownFaces(model);
    this.#owners.set(ownerId, known);
    for (;;) {
      const page = await this.#store.readEntriesAfter(ownerId, known.sequence, PAGE);
      for (const entry of page) known.apply(entry);
      if (page.length < PAGE) return known;
    }
  }

  async #dropWhenForgotten(): Promise<void> {
    const forgotten = await this.#store.countForgotten();
    if (forgotten === this.#forgotten) return;
    this.#forgotten = forgotten;
    this.#owners.clear();
  }
}
