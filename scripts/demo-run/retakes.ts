import path from 'node:path';

import sharp, { type Sharp } from 'sharp';

interface Retake {
  readonly of: string;
  /** Says in the file's name what was done. */
  readonly how: string;
  readonly make: (photo: Sharp) => Sharp;
}

const GREY = '#808080';

/** Each sample once more, as another picture of the same scene might show it. */
const RETAKES: readonly Retake[] = [
  {
    of: 'sample1',
    how: 'closer',
    make: (photo) => photo.extract({ left: 200, top: 100, width: 1600, height: 1000 }).resize(1100),
  },
  { of: 'sample2', how: 'tilted', make: (photo) => photo.rotate(12, { background: GREY }) },
  { of: 'sample3', how: 'darker', make: (photo) => photo.modulate({ brightness: 0.6 }) },
  {
    of: 'sample4',
    how: 'tilted-and-small',
    make: (photo) => photo.rotate(-15, { background: GREY }).resize(1000),
  },
  { of: 'sample5', how: 'small', make: (photo) => photo.resize(800) },
  {
    of: 'sample6',
    how: 'brighter',
    make: (photo) => photo.modulate({ brightness: 1.3, saturation: 0.7 }),
  },
];

/** Makes the retakes of the sample photos in `folder`; answers with their paths. */
export async function makeRetakes(samples: readonly string[], folder: string): Promise<string[]> {
  const made: string[] = [];
  for (const { of, how, make } of RETAKES) {
    const sample = samples.find((file) => path.basename(file, '.jpg') === of);
    if (sample === undefined) continue;
    const file = path.join(folder, `retake-of-${of}-${how}.jpg`);
    // Two steps: sharp would turn before it cuts, whatever the order of the calls.
    const retake = await make(sharp(sample)).png().toBuffer();
    await sharp(retake).jpeg({ quality: 85 }).toFile(file);
    made.push(file);
  }
  return made;
}
