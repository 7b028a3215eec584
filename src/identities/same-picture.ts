import { sameModel } from '../descriptors/descriptor.ts';
import type { SeenPhoto } from '../descriptors/seen-photo.ts';
import { boxIou, type Box } from '../faces/face.ts';
import type { FaceRecord, PhotoRecord } from './photo-record.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Overlap of a face with itself on a picture that was made anew; chance hardly comes that near. */
const IN_PLACE_IOU = 0.8;
/** Sides are rounded to whole pixels. */
const MOST_RATIO_DIFFERENCE = 0.01;

/**
 * Whether another file, described by another model, shows the picture of the record: of one shape, with
 * more than half of the record's faces in their places. Immich makes previews anew (another size,
 * format or quality), so neither bytes nor, after a raised revision, descriptors say that it is one;
 * and if nothing did, a photo that lives through both would lose ids, names and corrections. A job
 * carries nothing else of the picture's identity. While the model is the same this is not asked: there
 * the descriptors of each face must agree as well as its place at the new size, so a picture that was
 * replaced inherits nobody by its place.
 */
export function isPictureMadeAnew(former: PhotoRecord, seen: SeenPhoto): boolean {
  if (former.removed || sameModel(former.model, seen.model)) return false;
  if (!isOfOneShape(former.image, seen.image)) return false;
  const inPlace = former.faces.filter((record) => {
    const box = scaleBox(record.box, former.image, seen.image);
    return seen.faces.some((face) => boxIou(face.box, box) >= IN_PLACE_IOU);
  });
  return inPlace.length > former.faces.length / 2;
}

/** The box where it lies on the picture at another size. */
export function scaleBox({ x, y, width, height }: Box, from: Size, to: Size): Box {
  const [across, down] = [to.width / from.width, to.height / from.height];
  return { x: x * across, y: y * down, width: width * across, height: height * down };
}

/** The face with box and landmarks where they lie on the picture at another size. */
export function scaleFace(face: FaceRecord, from: Size, to: Size): FaceRecord {
  const [across, down] = [to.width / from.width, to.height / from.height];
  const landmarks = face.landmarks.map((value, i) => value * (i % 2 === 0 ? across : down));
  return { ...face, box: scaleBox(face.box, from, to), landmarks };
}

/** Whether the one size is the other made larger or smaller. */
export function isOfOneShape(a: Size, b: Size): boolean {
  const [one, other] = [a.width * b.height, b.width * a.height];
  return Math.abs(one - other) <= MOST_RATIO_DIFFERENCE * Math.max(one, other);
}
