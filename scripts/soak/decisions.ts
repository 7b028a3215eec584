import type { SeenFace } from '../../src/descriptors/seen-photo.ts';
import { mayVote } from '../../src/faces/quality.ts';
import type { FaceRecord, PhotoRecord } from '../../src/identities/photo-record.ts';
import type { People } from '../../src/identities/journal/people.ts';
import type { Copy } from './recordings.ts';

/**
 * Holds what is stored against what was seen: each photo has its recorded faces, and an owner's
 * copies of one recorded face, which lie nearer to each other than any two photos of a person, are
 * one person or nobody's. A face too unclear to vote is left out: no later copy is compared with it,
 * so each is decided by the others that were known at its turn.
 */
export class DecisionsCheck {
  readonly #copyOf: (number: number) => Copy;
  readonly #peopleOf = new Map<string, Set<string>>();

  constructor(copyOf: (number: number) => Copy) {
    this.#copyOf = copyOf;
  }

  /** Takes in a photo; answers whether it holds the faces that were seen. */
  isAsSeen(number: number, record: PhotoRecord, people: People): boolean {
    const { seen, recording } = this.#copyOf(number);
    const stored = seen.faces.map((face) => record.faces.find((one) => isOf(one, face)));
    stored.forEach((face, place) => {
      if (face?.personId == null || !mayVote(face.quality)) return;
      const key = `${record.ownerId}/recording-${recording}/face-${place}`;
      const person = people.resolve(face.personId);
      this.#peopleOf.set(key, (this.#peopleOf.get(key) ?? new Set()).add(person));
    });
    return record.faces.length === seen.faces.length && !stored.includes(undefined);
  }

  /** Recorded faces that became several people, each with how many. */
  get parted(): ReadonlyMap<string, number> {
    const several = [...this.#peopleOf].filter(([, people]) => people.size > 1);
    return new Map(several.map(([key, people]) => [key, people.size]));
  }
}

function isOf(face: FaceRecord, { box, descriptor }: SeenFace): boolean {
  if (face.box.x !== box.x || face.box.y !== box.y) return false;
  if (descriptor === null || face.descriptor === null) return descriptor === face.descriptor;
  return face.descriptor.every((value, i) => value === descriptor[i]);
}
