/** What `/api` answers with, as these pages read it. A test holds this against the server's schemas. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface PersonSummary {
  readonly personId: string;
  readonly name: string | null;
  readonly hidden: boolean;
  readonly faces: number;
  readonly photos: number;
  readonly coverFaceId: string | null;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
}

export interface FaceSummary {
  readonly faceId: string;
  readonly assetId: string;
  readonly personId: string | null;
  readonly name: string | null;
  readonly box: Box;
  readonly image: Size;
  readonly quality: { readonly value: number; readonly reasons: readonly string[] };
  readonly score: number;
  readonly assignedBy: 'auto' | 'user';
  readonly rule: string;
  /** By the clock of the place, as if that were UTC; null: unknown. */
  readonly takenAt: string | null;
  readonly at: string;
}

export interface PhotoSummary {
  readonly assetId: string;
  readonly image: Size;
  readonly faces: number;
  readonly people: readonly { readonly personId: string; readonly name: string | null }[];
  readonly takenAt: string | null;
  readonly at: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  readonly total: number;
}

export interface Session {
  readonly user: string;
  readonly owner: string;
  readonly owners: readonly string[];
  readonly ownerNames: Readonly<Record<string, string>>;
  readonly admin: boolean;
  readonly csrfToken: string;
  readonly head: number;
}

export interface SimilarPerson {
  readonly person: PersonSummary;
  readonly distance: number;
  readonly limit: number;
  readonly reason: string;
}

export interface PersonDetails {
  readonly person: PersonSummary;
  readonly redirectedFrom?: string | undefined;
  readonly mergedFrom: readonly {
    readonly personId: string;
    readonly name: string | null;
    readonly faceId: string | null;
    readonly factId: string;
  }[];
  readonly similar: readonly SimilarPerson[];
  readonly head: number;
}

export interface CandidateDetails {
  readonly personId: string;
  readonly name: string | null;
  readonly nearestFaceId: string;
  readonly nearestDistance: number;
  readonly evidenceDistance: number;
  readonly voters: number;
  readonly confirmedVoters?: number | undefined;
  readonly limitDistance: number;
}

export interface FaceDetails extends FaceSummary {
  readonly explanation: {
    readonly rule: string;
    readonly threshold: number;
    readonly margin: number;
    readonly candidates: readonly CandidateDetails[];
  };
  readonly distance: number | null;
  readonly nearestFaceId: string | null;
  readonly denied: readonly { readonly personId: string; readonly name: string | null }[];
  readonly ignored: string | null;
}

export interface PhotoDetails {
  readonly photo: PhotoSummary & {
    readonly path: string | null;
    /** Raised whenever the photo was decided again, as when it had been replaced. */
    readonly revision: number;
    readonly decidedAt: string;
  };
  readonly faces: readonly FaceDetails[];
  readonly head: number;
}

export interface ReviewItem {
  readonly id: string;
  readonly kind: 'uncertain-face' | 'proposed-merge';
  readonly question: string;
  readonly faces: readonly FaceSummary[];
  readonly people: readonly PersonSummary[];
  readonly distance: number;
  readonly limit: number;
  readonly reason: string;
}

/** 'ask' takes a skip back. */
export type Answer = 'yes' | 'no' | 'skip' | 'ask';

/** What an answer wrote down; null when nothing. */
export interface Answered extends Taught {
  readonly fact: Fact | null;
}

/** What else would follow from a correction. */
export interface Taught {
  /** How many other faces would get another person if they were decided again now. */
  readonly wouldChange: number;
  /** More may be found yet. */
  readonly counting: boolean;
}

/** What all corrections so far have taught. */
export interface Learned {
  /** Faces that would get another person. */
  readonly faces: number;
  readonly counting: boolean;
  /** Photos queued to be decided again that have not been yet. */
  readonly applying: number;
}

export interface Fact {
  /** Its place among all that was written of the owner. */
  readonly sequence: number;
  readonly factId: string;
  readonly at: string;
  readonly by: string;
  readonly body: {
    readonly kind: string;
    readonly personId?: string | undefined;
    readonly factId?: string | undefined;
  };
}

export interface HistoryEntry {
  readonly fact: Fact;
  readonly describe: string;
  readonly undone: boolean;
  /** Undoing it does something again. */
  readonly takesBack: boolean;
  readonly faces: readonly { readonly faceId: string; readonly assetId: string }[];
  readonly reason: string | null;
}

/** What a user may ask for; the server plans and checks it. */
export type Correction =
  | { readonly kind: 'person-named'; readonly personId: string; readonly name: string | null }
  | {
      readonly kind: 'people-merged';
      readonly from: string;
      readonly into: string;
      readonly name: string | null;
    }
  | {
      readonly kind: 'faces-assigned';
      readonly faceIds: readonly string[];
      readonly personId: string;
    }
  | { readonly kind: 'people-distinct'; readonly personA: string; readonly personB: string }
  | { readonly kind: 'split'; readonly faceIds: readonly string[] }
  | {
      readonly kind: 'faces-denied';
      readonly faceIds: readonly string[];
      readonly personId: string;
    }
  | { readonly kind: 'faces-ignored'; readonly faceIds: readonly string[]; readonly reason: string }
  | { readonly kind: 'person-hidden'; readonly personId: string; readonly hidden: boolean }
  | { readonly kind: 'person-deleted'; readonly personId: string }
  | { readonly kind: 'undone'; readonly factId: string };

export interface Corrected extends Taught {
  readonly fact: Fact;
  readonly describe: string;
  /** Undoing it does something again. */
  readonly takesBack: boolean;
  readonly head: number;
}

export interface CorrectionPreview {
  readonly faces: number;
  readonly photos: number;
  /** Photos on which faces would newly be one person's. */
  readonly twice: number;
  readonly people: readonly PersonSummary[];
  readonly names: readonly string[];
  readonly describe: string;
  readonly head: number;
}

export interface WhoAnswer {
  readonly image: Size;
  readonly faces: readonly {
    readonly box: Box;
    readonly score: number;
    readonly quality: { readonly value: number; readonly reasons: readonly string[] };
    readonly thumbnail: string;
    readonly candidates: readonly {
      readonly person: PersonSummary;
      readonly distance: number;
      readonly limit: number;
      readonly isMatch: boolean;
    }[];
  }[];
}

export interface ImportReport {
  readonly people: number;
  readonly names: number;
  readonly facts: number;
  readonly faces: number;
  readonly photos: {
    readonly sameId: number;
    readonly otherId: number;
    readonly waiting: number;
    readonly waitingById: number;
  };
  readonly skipped: readonly { readonly what: string; readonly reason: string }[];
}

export interface Status {
  readonly queues: readonly {
    readonly name: string;
    readonly counts: Readonly<Record<string, number>>;
  }[];
  readonly ratePerMinute: number;
  readonly waiting: number;
  readonly secondsLeft: number | null;
  /** Not `isAll`: there are more than could be counted. */
  readonly failed: { readonly count: number; readonly isAll: boolean };
  /** The latest of them. */
  readonly failures: readonly {
    /** An earlier look at the photo is there to be shown. */
    readonly isKnown: boolean;
    readonly jobId: string;
    readonly assetId: string | null;
    /** The file, where the job names one. */
    readonly path: string | null;
    readonly code: string;
    readonly message: string;
    readonly at: string;
  }[];
  /** Name and version or settings of each, in whatever form the server tells them. */
  readonly engine: unknown;
  readonly store: unknown;
  readonly vision: unknown;
  readonly version: string;
  readonly bullBoard: string;
}
