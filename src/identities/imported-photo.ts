import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import { boxIou, type Box, type LowQualityReason } from '../faces/face.ts';
import type { FaceRecord, PhotoRecord } from './photo-record.ts';
import { isOfOneShape, isPictureMadeAnew, scaleBox, scaleFace } from './same-picture.ts';

/** Named as the model of photos that were imported and not looked at yet: nothing compares to it. */
export const IMPORTED_PACK = 'imported';

/** Overlap above which a face here is the face of elsewhere. */
const SAME_FACE_IOU = 0.5;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A photo of another store, without what makes its faces known. */
export interface PhotoOfElsewhere {
  readonly assetId: string;
  readonly checksum: string;
  readonly image: Size;
  readonly faces: readonly {
    readonly faceId: string;
    readonly personId: string | null;
    readonly box: Box;
    readonly score: number;
    readonly quality: { readonly value: number; readonly reasons: readonly string[] };
  }[];
}

/** The record that waits for the photo, so that its faces keep their ids and people when it comes. */
export function importedPhoto(
  photo: PhotoOfElsewhere,
  { ownerId, sequence }: { ownerId: string; sequence: number },
): PhotoRecord {
  const { assetId, checksum, image, faces } = photo;
  return {
    ownerId,
    assetId,
    sequence,
    revision: 1,
    runId: 'import',
    path: null,
    checksum,
    image,
    model: { pack: IMPORTED_PACK, descriptorRevision: 0, engine: 'none', detector: 'none' },
    faces: faces.map(({ quality, ...face }) => ({
      ...face,
      quality: { value: quality.value, reasons: quality.reasons as readonly LowQualityReason[] },
      isNewPerson: false,
      assignedBy: 'auto',
      landmarks: [],
      descriptor: null,
      distance: null,
      nearestFaceId: null,
      explanation: { rule: 'imported', threshold: 0, margin: 0, candidates: [] },
    })),
    removed: false,
    timings: {},
    decidedAt: new Date().toISOString(),
  };
}

/** Whether a record was imported and its photo has not come yet. */
export function isWaiting({ model, removed }: Pick<PhotoRecord, 'model' | 'removed'>): boolean {
  return model.pack === IMPORTED_PACK && !removed;
}

/**
 * The record as the earlier run of the photo that has come now, with its faces where they lie at today's
 * size: a preview was looked at before, and now a larger one, or the original. It gets today's checksum
 * where it is taken for the same picture though its bytes are others: an imported record, and one of a
 * picture that was made anew. Of pictures of another shape the places say nothing.
 */
export function asEarlierRun(former: PhotoRecord, seen: SeenPhoto): PhotoRecord {
  const isMeant = isWaiting(former);
  if (!isMeant) {
    if (former.checksum === seen.checksum || !isOfOneShape(former.image, seen.image)) return former;
  }
  const faces = former.faces.map((face) => scaleFace(face, former.image, seen.image));
  const isSame = isMeant || isPictureMadeAnew(former, seen);
  const checksum = isSame ? seen.checksum : former.checksum;
  return { ...former, checksum, image: seen.image, faces };
}

/** For each face of elsewhere the face here: by id, else by place, each once; null: none. */
export function pairWithMoved(
  photo: PhotoOfElsewhere,
  record: PhotoRecord,
): [PhotoOfElsewhere['faces'][number], FaceRecord | null][] {
  const left = new Set(record.faces);
  const take = (face: FaceRecord | undefined): FaceRecord | null => {
    if (face === undefined) return null;
    left.delete(face);
    return face;
  };
  const byId = photo.faces.map((moved) =>
    take(record.faces.find(({ faceId }) => faceId === moved.faceId)),
  );
  return photo.faces.map((moved, i) => {
    const box = scaleBox(moved.box, photo.image, record.image);
    const found = byId[i] ?? take(bestOverlap(box, [...left]));
    return [moved, found];
  });
}

function bestOverlap(box: Box, faces: readonly FaceRecord[]): FaceRecord | undefined {
  return faces
    .map((face) => ({ face, iou: boxIou(box, face.box) }))
    .filter(({ iou }) => iou > SAME_FACE_IOU)
    .sort((a, b) => b.iou - a.iou)[0]?.face;
}
