import path from 'node:path';

import type { Config } from './config.ts';
import { DESCRIPTOR_REVISION } from './descriptors/descriptor.ts';
import { WorkerError } from './errors.ts';
import type { ApiOptions } from './http/api/api-options.ts';
import { DEFAULT_MERGE, type MatchThresholds } from './identities/thresholds.ts';
import type { KnownFaces } from './identities/known-faces.ts';
import { FACE_API_PACK } from './nets/net.ts';
import { Directories } from './people/directories.ts';
import { Reapplication } from './people/reapplication.ts';
import { ReviewList } from './people/review-list.ts';
import { createReview } from './pipeline/review.ts';
import { createCorrector } from './pipeline/correct.ts';
import type { KnownFacesCache } from './pipeline/known-faces-cache.ts';
import type { Producer } from './queue/producer.ts';
import type { ResultPublisher } from './queue/result-publisher.ts';
import type { Store } from './store/store.ts';
import { Thumbnails, THUMBNAILS_FOLDER, type PicturedPhoto } from './thumbnails/thumbnails.ts';
import type { VisionPool } from './vision/pool.ts';

const MODEL = { pack: FACE_API_PACK, descriptorRevision: DESCRIPTOR_REVISION };

/** Wires what the people API answers from and acts by. */
export function openPeople(
  config: Config,
  parts: {
    readonly store: Store;
    readonly publisher: ResultPublisher;
    readonly vision: VisionPool;
    readonly locate: (path: string) => Promise<string>;
    readonly cache: KnownFacesCache;
    readonly producer: Producer;
    readonly match: MatchThresholds;
    readonly about: Readonly<Record<string, unknown>>;
  },
): ApiOptions {
  const { store, publisher, vision, producer, match, about } = parts;
  const directories = new Directories(store);
  const known = (ownerId: string): Promise<KnownFaces> => parts.cache.current(ownerId, MODEL);
  const review = createReview({ store, cache: parts.cache, model: MODEL, merge: DEFAULT_MERGE });
  return {
    store,
    directories,
    known,
    match,
    vision,
    about,
    photos: producer.queue,
    queues: [producer.queue, publisher.queue],
    review: new ReviewList({
      directories,
      proposeMerges: (ownerId, limit) => review.proposeMerges(ownerId, limit),
    }),
    reapplication: new Reapplication({
      directories,
      known,
      match,
      findPhoto: (ownerId, assetId) => store.findPhoto(ownerId, assetId),
      rerun: (photo) => producer.add({ ...photo, source: 'rerun', reconsider: true }),
    }),
    correct: createCorrector({ store, publish: (fact) => publisher.publishFact(fact) }),
    thumbnails: new Thumbnails({
      folder: path.join(config.dataDir, THUMBNAILS_FOLDER),
      maxBytes: config.thumbnails.maxBytes,
      open: async (photo) => ({
        path: await parts.locate(pathOf(photo)),
        discard: () => Promise.resolve(),
      }),
      cut: (wish, signal) => vision.cut(wish, signal),
    }),
  };
}

function pathOf({ assetId, path: photoPath }: PicturedPhoto): string {
  if (photoPath !== null) return photoPath;
  throw new WorkerError('PHOTO_SOURCE_MISSING', `no path is known of asset ${assetId}`);
}
