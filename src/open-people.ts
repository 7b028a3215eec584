import path from 'node:path';
import { setImmediate } from 'node:timers/promises';

import type { Config } from './config.ts';
import { messageOf, WorkerError } from './errors.ts';
import type { ApiOptions } from './http/api/api-options.ts';
import type { Fact } from './identities/journal/fact.ts';
import type { KnownFaces } from './identities/known-faces.ts';
import type { Log } from './log.ts';
import { Directories } from './people/directories.ts';
import { Reapplication } from './people/reapplication.ts';
import { ReviewList } from './people/review-list.ts';
import { createReview } from './pipeline/review.ts';
import { createCorrector } from './pipeline/correct.ts';
import { importPeople } from './pipeline/import-people.ts';
import {
  PEOPLE_FILE_FORMAT,
  PEOPLE_FILE_VERSION,
  parsePeopleFile,
} from './pipeline/people-file.ts';
import type { FetchPhoto, PhotoFile } from './pipeline/ports.ts';
import type { TidyPorts } from './pipeline/tidy-task.ts';
import type { PhotoOutcome } from './queue/photo-worker.ts';
import type { Producer } from './queue/producer.ts';
import type { ResultPublisher } from './queue/result-publisher.ts';
import type { Store } from './store/store.ts';
import { Thumbnails, THUMBNAILS_FOLDER, type PicturedPhoto } from './thumbnails/thumbnails.ts';
import type { VisionPool } from './vision/pool.ts';

export interface OpenedPeople {
  readonly api: ApiOptions;
  /** Sees what became of each photo: the pictures of one that is gone go with it. */
  observe(outcome: PhotoOutcome): void;
  close(): Promise<void>;
}

/** Wires what the people API answers from and acts by. */
export function openPeople(
  config: Config,
  parts: PhotoPorts & {
    readonly store: Store;
    readonly publisher: ResultPublisher;
    readonly vision: VisionPool;
    readonly identity: Pick<TidyPorts, 'cache' | 'nearness' | 'model' | 'match' | 'merge'>;
    readonly producer: Producer;
    readonly log: Log;
    readonly about: ApiOptions['about'];
    readonly ownerNames: ApiOptions['ownerNames'];
  },
): OpenedPeople {
  const { store, publisher, vision, producer, identity, about, ownerNames } = parts;
  const { cache, model, match } = identity;
  const directories = new Directories(store);
  const known = (ownerId: string): Promise<KnownFaces> => cache.current(ownerId, model);
  const publish = (fact: Fact): Promise<void> => publisher.publishFact(fact);
  const thumbnails = openThumbnails(config, parts);
  const api: ApiOptions = {
    store,
    directories,
    known,
    match,
    vision,
    about,
    ownerNames,
    photos: producer.queue,
    queues: [producer.queue, publisher.queue],
    review: openReview(config, directories, { store, ...identity }),
    reapplication: new Reapplication({
      directories,
      known,
      match,
      findPhoto: (ownerId, assetId) => store.findPhoto(ownerId, assetId),
      rerun: (photo) => producer.add({ ...photo, source: 'rerun', reconsider: true }),
    }),
    correct: createCorrector({ store, publish }),
    people: {
      fileHead: { format: PEOPLE_FILE_FORMAT, version: PEOPLE_FILE_VERSION },
      importFile: async (ownerId, file) =>
        importPeople(ownerId, await parsePeopleFile(file, setImmediate), { store, publish }),
    },
    importMaxBytes: config.http.importMaxBytes,
    thumbnails,
  };
  return {
    api,
    observe: (outcome) => {
      if (outcome.kind === 'failed' || !outcome.record.removed) return;
      thumbnails.forgetPhoto(outcome.record).catch((error: unknown) => {
        parts.log.warn({ reason: messageOf(error) }, 'pictures of a removed photo are still there');
      });
    },
    close: () => thumbnails.close(),
  };
}

function openReview(
  config: Config,
  directories: Directories,
  ports: Parameters<typeof createReview>[0],
): ReviewList {
  const review = createReview(ports);
  return new ReviewList({
    directories,
    mergesByItself: config.tidy.everyMillis > 0,
    proposeMerges: (ownerId, limit) => review.proposeMerges(ownerId, limit),
  });
}

function openThumbnails(
  config: Config,
  parts: PhotoPorts & { readonly vision: Pick<VisionPool, 'cut'>; readonly log: Log },
): Thumbnails {
  return new Thumbnails({
    folder: path.join(config.dataDir, THUMBNAILS_FOLDER),
    maxBytes: config.thumbnails.maxBytes,
    open: (photo, signal) => openPhoto(photo, signal, parts),
    cut: (wish, signal) => parts.vision.cut(wish, signal),
    log: parts.log,
  });
}

interface PhotoPorts {
  readonly locate: (path: string) => Promise<string>;
  /** For photos of Immich's, of which no path is known. */
  readonly fetchPhoto: FetchPhoto | undefined;
}

async function openPhoto(
  photo: PicturedPhoto,
  signal: AbortSignal,
  ports: PhotoPorts,
): Promise<PhotoFile> {
  if (photo.path !== null) {
    return { path: await ports.locate(photo.path), discard: () => Promise.resolve() };
  }
  if (ports.fetchPhoto !== undefined) return ports.fetchPhoto(photo, signal);
  throw new WorkerError('PHOTO_SOURCE_MISSING', `no path is known of asset ${photo.assetId}`);
}
