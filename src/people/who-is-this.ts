import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import type { Box, Quality } from '../faces/face.ts';
import { decidePhoto } from '../identities/decide-photo.ts';
import type { MatchThresholds } from '../identities/thresholds.ts';
import type { KnownFaces } from '../identities/known-faces.ts';
import type { Directory } from './directory.ts';
import { summarisePerson, type PersonSummary } from './summaries.ts';

/** A face of a picture that somebody asks about, and who it may be, the likeliest first. */
export interface AskedFace {
  readonly box: Box;
  readonly score: number;
  readonly quality: Quality;
  readonly candidates: readonly {
    readonly person: PersonSummary;
    readonly distance: number;
    readonly limit: number;
    /** The picture's face would be this person's if it were a photo of the owner's. */
    readonly isMatch: boolean;
  }[];
}

/** Who is on a picture, decided as for a photo of the owner's, with nothing written. */
export function whoIsThis(
  seen: SeenPhoto,
  by: { directory: Directory; known: KnownFaces; thresholds: MatchThresholds },
): AskedFace[] {
  const { directory, known, thresholds } = by;
  const decided = decidePhoto({
    seen,
    former: null,
    known,
    // No asset has an empty id: none is left out.
    assetId: '',
    thresholds,
    newId: () => 'new',
  });
  return decided.map(({ box, score, quality, personId, explanation }) => {
    const matched =
      explanation.rule === 'matched' ? directory.people.resolve(personId ?? '') : null;
    return {
      box,
      score,
      quality,
      candidates: explanation.candidates
        .filter((candidate) => directory.persons.has(candidate.personId))
        .map((candidate) => ({
          person: summarisePerson(directory, candidate.personId),
          distance: candidate.evidenceDistance,
          limit: candidate.limitDistance,
          isMatch: candidate.personId === matched,
        })),
    };
  });
}
