import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { SeenFace, SeenPhoto } from '../../src/descriptors/seen-photo.ts';
import { seededRandom } from '../harness/random.ts';

/** What the nets saw on each recorded photo. */
export interface Recordings {
  /** Names the photos, for the report. */
  readonly source: string;
  readonly photos: readonly SeenPhoto[];
}

/** Its descriptors are plain lists: JSON knows no Float32Array. */
interface RecordingsFile {
  readonly source: string;
  readonly photos: readonly (Omit<SeenPhoto, 'faces'> & {
    readonly faces: readonly (Omit<SeenFace, 'descriptor'> & {
      readonly descriptor: readonly number[] | null;
    })[];
  })[];
}

/**
 * Distance from a recorded descriptor at which another photo's copy lies: photos of one person are
 * some 0.3 apart, and no two photos are the same.
 */
const BLUR = 0.1;

export async function readRecordings(file: string): Promise<Recordings> {
  const { source, photos } = JSON.parse(await readFile(file, 'utf8')) as RecordingsFile;
  return {
    source,
    photos: photos.map((photo) => ({
      ...photo,
      faces: photo.faces.map((face) => ({
        ...face,
        descriptor: face.descriptor === null ? null : Float32Array.from(face.descriptor),
      })),
    })),
  };
}

export function toJson({ source, photos }: Recordings): string {
  const plain: RecordingsFile = {
    source,
    photos: photos.map((photo) => ({
      ...photo,
      faces: photo.faces.map((face) => ({
        ...face,
        descriptor: face.descriptor === null ? null : Array.from(face.descriptor),
      })),
    })),
  };
  return JSON.stringify(plain);
}

/** The `number`-th photo of a soak: a recorded one, its descriptors moved a little. */
export function photoOf(recordings: Recordings, number: number, seed: number): SeenPhoto {
  const recorded = recordings.photos[recordingOf(recordings, number)] as SeenPhoto;
  const random = seededRandom(seed, number);
  return {
    ...recorded,
    checksum: createHash('sha256').update(`${seed} ${number}`).digest('hex'),
    faces: recorded.faces.map((face) => ({
      ...face,
      descriptor: face.descriptor === null ? null : moved(face.descriptor, random),
    })),
  };
}

/** The photo of a number as the nets saw it, and which recorded photo it is a copy of. */
export interface Copy {
  readonly seen: SeenPhoto;
  readonly recording: number;
}

export function copiesOf(recordings: Recordings, seed: number): (number: number) => Copy {
  return (number) => ({
    seen: photoOf(recordings, number, seed),
    recording: recordingOf(recordings, number),
  });
}

function recordingOf({ photos }: Recordings, number: number): number {
  return number % photos.length;
}

function moved(descriptor: Float32Array, random: () => number): Float32Array {
  const step = descriptor.map(() => random() - 0.5);
  const scale = BLUR / Math.hypot(...step);
  const near = descriptor.map((value, i) => value + (step[i] as number) * scale);
  const length = Math.hypot(...near);
  return near.map((value) => value / length);
}
