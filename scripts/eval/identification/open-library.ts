import { randomUUID } from 'node:crypto';

import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import { People } from '../../../src/identities/journal/people.ts';
import type { FaceRecord, PhotoRecord } from '../../../src/identities/photo-record.ts';
import type { MatchThresholds, MergeThresholds } from '../../../src/identities/thresholds.ts';
import { KnownFacesCache } from '../../../src/pipeline/known-faces-cache.ts';
import { Nearness } from '../../../src/pipeline/nearness.ts';
import { createPhotoProcessor } from '../../../src/pipeline/process-photo.ts';
import { createTidier } from '../../../src/pipeline/tidy-people.ts';
import type { Store } from '../../../src/store/store.ts';
import { seededRandom } from '../../harness/random.ts';

/** What decides who is who; as the worker's settings have it. */
export interface IdentityRules {
  readonly match: MatchThresholds;
  readonly merge: MergeThresholds;
  /** Undefined: the worker's own. */
  readonly minQuality: number | undefined;
}

/** A library of one owner, run by the worker's own flow on the worker's own store. */
export interface Library {
  /** Lets a photo arrive; only what the nets saw is given. */
  add(path: string, seen: SeenPhoto, signal: AbortSignal): Promise<PhotoRecord>;
  /** The worker's maintenance: merges fragments, decides open faces again. */
  maintain(signal: AbortSignal): Promise<void>;
  /** Whose each face is now, with all that was merged; null: nobody's. */
  readPeople(): Promise<(faceId: string) => string | null>;
}

export interface LibraryOptions {
  readonly store: Store;
  readonly rules: IdentityRules;
  readonly model: SeenPhoto['model'];
  /** Decides the ids, by which ties are broken. */
  readonly seed: number;
}

const nothing = (): Promise<void> => Promise.resolve();

/** The one place where the evaluation wires the worker's identity code together. */
export function openLibrary({ store, rules, model, seed }: LibraryOptions): Library {
  // An owner of its own, so that runs in one store know nothing of each other.
  const ownerId = randomUUID();
  const seen = new Map<string, SeenPhoto>();
  const faces = new Map<string, FaceRecord>();
  const note = ({ faces: decided }: PhotoRecord): void => {
    for (const face of decided) faces.set(face.faceId, face);
  };
  const identity = {
    ...{ store, model, ...rules },
    cache: new KnownFacesCache(store, undefined, rules.minQuality),
    publish: nothing,
    newId: seededIds(seed),
  };
  const processPhoto = createPhotoProcessor({
    ...identity,
    locate: (path) => Promise.resolve(path),
    see: (path) => Promise.resolve(seen.get(path) as SeenPhoto),
  });
  const tidy = createTidier({ ...identity, nearness: new Nearness(), publishFact: nothing });
  return {
    add: async (path, look, signal) => {
      seen.set(path, look);
      const name = `photo-${seen.size}`;
      const task = { kind: 'look', assetId: name, runId: name, ownerId, path } as const;
      const context = { signal, report: () => undefined };
      const record = await processPhoto({ ...task, skipWhenCurrent: false }, context);
      note(record);
      return record;
    },
    maintain: async (signal) => {
      const { photos } = await tidy(ownerId, { signal });
      photos.forEach(note);
    },
    readPeople: async () => {
      const people = People.of(await store.readFacts(ownerId));
      return (faceId) => {
        const face = faces.get(faceId);
        return face === undefined ? null : people.personOf(face);
      };
    },
  };
}

function seededIds(seed: number): () => string {
  const random = seededRandom(seed, 1);
  let count = 0;
  return () => `${Math.floor(random() * 2 ** 32).toString(16)}-${++count}`;
}
