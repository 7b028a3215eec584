/**
 * Every distance and weight that decides who is who, as Euclidean distances of unit-length
 * descriptors (0…2). Found on LFW's development view and a labelled album; docs/identity.md has the
 * figures behind each.
 */

/** What a match takes. */
export interface MatchThresholds {
  /**
   * Evidence distance up to which a face is the person's, when one known face speaks for it and a
   * thousand people are known.
   */
  readonly distance: number;
  /** When a second person is nearer than this beyond the first, the first must be this much surer. */
  readonly margin: number;
}

export const DEFAULT_MATCH: MatchThresholds = { distance: 0.32, margin: 0.02 };

/** Faces of one person that are asked; more would make a person of many photos harder to join. */
export const MOST_VOTERS = 3;

/**
 * What a voter that a user gave to its person weighs in the mean. It earns no more room: with a third
 * of the faces confirmed, more room mixed people (docs/identity.md).
 */
export const CONFIRMED_VOTER_WEIGHT = 2;

/**
 * Room that each further voter earns: that three faces of a person are all by chance as near is
 * much rarer than one.
 */
export const ROOM_PER_VOTER = 0.015;

/**
 * What the limit loses for each tenfold of people that are known, since each is one more that a face
 * may be mistaken for: strangers as near as 0.379, 0.341 and 0.311 are each ten times as rare.
 */
const LOST_PER_TENFOLD = 0.02;
const USUAL_PEOPLE = 1000;
/** Among fewer people the limit stays. */
const LEAST_PEOPLE = 30;

/** What the evidence distance may be at most for a match. */
export function matchLimit(
  { distance }: MatchThresholds,
  { voters, people }: { readonly voters: number; readonly people: number },
): number {
  const tenfolds = Math.log10(Math.max(LEAST_PEOPLE, people) / USUAL_PEOPLE);
  return distance - tenfolds * LOST_PER_TENFOLD + (voters - 1) * ROOM_PER_VOTER;
}

/** When two people are taken for one: root mean square distance between the faces of each. */
export interface MergeThresholds {
  /** Up to this the maintenance job merges people who stand in a crowd of the usual distance. */
  readonly distance: number;
  /** Who cannot be one of the two must be this much further from both. */
  readonly margin: number;
}

export const DEFAULT_MERGE: MergeThresholds = { distance: 0.35, margin: 0.02 };

/**
 * A person's crowd: the nearest few other people, and their usual mean distance among a thousand
 * people. Where a crowd stands nearer, the limit of a merge is nearer, since strangers are; this
 * also makes a larger library stricter.
 */
export const CROWD = { people: 5, usualDistance: 0.42, weight: 0.5, mostRoom: 0.03 } as const;

/** Among fewer people there is no crowd to speak of. */
export const LEAST_PEOPLE_OF_CROWD = 50;

/** What the limit of a merge loses where no crowd tells how near strangers stand. */
export const LOST_WITHOUT_CROWD = 0.02;

/** So far beyond the limit of a merge by the machine, a pair is proposed to a user. */
export const PROPOSE_WITHIN = 0.03;

/** A face that a user gave to its person counts as so many in the person's mean when people are compared. */
export const CONFIRMED_WEIGHT = 3;

/** So near its limit, on either side, a face's match is worth a user's look. */
export const DOUBT_WITHIN = 0.03;

/** The built-in thresholds but for what a user has set. */
export function matchThresholds(set: {
  readonly distance: number | undefined;
  readonly margin: number | undefined;
}): MatchThresholds {
  return {
    distance: set.distance ?? DEFAULT_MATCH.distance,
    margin: set.margin ?? DEFAULT_MATCH.margin,
  };
}

export function mergeThresholds(distance: number | undefined): MergeThresholds {
  return { ...DEFAULT_MERGE, distance: distance ?? DEFAULT_MERGE.distance };
}
