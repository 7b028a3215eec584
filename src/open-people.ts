import path from 'node:path';

import type { Config } from './config.ts';
import { WorkerError } from './errors.ts';
import type { ApiOptions } from './http/api/api-options.ts';
import { Directories } from './people/directories.ts';
import { createCorrector } from './pipeline/correct.ts';
import type { ResultPublisher } from './queue/result-publisher.ts';
import type { Store } from './store/store.ts';
import { Thumbnails, THUMBNAILS_FOLDER, type PicturedPhoto } from './thumbnails/thumbnails.ts';
import type { VisionPool } from './vision/pool.ts';

/** Wires what the people API answers from and acts by. */
export function openPeople(
  config: Config,
  parts: {
    readonly store: Store;
    readonly publisher: ResultPublisher;
    readonly vision: VisionPool;
    readonly locate: (path: string) => Promise<string>;
  },
): ApiOptions {
  const { store, publisher, vision } = parts;
  return {
    store,
    directories: new Directories(store),
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
