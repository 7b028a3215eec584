import path from 'node:path';

import { z } from 'zod';

import type { Box } from '../../../src/faces/face.ts';
import { messageOf } from '../../../src/errors.ts';
import { readText, unusable } from './read-text.ts';

/** What is known of a photo; null where nobody has said. */
export interface TruthPhoto {
  readonly path: string;
  /** Whose face it is, on photos of one person. */
  readonly person: string | null;
  /** People who are on the photo, perhaps beside others. */
  readonly peoplePresent: readonly string[];
  readonly faces: number | null;
  readonly boxes: readonly Box[] | null;
  /** Where a found face is neither right nor wrong. */
  readonly ignored: readonly Box[];
  /** Tips of noses, in pixels of the upright photo. */
  readonly noses: readonly (readonly [number, number])[] | null;
}

const number = z.number();
const boxes = z.array(z.tuple([number, number, number, number]));
const GroundTruth = z.array(
  z.object({
    path: z.string(),
    person: z.string().nullish(),
    persons_present: z.array(z.string()).nullish(),
    faces: number.nullish(),
    boxes_xywh: boxes.nullish(),
    ignore_xywh: boxes.nullish(),
    noses: z.array(z.tuple([number, number])).nullish(),
  }),
);

/** Reads labels in the form of the album's ground-truth.json; paths are below the file's folder. */
export async function readGroundTruth(file: string): Promise<TruthPhoto[]> {
  const text = await readText(file);
  try {
    return GroundTruth.parse(JSON.parse(text)).map((photo) => ({
      path: path.resolve(path.dirname(file), photo.path),
      person: photo.person ?? null,
      peoplePresent: photo.persons_present ?? [],
      faces: photo.faces ?? null,
      boxes: photo.boxes_xywh?.map(toBox) ?? null,
      ignored: photo.ignore_xywh?.map(toBox) ?? [],
      noses: photo.noses ?? null,
    }));
  } catch (cause) {
    throw unusable(
      file,
      `expected a list of { path, person?, faces?, boxes_xywh?, noses? }, got: ${messageOf(cause)}`,
      cause,
    );
  }
}

function toBox([x, y, width, height]: readonly [number, number, number, number]): Box {
  return { x, y, width, height };
}
