import type { DescriptorModel } from '../descriptors/descriptor.ts';
import { doubtOf, type UncertainFace } from '../identities/doubtful-face.ts';
import { People } from '../identities/journal/people.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import type { MergeThresholds } from '../identities/thresholds.ts';
import type { MergeProposal } from '../identities/tidy/merge-proposal.ts';
import { findMerges } from '../identities/tidy/find-merges.ts';
import type { KnownFacesCache } from './known-faces-cache.ts';
import type { Nearness } from './nearness.ts';
import type { PhotoStore } from './ports.ts';

/** What the machine would ask a user. */
export interface Review {
  /** Pairs of people who may be one, the likeliest first, without those that a user told apart. */
  proposeMerges(ownerId: string, limit: number): Promise<MergeProposal[]>;
  /** Faces whose person is in doubt, the most doubtful first; reads all photos of the owner. */
  uncertainFaces(ownerId: string, limit: number): Promise<UncertainFace[]>;
}

export interface ReviewStore extends Pick<PhotoStore, 'readFacts'> {
  readPhotosAfter(ownerId: string, sequence: number, limit: number): Promise<PhotoRecord[]>;
}

/** Photos read from the store at once. */
const PAGE = 200;

export function createReview(ports: {
  store: ReviewStore;
  cache: KnownFacesCache;
  model: DescriptorModel;
  merge: MergeThresholds;
  nearness: Nearness;
}): Review {
  const { store, cache, model, merge, nearness } = ports;
  return {
    proposeMerges: async (ownerId, limit) => {
      const known = await cache.current(ownerId, model);
      const near = nearness.of(known);
      await near.update(known);
      return findMerges(known, near, { thresholds: merge, limit }).slice(0, limit);
    },
    uncertainFaces: async (ownerId, limit) => {
      const people = People.of(await store.readFacts(ownerId));
      const uncertain: UncertainFace[] = [];
      for (let after = 0; ;) {
        const page = await store.readPhotosAfter(ownerId, after, PAGE);
        for (const { assetId, faces } of page) {
          uncertain.push(...faces.flatMap((face) => doubtOf(face, assetId, people) ?? []));
        }
        after = page.at(-1)?.sequence ?? after;
        if (page.length < PAGE) break;
      }
      return uncertain.sort((a, b) => excess(b) - excess(a)).slice(0, limit);
    },
  };
}

function excess({ distance, limitDistance }: UncertainFace): number {
  return distance - limitDistance;
}
