import type { FaceRecord } from '../identities/photo-record.ts';
import type { Directory, Tally } from './directory.ts';
import type { ListedFace, ListedPhoto } from './listed-photo.ts';

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
  readonly rule: string;
  readonly at: string;
}

/** A photo as lists show it. */
export interface PhotoSummary {
  readonly assetId: string;
  readonly image: { readonly width: number; readonly height: number };
  readonly faces: number;
  /** Everybody on it who is not hidden, from left to right. */
  readonly people: readonly { readonly personId: string; readonly name: string | null }[];
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
    rule: face.rule,
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
  const { assetId, image, at, faces } = photo;
  return { assetId, image, faces: faces.length, people, at };
}
