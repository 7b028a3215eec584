import { CHIP_LENGTH, CHIP_PX } from '../faces/chips.ts';
import { mirrorSquare } from '../image/warp.ts';
import type { FaceNets } from '../nets/net.ts';
import { DESCRIPTOR_LENGTH, refuseDescriptor, type DescriptorRefusal } from './descriptor.ts';

/** A descriptor, or why there is none. */
export type Described =
  | { readonly descriptor: Float32Array; readonly refusal: null }
  | { readonly descriptor: null; readonly refusal: DescriptorRefusal | 'not-aligned' };

/** Faces given to the net at once, each with its mirror image; bounds memory on crowds. */
const BATCH = 8;

/**
 * Describes aligned crops in batches: the mean over a crop and its mirror image, brought to unit
 * length. The answer has one entry for each chip, at the chip's own place; a missing chip or an
 * unsound descriptor is an entry with its reason, so that descriptors never shift to another face.
 */
export async function describeChips(
  chips: readonly (Float32Array | null)[],
  nets: FaceNets,
): Promise<Described[]> {
  const described: Described[] = chips.map(() => ({ descriptor: null, refusal: 'not-aligned' }));
  const present = chips.flatMap((chip, place) => (chip === null ? [] : [{ chip, place }]));
  for (let start = 0; start < present.length; start += BATCH) {
    const batch = present.slice(start, start + BATCH);
    const values = await runWithMirrors(
      batch.map(({ chip }) => chip),
      nets,
    );
    batch.forEach(({ place }, i) => {
      described[place] = combine(
        values.subarray(i * 2 * DESCRIPTOR_LENGTH, (i + 1) * 2 * DESCRIPTOR_LENGTH),
      );
    });
  }
  return described;
}

async function runWithMirrors(
  chips: readonly Float32Array[],
  nets: FaceNets,
): Promise<Float32Array> {
  const data = new Float32Array(chips.length * 2 * CHIP_LENGTH);
  chips.forEach((chip, i) => {
    const from = i * 2 * CHIP_LENGTH;
    data.set(chip, from);
    mirrorSquare({ source: data, from, sizePx: CHIP_PX, target: data, to: from + CHIP_LENGTH });
  });
  const shape = [chips.length * 2, CHIP_PX, CHIP_PX, 3];
  const [output] = await nets.recognition.run({ data, shape });
  if (output?.data.length !== chips.length * 2 * DESCRIPTOR_LENGTH) {
    throw new TypeError(
      `expected [${chips.length * 2}, ${DESCRIPTOR_LENGTH}] from the recognition net`,
    );
  }
  return output.data;
}

/** Mean of a crop's and its mirror's values at unit length; sound, or refused with the reason. */
function combine(pair: Float32Array): Described {
  const sum = new Float32Array(DESCRIPTOR_LENGTH);
  let squaredLength = 0;
  for (let i = 0; i < DESCRIPTOR_LENGTH; i++) {
    const value = (pair[i] as number) + (pair[i + DESCRIPTOR_LENGTH] as number);
    sum[i] = value;
    squaredLength += value * value;
  }
  if (squaredLength < 1e-12) return { descriptor: null, refusal: 'zero' };
  const descriptor = sum.map((value) => value / Math.sqrt(squaredLength));
  const refusal = refuseDescriptor(descriptor);
  return refusal === null ? { descriptor, refusal } : { descriptor: null, refusal };
}
