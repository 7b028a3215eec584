import type { AssignmentRule, FaceRecord } from '../identities/photo-record.ts';
import type { Directory, Tally } from './directory.ts';
import type { ListedFace, ListedPhoto } from './listed-photo.ts';
import { ruleInForce } from './rule-in-force.ts';

/** A person as lists show it. */
export interface PersonSummary extends Tally {
  readonly personId: string;
  readonly name: string | null;
  readonly hidden: boolean;
}

/** A face as lists show it. */
export interface FaceSummary extends Pick<FaceRecord, 'faceId' | 'box' | 'quality' | 'score'> {
  readonly assetId: string;
  readonly personId: string | null;
  readonly name: string | null;
  readonly image: { readonly width: number; readonly height: number };
  readonly assignedBy: 'auto' | 'user';
  /** By which the face is whose it is now. */
  readonly rule: AssignmentRule;
  readonly takenAt: string | null;
  readonly at: string;
}

/** A photo as lists show it. */
export interface PhotoSummary {
  readonly assetId: string;
  readonly image: { readonly width: number; readonly height: number };
  readonly faces: number;
  /** Everybody on it who is not hidden, from left to right. */
  readonly people: readonly { readonly personId: string; readonly name: string | null }[];
  readonly takenAt: string | null;
  readonly at: string;
}

export function summariseFace(directory: Directory, face: ListedFace): FaceSummary {
  const { people } = directory;
  const { faceId, photo, personId, box, quality, score } = face;
  return {
    faceId,
    assetId: photo.assetId,
    personId,
    name: personId === null ? null : people.stateOf(personId).name,
    box,
    image: photo.image,
    quality,
    score,
    assignedBy: people.isAssigned(faceId) ? 'user' : face.storedBy,
    rule: ruleInForce(face, people),
    takenAt: photo.takenAt,
    at: photo.at,
  };
}

export function summarisePerson(directory: Directory, personId: string): PersonSummary {
  const { name, hidden } = directory.people.stateOf(personId);
  return { personId, name, hidden, ...directory.tallyOf(personId) };
}

export function summarisePhoto(directory: Directory, photo: ListedPhoto): PhotoSummary {
  const ids = photo.faces
    .toSorted((a, b) => a.box.x - b.box.x)
    .flatMap(({ personId }) => personId ?? []);
  const people = [...new Set(ids)]
    .map((personId) => ({ personId, ...directory.people.stateOf(personId) }))
    .filter(({ hidden }) => !hidden)
    .map(({ personId, name }) => ({ personId, name }));
  const { assetId, image, takenAt, at, faces } = photo;
  return { assetId, image, faces: faces.length, people, takenAt, at };
}
