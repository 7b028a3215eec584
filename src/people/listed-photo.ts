import type { Box, Quality } from '../faces/face.ts';
import type { AssignmentRule, Candidate, PhotoRecord } from '../identities/photo-record.ts';

/** A photo as the directory keeps it: what pages list, nothing that only comparing needs. */
export interface ListedPhoto {
  readonly assetId: string;
  readonly sequence: number;
  readonly path: string | null;
  readonly checksum: string;
  readonly image: { readonly width: number; readonly height: number };
  /** When it was taken; null: nobody knows. */
  readonly takenAt: string | null;
  /** What it is sorted by: when it was taken, else when it was looked at. */
  readonly at: string;
  readonly faces: readonly ListedFace[];
}

/** A face as the directory keeps it. */
export interface ListedFace {
  readonly faceId: string;
  readonly photo: ListedPhoto;
  /** Whom the machine took it for. */
  readonly storedPersonId: string | null;
  readonly storedBy: 'auto' | 'user';
  readonly box: Box;
  readonly quality: Quality;
  readonly score: number;
  readonly rule: AssignmentRule;
  /** Null: its descriptor was refused, so it was never compared. */
  readonly descriptor: true | null;
  /** People that it came near to when it was decided, the best first. */
  readonly near: readonly Candidate[];
  /** Whose it is now; null: nobody's. */
  personId: string | null;
}

/** How far beyond its limit a candidate may lie to be worth a question. */
export const NEAR_EXCESS = 0.06;

export function toListedPhoto(record: PhotoRecord): ListedPhoto {
  const faces: ListedFace[] = [];
  const photo: ListedPhoto = {
    assetId: record.assetId,
    sequence: record.sequence,
    path: record.path,
    checksum: record.checksum,
    image: record.image,
    takenAt: record.takenAt ?? null,
    at: record.takenAt ?? record.decidedAt,
    faces,
  };
  for (const face of record.faces) {
    faces.push({
      faceId: face.faceId,
      photo,
      storedPersonId: face.personId,
      storedBy: face.assignedBy,
      box: face.box,
      quality: face.quality,
      score: face.score,
      rule: face.explanation.rule,
      descriptor: face.descriptor === null ? null : true,
      near: face.explanation.candidates.filter(
        ({ evidenceDistance, limitDistance }) => evidenceDistance - limitDistance <= NEAR_EXCESS,
      ),
      personId: null,
    });
  }
  return photo;
}
