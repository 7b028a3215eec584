import type { Candidate, Explanation, PhotoRecord } from '../identities/photo-record.ts';
import type { Directory } from './directory.ts';
import { summariseFace, summarisePhoto, type FaceSummary, type PhotoSummary } from './summaries.ts';

export interface FaceDetails extends FaceSummary {
  readonly explanation: Omit<Explanation, 'candidates'> & {
    readonly candidates: readonly (Candidate & { readonly name: string | null })[];
  };
  readonly distance: number | null;
  readonly nearestFaceId: string | null;
  /** People whom a user said that it is not. */
  readonly denied: readonly { readonly personId: string; readonly name: string | null }[];
  /** Why a user said that it is to be ignored. */
  readonly ignored: string | null;
}

export interface PhotoDetails {
  readonly photo: PhotoSummary & Pick<PhotoRecord, 'path' | 'revision' | 'model' | 'decidedAt'>;
  readonly faces: readonly FaceDetails[];
  readonly head: number;
}

/** A photo's faces, who they are and why; null when the directory does not know them (any more). */
export function photoDetails(directory: Directory, record: PhotoRecord): PhotoDetails | null {
  const listed = directory.photos.get(record.assetId);
  if (listed === undefined) return null;
  const { path, revision, model, decidedAt } = record;
  return {
    photo: { ...summarisePhoto(directory, listed), path, revision, model, decidedAt },
    faces: record.faces.flatMap((face) => {
      const summary = directory.faces.get(face.faceId);
      if (summary === undefined) return [];
      return [
        {
          ...summariseFace(directory, summary),
          explanation: {
            ...face.explanation,
            candidates: face.explanation.candidates.map((one) => nameCandidate(directory, one)),
          },
          distance: face.distance,
          nearestFaceId: face.nearestFaceId,
          denied: directory.people.deniedOf(face.faceId).map((personId) => {
            return { personId, name: directory.people.stateOf(personId).name };
          }),
          ignored: directory.people.ignoredReasonOf(face.faceId),
        },
      ];
    }),
    head: directory.sequence,
  };
}

/** By today's merges and names, not those of the time of the decision. */
function nameCandidate(
  { people }: Directory,
  candidate: Candidate,
): Candidate & { readonly name: string | null } {
  const personId = people.resolve(candidate.personId);
  return { ...candidate, personId, name: people.stateOf(personId).name };
}
