import type { KnownFaces } from '../identities/known-faces.ts';
import { NearPeople } from '../identities/tidy/near-people.ts';

/** How each owner's people lie among each other, as long as the owner's faces are in memory. */
export class Nearness {
  readonly #of = new WeakMap<KnownFaces, NearPeople>();

  of(known: KnownFaces): NearPeople {
    let near = this.#of.get(known);
    if (near === undefined) {
      near = new NearPeople();
      this.#of.set(known, near);
    }
    return near;
  }
}
