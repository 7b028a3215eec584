import { CHIP_LENGTH, CHIP_PX, CROPS, type Chips } from '../faces/chips.ts';
import { mirrorSquare } from '../image/warp.ts';
import type { FaceNets } from '../nets/net.ts';
import { DESCRIPTOR_LENGTH, refuseDescriptor, type DescriptorRefusal } from './descriptor.ts';
import { distanceBetween } from './distance.ts';

/**
 * A descriptor, or why there is none. `disagreement` is how far (Euclidean, at unit length) the
 * face's first two crops lie apart; null without a descriptor.
 */
export type Described =
  | { readonly descriptor: Float32Array; readonly disagreement: number; readonly refusal: null }
  | {
      readonly descriptor: null;
      readonly disagreement: null;
      readonly refusal: DescriptorRefusal | 'not-aligned';
    };

/** Faces given to the net at once, with all their crops; bounds memory on crowds. */
export const FACES_AT_ONCE = 4;

/**
 * Describes aligned crops in batches: the mean over a face's crops, brought to unit length. The
 * answer has one entry for each face, at its own place; missing chips or an unsound descriptor are an
 * entry with its reason, so that descriptors never shift to another face.
 */
export async function describeChips(
  chips: readonly (Chips | null)[],
  nets: FaceNets,
): Promise<Described[]> {
  const described = chips.map((): Described => refused('not-aligned'));
  const present = chips.flatMap((ofFace, place) => (ofFace === null ? [] : [{ ofFace, place }]));
  for (let start = 0; start < present.length; start += FACES_AT_ONCE) {
    const batch = present.slice(start, start + FACES_AT_ONCE);
    const values = await runOnCrops(
      batch.map(({ ofFace }) => ofFace),
      nets,
    );
    batch.forEach(({ place }, i) => {
      const from = i * CROPS.length;
      described[place] = combine(values.slice(from, from + CROPS.length));
    });
  }
  return described;
}

/** What the net says of each crop, face after face. */
async function runOnCrops(chips: readonly Chips[], nets: FaceNets): Promise<Float32Array[]> {
  const count = chips.length * CROPS.length;
  const data = new Float32Array(count * CHIP_LENGTH);
  chips.flat().forEach((source, i) => {
    const to = i * CHIP_LENGTH;
    if (CROPS[i % CROPS.length]?.isMirrored === true) {
      mirrorSquare({ source, from: 0, sizePx: CHIP_PX, target: data, to });
    } else data.set(source, to);
  });
  const [output] = await nets.recognition.run({ data, shape: [count, CHIP_PX, CHIP_PX, 3] });
  if (output?.data.length !== count * DESCRIPTOR_LENGTH) {
    throw new TypeError(`expected [${count}, ${DESCRIPTOR_LENGTH}] from the recognition net`);
  }
  return Array.from({ length: count }, (_, i) =>
    output.data.subarray(i * DESCRIPTOR_LENGTH, (i + 1) * DESCRIPTOR_LENGTH),
  );
}

/** Mean of a face's values at unit length; sound, or refused with the reason. */
function combine(crops: readonly Float32Array[]): Described {
  const sum = new Float32Array(DESCRIPTOR_LENGTH);
  for (const crop of crops) crop.forEach((value, i) => (sum[i] = (sum[i] as number) + value));
  if (Math.hypot(...sum) < 1e-6) return refused('zero');
  const descriptor = toUnitLength(sum);
  const refusal = refuseDescriptor(descriptor);
  if (refusal !== null) return refused(refusal);
  const [first, second] = crops as readonly [Float32Array, Float32Array];
  const disagreement = distanceBetween(toUnitLength(first), toUnitLength(second));
  return { descriptor, disagreement, refusal };
}

function toUnitLength(values: Float32Array): Float32Array {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function refused(refusal: DescriptorRefusal | 'not-aligned'): Described {
  return { descriptor: null, disagreement: null, refusal };
}
