import { countTwice } from '../identities/journal/count-twice.ts';
import type { People } from '../identities/journal/people.ts';
import {
  facesIn,
  facesToSee,
  peopleIn,
  planFact,
  withPlanned,
  type Correction,
} from '../identities/journal/plan-fact.ts';
import { describeFact } from './describe-fact.ts';
import type { Directory } from './directory.ts';
import type { ListedFace } from './listed-photo.ts';
import { namesOf } from './need-name.ts';
import { summarisePerson, type PersonSummary } from './summaries.ts';

/** What a correction would do. */
export interface CorrectionPreview {
  /** Faces that would be somebody else's; of those that move nothing, the faces they speak of. */
  readonly faces: number;
  readonly photos: number;
  /** Photos on which faces would newly be one person's, which are usually two people. */
  readonly twice: number;
  readonly people: readonly PersonSummary[];
  /** Different names of the people concerned; a merge of two names has to say which. */
  readonly names: readonly string[];
  readonly describe: string;
}

const MOST_PEOPLE = 50;

/** What would come of a correction now. Throws CORRECTION_REFUSED as the correction itself would. */
export function previewCorrection(directory: Directory, correction: Correction): CorrectionPreview {
  const { people } = directory;
  const { faceIds, personIds } = facesToSee(correction, people);
  const listed = directory.facesOf({ faceIds, personIds });
  const places = listed.map(({ faceId, photo, storedPersonId }) => ({
    faceId,
    assetId: photo.assetId,
    personId: storedPersonId,
  }));
  const { body } = planFact(correction, { people, faces: places, newId: () => 'new' });
  const next = withPlanned(people, body);
  const moved = listed.filter((face) => personAfter(face, next) !== face.personId);
  const spokenOf = new Set(facesIn(body));
  const faces = moved.length > 0 ? moved : listed.filter(({ faceId }) => spokenOf.has(faceId));
  const concerned = new Set([
    ...peopleIn(body).map((id) => people.resolve(id)),
    ...faces.flatMap((face) => [face.personId, personAfter(face, next)]),
  ]);
  const known = [...concerned].filter((id) => id !== null && directory.persons.has(id)) as string[];
  return {
    faces: faces.length,
    photos: new Set(faces.map(({ photo }) => photo)).size,
    twice: countTwice(places, people, next),
    people: known.slice(0, MOST_PEOPLE).map((id) => summarisePerson(directory, id)),
    names: namesOf(known, people),
    describe: describeFact(body, people),
  };
}

function personAfter({ faceId, storedPersonId }: ListedFace, next: People): string | null {
  return next.personOf({ faceId, personId: storedPersonId });
}
