import type { SeenPhoto } from '../../src/descriptors/seen-photo.ts';
import type { Fact } from '../../src/identities/journal/fact.ts';
import type { Correction } from '../../src/identities/journal/plan-fact.ts';
import { People } from '../../src/identities/journal/people.ts';
import type { PhotoRecord } from '../../src/identities/photo-record.ts';
import { DEFAULT_MATCH, DEFAULT_MERGE } from '../../src/identities/thresholds.ts';
import { createCorrector } from '../../src/pipeline/correct.ts';
import { KnownFacesCache } from '../../src/pipeline/known-faces-cache.ts';
import { Nearness } from '../../src/pipeline/nearness.ts';
import { createPhotoProcessor } from '../../src/pipeline/process-photo.ts';
import { createReview, type Review } from '../../src/pipeline/review.ts';
import { createTidier, type TidyReport } from '../../src/pipeline/tidy-people.ts';
import type { Store } from '../../src/store/store.ts';

/** One worker over a store: looks at given photos, corrects and tidies the people of one owner. */
export class TidyWorker {
  readonly facts: Fact[] = [];
  readonly published: PhotoRecord[] = [];
  readonly review: Review;
  readonly #store: Store;
  readonly #photos: ReadonlyMap<string, SeenPhoto>;
  readonly #shared;
  #runs = 0;

  constructor(
    store: Store,
    photos: ReadonlyMap<string, SeenPhoto>,
    changes: { leastQuality?: number; matchDistance?: number } = {},
  ) {
    this.#store = store;
    this.#photos = photos;
    this.#shared = {
      store,
      cache: new KnownFacesCache(store, Infinity, changes.leastQuality),
      nearness: new Nearness(),
      model: { pack: 'face-api', descriptorRevision: 1 },
      match: { ...DEFAULT_MATCH, distance: changes.matchDistance ?? DEFAULT_MATCH.distance },
      // Wider than built in: among few people a match takes more than a merge, and fragments are rare.
      merge: { ...DEFAULT_MERGE, distance: 0.38 },
      publish: (record: PhotoRecord): Promise<void> => {
        this.published.push(record);
        return store.markPublished(record.ownerId, record.assetId, record.revision);
      },
      publishFact: (fact: Fact): Promise<void> => {
        this.facts.push(fact);
        return Promise.resolve();
      },
    };
    this.review = createReview(this.#shared);
  }

  look(assetId: string): Promise<PhotoRecord> {
    const process = createPhotoProcessor({
      ...this.#shared,
      locate: (path) => Promise.resolve(path),
      see: (path) => Promise.resolve(this.#photos.get(path) as SeenPhoto),
    });
    const runId = `run ${assetId} ${++this.#runs}`;
    const task = { kind: 'look', assetId, ownerId: 'owner', path: assetId, runId } as const;
    return process(
      { ...task, skipWhenCurrent: false },
      { signal: new AbortController().signal, report: () => undefined },
    );
  }

  async lookAtAll(): Promise<void> {
    for (const assetId of this.#photos.keys()) await this.look(assetId);
  }

  correct(correction: Correction): Promise<Fact> {
    const publish = (): Promise<void> => Promise.resolve();
    return createCorrector({ store: this.#store, publish })('owner', correction, 'ann');
  }

  tidy(options: { dryRun?: boolean; signal?: AbortSignal } = {}): Promise<TidyReport> {
    const { signal = new AbortController().signal, ...rest } = options;
    return createTidier(this.#shared)('owner', { signal, ...rest });
  }

  /** By photo, whose its faces are now. */
  async people(): Promise<Record<string, (string | null)[]>> {
    const people = People.of(await this.#store.readFacts('owner'));
    const records = await this.#store.readPhotosAfter('owner', 0, 10_000);
    return Object.fromEntries(
      records.map((record) => [
        record.assetId,
        people.viewOf(record).faces.map(({ personId }) => personId),
      ]),
    );
  }

  async whose(assetId: string, place = 0): Promise<string> {
    return (await this.people())[assetId]?.[place] ?? 'nobody';
  }
}
