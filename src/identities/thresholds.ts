/** What a match takes, as Euclidean distances of unit-length descriptors (0…2). */
export interface MatchThresholds {
  /** Evidence distance up to which a face is the person's, when one known face speaks for it. */
  readonly distance: number;
  /** When a second person is nearer than this beyond the first, the first must be this much surer. */
  readonly margin: number;
}

/** Found on LFW's development view and a labelled album; see docs/identity.md. */
export const DEFAULT_MATCH: MatchThresholds = { distance: 0.34, margin: 0.02 };

/** Faces of one person that are asked; more would make a person of many photos harder to join. */
export const MOST_VOTERS = 3;

/**
 * Room that each further voter earns: that three faces of a person are all by chance as near is
 * much rarer than one. Measured with 0.34 at first: the album's BCubed F rose from 0.872 to 0.942,
 * LFW's development view stayed at 0.957.
 */
export const ROOM_PER_VOTER = 0.02;

/** When two people are taken for one: root mean square distance between the faces of the one and of the other. */
export interface MergeThresholds {
  /** Up to this the maintenance job merges people by itself. */
  readonly distance: number;
  /** Up to this it proposes to a user that the two are one. */
  readonly proposeDistance: number;
  /** Who cannot be one of the two must be this much further from both. */
  readonly margin: number;
}

export const DEFAULT_MERGE: MergeThresholds = {
  distance: 0.36,
  proposeDistance: 0.46,
  margin: 0.03,
};

/** A face that a user gave to its person counts as so many in the person's mean. */
export const CONFIRMED_WEIGHT = 3;

/** So near its limit, on either side, a face's match is worth a user's look. */
export const DOUBT_WITHIN = 0.03;
