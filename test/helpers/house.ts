import { createLog } from '../../src/log.ts';
import { DEFAULT_MATCH, DEFAULT_MERGE } from '../../src/identities/thresholds.ts';
import { Directories } from '../../src/people/directories.ts';
import { Reapplication } from '../../src/people/reapplication.ts';
import { ReviewList } from '../../src/people/review-list.ts';
import { createCorrector } from '../../src/pipeline/correct.ts';
import { KnownFacesCache } from '../../src/pipeline/known-faces-cache.ts';
import { Nearness } from '../../src/pipeline/nearness.ts';
import { createPhotoProcessor } from '../../src/pipeline/process-photo.ts';
import { createReview } from '../../src/pipeline/review.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { seenPhoto, type seenFace } from './seen.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MODEL = { pack: 'face-api', descriptorRevision: 1 };
const folder = temporaryFolder();
let count = 0;
const stores: Store[] = [];
afterAll(() => Promise.all(stores.map((store) => store.close())));

/** A store of its own with all that decides on it, for the owner `o`; what is seen is what `seen` holds. */
export async function house(): Promise<ReturnType<typeof build>> {
  const dataDir = `${folder}/${String(++count)}`;
  const store = await openStore({ dataDir, log: createLog({ level: 'silent' }) });
  stores.push(store);
  return build(store);
}

// eslint-disable-next-line @typescript-eslint/explicit-function-return-type -- what it wires is its type
function build(store: Store) {
  const seen = new Map<string, ReturnType<typeof seenPhoto>>();
  const cache = new KnownFacesCache(store);
  const directories = new Directories(store);
  const reruns: string[] = [];
  const processPhoto = createPhotoProcessor({
    store,
    cache,
    locate: (path) => Promise.resolve(path),
    see: (path) => Promise.resolve(seen.get(path)!),
    publish: () => Promise.resolve(),
    match: DEFAULT_MATCH,
    model: MODEL,
  });
  let runs = 0;
  const run = (
    assetId: string,
    options: { reconsider?: boolean; runId?: string } = {},
  ): ReturnType<typeof processPhoto> =>
    processPhoto(
      {
        kind: 'look',
        assetId,
        ownerId: 'o',
        path: options.reconsider === true ? null : assetId,
        runId: String(++runs),
        skipWhenCurrent: false,
        ...options,
      },
      { signal: new AbortController().signal, report: () => undefined },
    );
  return {
    store,
    seen,
    directories,
    reruns,
    run,
    look: (assetId: string, ...faces: ReturnType<typeof seenFace>[]) => {
      seen.set(assetId, seenPhoto(faces, `sum-${assetId}`));
      return run(assetId);
    },
    correct: createCorrector({ store, publish: () => Promise.resolve() }),
    learned: new Reapplication({
      directories,
      known: (ownerId) => cache.current(ownerId, MODEL),
      match: DEFAULT_MATCH,
      findPhoto: (ownerId, assetId) => store.findPhoto(ownerId, assetId),
      rerun: ({ assetId }) => {
        reruns.push(assetId);
        return Promise.resolve();
      },
    }),
    review: new ReviewList({
      directories,
      mergesByItself: false,
      proposeMerges: (ownerId, limit) =>
        createReview({
          store,
          cache,
          model: MODEL,
          // Wider than built in: among few people a match takes more than a merge, and fragments are rare.
          merge: { ...DEFAULT_MERGE, distance: 0.38 },
          nearness: new Nearness(),
        }).proposeMerges(ownerId, limit),
    }),
  };
}
