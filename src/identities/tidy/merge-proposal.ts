import type { MergeEvidence } from '../journal/fact.ts';

/** Why the machine leaves a merge to a user, or may do it. */
export type MergeReason =
  /** Near enough, and no rule forbids it: the maintenance job merges the two. */
  | 'sure'
  /** The two are alike, but not so much that the machine would merge them by itself. */
  | 'not-sure-enough'
  /** A third person, who cannot be the same, is nearly as near. */
  | 'another-as-near'
  /** The machine never merges people whom users have named. */
  | 'both-named'
  /** A user made the two one and took that back. */
  | 'parted-again'
  /** They were seen on one photo, where two faces are two people. */
  | 'on-one-photo';

/** Two people who may be one. A no is the correction 'people-distinct', a yes 'people-merged'. */
export interface MergeProposal {
  /** Who would be merged: the unnamed one, else the one with fewer faces. */
  readonly from: string;
  readonly into: string;
  readonly reason: MergeReason;
  readonly evidence: MergeEvidence;
}
