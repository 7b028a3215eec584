import type { DescriptorModel } from '../descriptors/descriptor.ts';
import { sameModel } from '../descriptors/descriptor.ts';
import { KnownFaces } from '../identities/known-faces.ts';
import type { PhotoStore } from './ports.ts';

/** Photos read from the store at once. */
const PAGE = 500;

/** Each owner's known faces, kept current from the store by sequence. */
export class KnownFacesCache {
  readonly #store: Pick<PhotoStore, 'readPhotosAfter'>;
  readonly #owners = new Map<string, KnownFaces>();

  constructor(store: Pick<PhotoStore, 'readPhotosAfter'>) {
    this.#store = store;
  }

  /** The owner's known faces with everything that was committed before this call. */
  async current(ownerId: string, model: DescriptorModel): Promise<KnownFaces> {
    const cached = this.#owners.get(ownerId);
    const known =
      cached !== undefined && sameModel(cached.model, model) ? cached : new KnownFaces(model);
    this.#owners.set(ownerId, known);
    for (;;) {
      const page = await this.#store.readPhotosAfter(ownerId, known.sequence, PAGE);
      for (const record of page) known.apply(record);
      if (page.length < PAGE) return known;
    }
  }
}
