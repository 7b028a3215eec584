import { CHIP_LENGTH, CHIP_PX, type Chips } from '../faces/chips.ts';
import { mirrorSquare } from '../image/warp.ts';
import type { FaceNets } from '../nets/net.ts';
import { DESCRIPTOR_LENGTH, refuseDescriptor, type DescriptorRefusal } from './descriptor.ts';

/**
 * A descriptor, or why there is none. `disagreement` is how far (Euclidean, at unit length) the
 * face's own two crops lie apart; null without a descriptor.
 */
export type Described =
  | { readonly descriptor: Float32Array; readonly disagreement: number; readonly refusal: null }
  | {
      readonly descriptor: null;
      readonly disagreement: null;
      readonly refusal: DescriptorRefusal | 'not-aligned';
    };

/** Faces given to the net at once, two crops each; bounds memory on crowds. */
export const FACES_AT_ONCE = 8;

/**
 * Describes aligned crops in batches: the mean over the near crop and the mirror image of the wide
 * one, brought to unit length. The answer has one entry for each face, at its own place; missing
 * chips or an unsound descriptor are an entry with its reason, so that descriptors never shift to
 * another face.
 */
export async function describeChips(
  chips: readonly (Chips | null)[],
  nets: FaceNets,
): Promise<Described[]> {
  const described = chips.map((): Described => refused('not-aligned'));
  const present = chips.flatMap((ofFace, place) => (ofFace === null ? [] : [{ ofFace, place }]));
  for (let start = 0; start < present.length; start += FACES_AT_ONCE) {
    const batch = present.slice(start, start + FACES_AT_ONCE);
    const values = await runOnPairs(
      batch.map(({ ofFace }) => ofFace),
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

async function runOnPairs(chips: readonly Chips[], nets: FaceNets): Promise<Float32Array> {
  const data = new Float32Array(chips.length * 2 * CHIP_LENGTH);
  chips.forEach(({ near, wide }, i) => {
    const from = i * 2 * CHIP_LENGTH;
    data.set(near, from);
    mirrorSquare({ source: wide, from: 0, sizePx: CHIP_PX, target: data, to: from + CHIP_LENGTH });
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

/** Mean of a pair of crops' values at unit length; sound, or refused with the reason. */
function combine(pair: Float32Array): Described {
  const [near, wide] = [pair.subarray(0, DESCRIPTOR_LENGTH), pair.subarray(DESCRIPTOR_LENGTH)];
  const sum = near.map((value, i) => value + (wide[i] as number));
  const length = Math.hypot(...sum);
  if (length < 1e-6) return refused('zero');
  const descriptor = sum.map((value) => value / length);
  const refusal = refuseDescriptor(descriptor);
  if (refusal !== null) return refused(refusal);
  const [nearLength, wideLength] = [Math.hypot(...near), Math.hypot(...wide)];
  const apart = near.map((value, i) => value / nearLength - (wide[i] as number) / wideLength);
  return { descriptor, disagreement: Math.hypot(...apart), refusal };
}

function refused(refusal: DescriptorRefusal | 'not-aligned'): Described {
  return { descriptor: null, disagreement: null, refusal };
}
