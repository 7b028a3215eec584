/** A photo of a set; `person` is whom its labelled face shows, null where no label says. */
export interface LabelledPhoto {
  readonly path: string;
  readonly person: string | null;
}

/** Two photos of a set by their places in it, and whether they show the same person. */
export interface PhotoPair {
  readonly first: number;
  readonly second: number;
  readonly same: boolean;
  /** Which part of a file with folds the pair is in; 0 where there are none. */
  readonly fold: number;
}

/** Photos of people, and the pairs to compare; null: every photo with every other. */
export interface PhotoSet {
  readonly name: string;
  readonly photos: readonly LabelledPhoto[];
  readonly pairs: readonly PhotoPair[] | null;
  /** At least 2 where thresholds are to be chosen on the other folds. */
  readonly folds: number;
  /** Which face of a photo with several is the labelled one. */
  readonly labelledFace: 'central' | 'largest';
}
