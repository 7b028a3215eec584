import { describeChips, FACES_AT_ONCE } from '../descriptors/describe-chips.ts';
import { DESCRIPTOR_REVISION } from '../descriptors/descriptor.ts';
import type { SeenFace, SeenPhoto } from '../descriptors/seen-photo.ts';
import { cutChips } from '../faces/chips.ts';
import type { Detection } from '../faces/decode-detections.ts';
import { detectFaces, lookFurther } from '../faces/detect-faces.ts';
import { findLandmarks } from '../faces/landmarks.ts';
import type { DetectOptions } from '../faces/look.ts';
import { assessQuality } from '../faces/quality.ts';
import { decodePhoto } from '../image/decode-photo.ts';
import type { UprightImage } from '../image/pixels.ts';
import { readPhoto } from '../image/read-photo.ts';
import { FACE_API_PACK, type FaceNets } from '../nets/net.ts';

/** A photo by its path, or its bytes when it is nowhere kept. */
export type PhotoSource = string | Uint8Array;

/** A photo to be looked at. */
export interface LookWish {
  readonly source: PhotoSource;
  /** It stands upright also where its file does not say so. */
  readonly isUpright: boolean;
  /** When it was taken, as `SeenPhoto` has it, where that is known better than its file does. */
  readonly takenAt?: string | undefined;
}

export interface LookOptions {
  readonly limits: { readonly maxPhotoBytes: number; readonly maxPhotoPixels: number };
  readonly detect: DetectOptions;
}

/** Longest side of the pixels that faces are cut from. */
const MAX_EDGE_PX = 2560;

/** One photo from file to described faces: read, decode, detect, look further, landmarks, align, describe. */
export async function lookAtPhoto(
  { source, isUpright }: LookWish,
  nets: FaceNets,
  options: LookOptions,
): Promise<SeenPhoto> {
  const clock = startClock();
  const bytes = await clock.time('readMillis', () => bytesOf(source, options.limits));
  const image = await clock.time('decodeMillis', () =>
    decodePhoto(bytes, { ...options.limits, maxEdgePx: MAX_EDGE_PX, isUpright }),
  );
  const first = await clock.time('detectMillis', () => detectFaces(image, nets, options.detect));
  const detections = await clock.time('lookFurtherMillis', () =>
    lookFurther(image, first, { nets, options: options.detect }),
  );
  const landmarks = await clock.time('landmarksMillis', () =>
    findLandmarks(image, detections, nets),
  );
  const faces = await clock.time('describeMillis', () =>
    describeFaces(image, { detections, landmarks }, nets),
  );
  return {
    image: { width: image.widthPx, height: image.heightPx },
    checksum: image.checksum,
    faces,
    model: {
      pack: FACE_API_PACK,
      descriptorRevision: DESCRIPTOR_REVISION,
      engine: nets.engine,
      detector: nets.detectorName,
    },
    timings: clock.timings,
  };
}

/** The photo's bytes; what came without a path is bounded by who took it in. */
export function bytesOf(
  source: PhotoSource,
  limits: { readonly maxPhotoBytes: number },
): Promise<Buffer> {
  if (typeof source === 'string') return readPhoto(source, limits);
  return Promise.resolve(Buffer.from(source.buffer, source.byteOffset, source.byteLength));
}

/** Cuts and describes a few faces at a time: the crops of a crowd would take half a megabyte each. */
async function describeFaces(
  image: UprightImage,
  found: { readonly detections: readonly Detection[]; readonly landmarks: readonly number[][] },
  nets: FaceNets,
): Promise<SeenFace[]> {
  const faces: SeenFace[] = [];
  for (let start = 0; start < found.detections.length; start += FACES_AT_ONCE) {
    const landmarks = found.landmarks.slice(start, start + FACES_AT_ONCE);
    const chips = landmarks.map((points) => cutChips(image, points));
    const described = await describeChips(chips, nets);
    described.forEach(({ descriptor, disagreement, refusal }, i) => {
      const detection = found.detections[start + i] as Detection;
      const points = landmarks[i] ?? [];
      const chip = chips[i]?.[0] ?? null;
      const quality = assessQuality(image, detection, { landmarks: points, chip, disagreement });
      const { box, score } = detection;
      faces.push({
        box,
        score,
        landmarks: points,
        quality,
        descriptor,
        descriptorRefusal: refusal,
      });
    });
  }
  return faces;
}

function startClock(): {
  readonly timings: Record<string, number>;
  time<T>(stage: string, work: () => Promise<T>): Promise<T>;
} {
  const timings: Record<string, number> = {};
  return {
    timings,
    async time(stage, work) {
      const start = performance.now();
      const result = await work();
      timings[stage] = Math.round((performance.now() - start) * 10) / 10;
      return result;
    },
  };
}
