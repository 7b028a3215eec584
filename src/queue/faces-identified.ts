import type { DescriptorModel } from '../descriptors/descriptor.ts';
import type { Box } from '../faces/face.ts';
import type { PhotoRecord, PhotoView } from '../identities/photo-record.ts';
import { encodeId } from './encode-id.ts';

/** Name of the queue that results go out on, and of its jobs. */
export const FACES_IDENTIFIED = 'faces-identified';

/** One face of a result; `personId` is null for a face too poor to found a person. */
export interface IdentifiedFace {
  readonly faceId: string;
  readonly personId: string | null;
  readonly isNewPerson: boolean;
  /** Pixels of the upright photo. */
  readonly box: Box;
  readonly score: number;
  readonly quality: number;
  /** Distance to the nearest known face, null when none was near. */
  readonly distance: number | null;
  readonly nearestFaceId: string | null;
}

/**
 * The payload of a `faces-identified` job: who is on a photo. A higher `revision` replaces a lower
 * one of the same asset. No faces is a result too.
 */
export interface FacesIdentified {
  readonly assetId: string;
  readonly ownerId: string;
  readonly revision: number;
  /**
   * Sequence of the owner's last `people-changed` that the people take into account; 0: there was
   * none. A later one stands, also where it comes first.
   */
  readonly asOf: number;
  readonly image: { readonly width: number; readonly height: number };
  readonly faces: readonly IdentifiedFace[];
  /** The asset is gone. */
  readonly removed: boolean;
  readonly model: DescriptorModel;
  /** Milliseconds per stage. */
  readonly timings: Readonly<Record<string, number>>;
}

/** The result that a record publishes. */
export function toFacesIdentified(record: PhotoView): FacesIdentified {
  const { pack, descriptorRevision } = record.model;
  return {
    assetId: record.assetId,
    ownerId: record.ownerId,
    revision: record.revision,
    asOf: record.asOf,
    image: record.image,
    faces: record.faces.map((face) => ({
      faceId: face.faceId,
      personId: face.personId,
      isNewPerson: face.isNewPerson,
      box: face.box,
      score: face.score,
      quality: face.quality.value,
      distance: face.distance,
      nearestFaceId: face.nearestFaceId,
    })),
    removed: record.removed,
    model: { pack, descriptorRevision },
    timings: record.timings,
  };
}

/**
 * The result job's id, the same however often a record is published, so that the queue holds it
 * once. The time of the decision tells it from one of the same revision that a store gave before it
 * was restored or begun anew. Encoded, since BullMQ refuses a colon, and never all digits for the
 * same reason; the dots of ids too, so that no two pairs of ids make one.
 */
export function resultJobId(
  record: Pick<PhotoRecord, 'ownerId' | 'assetId' | 'revision' | 'decidedAt'>,
): string {
  const { ownerId, assetId, revision, decidedAt } = record;
  const ids = `${encodeId(ownerId)}.${encodeId(assetId)}`;
  return `${ids}.${revision}.${Date.parse(decidedAt).toString(36)}`;
}
