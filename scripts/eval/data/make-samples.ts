import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import sharp, { type Sharp } from 'sharp';

import { root } from '../../native/run.ts';
import type { PhotoPair, PhotoSet } from './labelled-photo.ts';
import { makeOnce } from './make-once.ts';
import { readGroundTruth, type TruthPhoto } from './read-ground-truth.ts';

/** Side of the square that is cut around a face, in pixels of a sample. */
const CUT_PX = 400;
const GREY = '#808080';

/** Each face as other photos of it might show it; the names are parts of file names. */
const VARIANTS: Readonly<Record<string, (face: Sharp) => Sharp>> = {
  plain: (face) => face,
  tilted: (face) => face.rotate(20, { background: GREY }),
  leaning: (face) => face.rotate(-35, { background: GREY }),
  dark: (face) => face.modulate({ brightness: 0.45, saturation: 0.8 }),
  small: (face) => face.resize(120).resize(240),
};

/** Faces of two photos that show the same woman. */
const SAME_PERSON: Readonly<Record<string, string>> = { 'sample3-2': 'sample1-3' };

/**
 * What anyone can measure on, made from the six photos of the face-api package: where their 22 faces
 * are, and a set of the faces cut out and changed, whose pairs are one face's variants and, as two
 * people, the faces of one photo.
 */
export async function makeSamples(
  folder: string,
): Promise<{ truths: TruthPhoto[]; set: PhotoSet }> {
  const packageFile = createRequire(__filename).resolve('@vladmandic/face-api/package.json');
  const labels = path.join(root, 'scripts/eval/samples.json');
  const demo = path.join(path.dirname(packageFile), 'demo');
  const truths = (await readGroundTruth(labels)).map((truth) => ({
    ...truth,
    path: path.join(demo, path.basename(truth.path)),
  }));
  await mkdir(folder, { recursive: true });
  const photos: { path: string; person: string; sample: string }[] = [];
  for (const truth of truths) {
    const sample = path.basename(truth.path, '.jpg');
    for (const [number, nose] of (truth.noses ?? []).entries()) {
      for (const [variant, change] of Object.entries(VARIANTS)) {
        const face = `${sample}-${number + 1}`;
        const person = SAME_PERSON[face] ?? face;
        const file = path.join(folder, `${face}-${variant}.png`);
        await makeOnce(file, () => cut(truth.path, nose, change));
        photos.push({ path: file, person, sample });
      }
    }
  }
  const set: PhotoSet = {
    name: 'samples',
    photos,
    pairs: pairsOf(photos),
    folds: 0,
    labelledFace: 'central',
  };
  return { truths, set };
}

function pairsOf(photos: readonly { person: string; sample: string }[]): PhotoPair[] {
  return photos.flatMap((one, first) =>
    photos.flatMap((other, second) =>
      second > first && one.sample === other.sample
        ? [{ first, second, same: one.person === other.person, fold: 0 }]
        : [],
    ),
  );
}

async function cut(
  file: string,
  [x, y]: readonly [number, number],
  change: (face: Sharp) => Sharp,
): Promise<Buffer> {
  const { width, height } = await sharp(file).metadata();
  const left = Math.max(0, Math.min(width - CUT_PX, Math.round(x - CUT_PX / 2)));
  const top = Math.max(0, Math.min(height - CUT_PX, Math.round(y - CUT_PX / 2)));
  // Two steps: sharp would turn before it cuts, whatever the order of the calls.
  const face = await sharp(file)
    .extract({ left, top, width: CUT_PX, height: CUT_PX })
    .png()
    .toBuffer();
  return change(sharp(face)).png().toBuffer();
}
