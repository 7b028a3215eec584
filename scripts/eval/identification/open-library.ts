import { randomUUID } from 'node:crypto';

import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import type { MatchThresholds } from '../../../src/identities/decide-photo.ts';
import { People } from '../../../src/identities/journal/people.ts';
import type { PhotoRecord } from '../../../src/identities/photo-record.ts';
import { createPhotoProcessor } from '../../../src/pipeline/process-photo.ts';
import type { Store } from '../../../src/store/store.ts';
import { seededRandom } from '../../harness/random.ts';

/** A library of one owner, run by the worker's own flow on the worker's own store. */
export interface Library {
  /** Lets a photo arrive; only what the nets saw is given. */
  add(path: string, seen: SeenPhoto, signal: AbortSignal): Promise<PhotoRecord>;
  /** What was merged, named or denied since, by anyone. */
  readPeople(): Promise<People>;
  /** The worker's maintenance, which merges fragments; null while the worker has none. */
  readonly maintain: (() => Promise<void>) | null;
}

export interface LibraryOptions {
  readonly store: Store;
  readonly match: MatchThresholds;
  readonly model: SeenPhoto['model'];
  /** Decides the ids, by which ties are broken. */
  readonly seed: number;
}

/** The one place where the evaluation wires the worker's identity code together. */
export function openLibrary({ store, match, model, seed }: LibraryOptions): Library {
  // An owner of its own, so that runs in one store know nothing of each other.
  const ownerId = randomUUID();
  const seen = new Map<string, SeenPhoto>();
  const processPhoto = createPhotoProcessor({
    store,
    locate: (path) => Promise.resolve(path),
    see: (path) => Promise.resolve(seen.get(path) as SeenPhoto),
    publish: () => Promise.resolve(),
    match,
    model,
    newId: seededIds(seed),
  });
  let count = 0;
  return {
    add: (path, look, signal) => {
      seen.set(path, look);
      count++;
      return processPhoto(
        {
          kind: 'look',
          assetId: `photo-${count}`,
          ownerId,
          path,
          runId: `run-${count}`,
          skipWhenCurrent: false,
        },
        { signal, report: () => undefined },
      );
    },
    readPeople: async () => People.of(await store.readFacts(ownerId)),
    maintain: null,
  };
}

function seededIds(seed: number): () => string {
  const random = seededRandom(seed, 1);
  let count = 0;
  return () => `${Math.floor(random() * 2 ** 32).toString(16)}-${++count}`;
}
