import type { Box } from '../../faces/face.ts';
import type { Correction } from '../../identities/journal/plan-fact.ts';

/** A face as users see it now. */
export interface OurFace {
  readonly faceId: string;
  /** Null: nobody's, ignored, denied, or the person was deleted. */
  readonly personId: string | null;
  /** Whether a user decided whose it is. */
  readonly byUser: boolean;
  /** Pixels of the upright photo of `OurPhoto.image`. */
  readonly box: Box;
}

export interface OurPhoto {
  readonly image: { readonly width: number; readonly height: number };
  readonly faces: readonly OurFace[];
}

/** What the journal says of an owner's people. */
export interface OurPeople {
  /** The person that an id stands for after merges. */
  resolve(personId: string): string;
  /** Who has the name; where nobody has, who was last given it. */
  bearersOf(name: string): readonly string[];
  stateOf(personId: string): {
    readonly name: string | null;
    readonly hidden: boolean;
    readonly deleted: boolean;
  };
}

/** What writing into Immich needs of the worker's own knowledge. */
export interface OurSide {
  /** As it is now; null when it was never looked at, or was removed. */
  photoOf(ownerId: string, assetId: string): Promise<OurPhoto | null>;
  peopleOf(ownerId: string): Promise<OurPeople>;
  /** Assets on which a person's faces are, under all the ids that stand for it. */
  assetsOf(ownerId: string, personId: string): Promise<string[]>;
  /** Writes down what a user decided in Immich; answers with the person that a split founded. */
  correct(ownerId: string, correction: Correction, by: string): Promise<string | null>;
}
