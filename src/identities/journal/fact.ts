/** Who is named as the one that decided when the maintenance job did. */
export const MACHINE = 'machine';

/** How alike two people are, which the maintenance job weighs before it takes them for one. */
export interface MergeEvidence {
  /** Root mean square distance between the voting faces of the one and of the other. */
  readonly distance: number;
  /** What `distance` may be at most for a merge by the machine. */
  readonly limitDistance: number;
  /** Mean distance of either to its nearest other people; null where few are known. */
  readonly crowdDistance: number | null;
  /** Distance to the nearest third person that either could be instead; null when nobody is near. */
  readonly otherDistance: number | null;
  readonly nearestDistance: number;
  /** The two faces that lie nearest: one of `from`, one of `into`. */
  readonly nearestFaceIds: readonly [string, string];
  /** Voting faces of each, in the same order. */
  readonly faces: readonly [number, number];
}

/** What was decided, by a user or by the maintenance job. Face and person ids are those of one owner. */
export type FactBody =
  | { readonly kind: 'person-named'; readonly personId: string; readonly name: string | null }
  | {
      readonly kind: 'people-merged';
      readonly from: string;
      readonly into: string;
      /** The name that the two go by from now on; null leaves the names as they are. */
      readonly name: string | null;
      /** Only of the machine's own merges: why. */
      readonly evidence?: MergeEvidence;
    }
  /** The two are not one, ever: neither merged by the machine nor proposed again. */
  | { readonly kind: 'people-distinct'; readonly personA: string; readonly personB: string }
  | {
      readonly kind: 'faces-assigned';
      readonly faceIds: readonly string[];
      readonly personId: string;
      /** 'confirmed': the faces were the person's already. 'split' founds the person. */
      readonly as: 'confirmed' | 'moved' | 'split';
    }
  | {
      readonly kind: 'faces-denied';
      readonly faceIds: readonly string[];
      readonly personId: string;
    }
  | { readonly kind: 'faces-ignored'; readonly faceIds: readonly string[]; readonly reason: string }
  | { readonly kind: 'person-hidden'; readonly personId: string; readonly hidden: boolean }
  | { readonly kind: 'person-deleted'; readonly personId: string }
  | { readonly kind: 'undone'; readonly factId: string };

/** What the journal says of a person. */
export interface PersonState {
  readonly name: string | null;
  readonly hidden: boolean;
  readonly mergedInto: string | null;
  readonly deleted: boolean;
}

export interface PersonChange {
  readonly personId: string;
  readonly before: PersonState;
  readonly after: PersonState;
}

export interface FaceChange {
  readonly assetId: string;
  readonly faceId: string;
  /** The person before and after; null: nobody. */
  readonly before: string | null;
  readonly after: string | null;
}

/** An entry of an owner's journal. Never changed once written; undoing writes another. */
export interface Fact {
  readonly ownerId: string;
  /** Place in the owner's order, which photos and facts share: a decision has seen all before it. */
  readonly sequence: number;
  readonly factId: string;
  /** ISO 8601. */
  readonly at: string;
  /** Who decided: a login, the name of a command, or MACHINE. */
  readonly by: string;
  readonly body: FactBody;
  /**
   * What it changed. Faces that follow their whole person (merge, deletion) are not listed one by
   * one; when such a fact is undone, they are, and so are those that stay whose they are by a user's word
   * on them (`before` is `after`). Whoever applies this in order has what the worker has.
   */
  readonly changes: {
    readonly people: readonly PersonChange[];
    readonly faces: readonly FaceChange[];
  };
}

/** Where a stored face is and who the machine took it for. */
export interface FacePlace {
  readonly assetId: string;
  readonly faceId: string;
  readonly personId: string | null;
}
