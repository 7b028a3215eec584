import type { DescriptorModel } from '../descriptors/descriptor.ts';
import type { Box, Quality } from '../faces/face.ts';

export type AssignmentRule =
  | 'new-person'
  | 'matched'
  | 'kept-from-earlier-run'
  | 'assigned-by-user'
  | 'denied-by-user'
  | 'ignored-by-user'
  | 'person-deleted-by-user'
  | 'not-seen-again'
  | 'imported'
  | 'low-quality-unmatched'
  | 'descriptor-refused';

/** One neighbour that was weighed: a person's nearest known face and the evidence for the person. */
export interface Candidate {
  readonly personId: string;
  /** The nearest face's person before merges; a match is written down under it. */
  readonly basePersonId: string;
  readonly nearestFaceId: string;
  readonly nearestDistance: number;
  /** Mean distance to the person's nearest few faces, the `voters`; confirmed ones weigh twice. */
  readonly evidenceDistance: number;
  readonly voters: number;
  /** How many of them a user gave to the person; absent where an older version decided. */
  readonly confirmedVoters?: number;
  /** What `evidenceDistance` may be at most for a match; more voters earn more room. */
  readonly limitDistance: number;
}

/** Why a face got its person: rule, thresholds at that time and the candidates that were weighed. */
export interface Explanation {
  readonly rule: AssignmentRule;
  readonly threshold: number;
  readonly margin: number;
  readonly candidates: readonly Candidate[];
}

/**
 * A face as it is stored. `personId` is whom the machine took it for, before anything that a user
 * decided (`People.personOf` says whose it is); null for a low-quality face that matched nobody.
 */
export interface FaceRecord {
  readonly faceId: string;
  readonly personId: string | null;
  readonly isNewPerson: boolean;
  readonly assignedBy: 'auto' | 'user';
  readonly box: Box;
  readonly score: number;
  readonly quality: Quality;
  readonly landmarks: readonly number[];
  /** Unit length; null when it was refused. Such a face is never compared. */
  readonly descriptor: Float32Array | null;
  /** Distance to `nearestFaceId`, both null when nobody was known. */
  readonly distance: number | null;
  readonly nearestFaceId: string | null;
  readonly explanation: Explanation;
}

/** Everything known of one photo; written whole, in one atomic write. */
export interface PhotoRecord {
  readonly ownerId: string;
  readonly assetId: string;
  /**
   * Place in the owner's order of decisions: 1, 2, 3 … without doubles. A re-run takes a new one;
   * numbers that a photo held earlier are never given out again.
   */
  readonly sequence: number;
  /** 1 at first, one more with each re-run; lets a consumer drop an older result. */
  readonly revision: number;
  /** The delivery of the job that wrote this; the same delivery coming again writes nothing. */
  readonly runId: string;
  /** The deliveries that wrote the last revisions before this, the last first; absent: none known. */
  readonly pastRunIds?: readonly string[];
  readonly path: string | null;
  /** SHA-256 of the photo's bytes, hex. */
  readonly checksum: string;
  readonly image: { readonly width: number; readonly height: number };
  readonly model: DescriptorModel & { readonly engine: string; readonly detector: string };
  readonly faces: readonly FaceRecord[];
  /** The asset is gone; the record stays without faces, so that readers and consumers learn of it. */
  readonly removed: boolean;
  /**
   * Of a removed photo: when its removal was asked for, by the clock of `PhotoTask.askedAtMillis`. Absent
   * where an older version removed it.
   */
  readonly removalAskedAtMillis?: number;
  /** Of a photo that is there: when the latest look that was written was asked for, by the same clock. */
  readonly lookAskedAtMillis?: number;
  readonly timings: Readonly<Record<string, number>>;
  /**
   * When the photo was taken, as in `SeenPhoto`; null: nobody knows. Absent where an older version looked
   * at it.
   */
  readonly takenAt?: string | null;
  /** When this revision was decided, ISO 8601. */
  readonly decidedAt: string;
}

/** A record as users see it: each face with the person that it has by their corrections. */
export interface PhotoView extends PhotoRecord {
  /** Sequence of the last fact that it takes into account; 0: there was none. */
  readonly asOf: number;
}
