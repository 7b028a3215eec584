import { describeChips } from '../../../src/descriptors/describe-chips.ts';
import { refuseDescriptor } from '../../../src/descriptors/descriptor.ts';
import { CHIP_LENGTH, CROPS, type Chips } from '../../../src/faces/chips.ts';
import type { FaceNets, Tensor } from '../../../src/nets/net.ts';

/** Nets whose recogniser is a known function of the crop, so that order and pairing show. */
function netsWith(describe: (crop: Float32Array) => number[]): FaceNets {
  const recognition = {
    run: (input: Tensor): Promise<Tensor[]> => {
      const count = input.shape[0] ?? 0;
      const data = new Float32Array(count * 128);
      for (let i = 0; i < count; i++) {
        data.set(describe(input.data.subarray(i * CHIP_LENGTH, (i + 1) * CHIP_LENGTH)), i * 128);
      }
      return Promise.resolve([{ data, shape: [count, 128] }]);
    },
  };
  const unused = { run: () => Promise.reject(new Error('not asked for')) };
  return {
    engine: 'wasm',
    detectorName: 'ssd',
    detector: unused,
    landmarks: unused,
    recognition,
    close: () => undefined,
  };
}

const flatChip = (value: number): Float32Array => new Float32Array(CHIP_LENGTH).fill(value);
const flatChips = (value: number): Chips => CROPS.map(() => flatChip(value));
const oneHot = (place: number, value = 1): number[] => {
  const values = new Array<number>(128).fill(0);
  values[place] = value;
  return values;
};

test('each chip keeps its place, also beside missing ones and over batches', async () => {
  const chips = Array.from({ length: 21 }, (_, i) => (i % 5 === 3 ? null : flatChips(i)));
  const described = await describeChips(
    chips,
    netsWith((crop) => oneHot(crop[0] ?? 0, 7)),
  );
  expect(described).toHaveLength(21);
  described.forEach((entry, i) => {
    if (i % 5 === 3) expect(entry).toMatchObject({ descriptor: null, refusal: 'not-aligned' });
    else expect(Array.from(entry.descriptor ?? [])).toEqual(oneHot(i));
  });
});

test('a descriptor is the mean of all crops, some of them mirrored, at unit length', async () => {
  const chips = CROPS.map((_, i) => {
    const chip = flatChip(i);
    chip[0] = 99; // the left top corner, which a mirror image has at the right
    return chip;
  });
  const [entry] = await describeChips(
    [chips],
    netsWith((crop) => {
      const which = crop[3] ?? 0;
      return oneHot(crop[0] === 99 ? which : which + 50, 5);
    }),
  );
  const expected = new Array<number>(128).fill(0);
  CROPS.forEach(({ isMirrored }, i) => {
    expected[isMirrored ? i + 50 : i] = 1 / Math.sqrt(CROPS.length);
  });
  entry?.descriptor?.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN);
  });
  expect(CROPS.some(({ isMirrored }) => isMirrored)).toBe(true);
  expect(entry?.disagreement).toBeCloseTo(Math.SQRT2);
});

test('zeros and NaN are refused at their own place only', async () => {
  const described = await describeChips(
    [flatChips(1), flatChips(2), flatChips(3)],
    netsWith((crop) => {
      if (crop[0] === 1) return new Array<number>(128).fill(0);
      return crop[0] === 2 ? oneHot(5, Number.NaN) : oneHot(6);
    }),
  );
  expect(described.map(({ refusal }) => refusal)).toEqual(['zero', 'not-finite', null]);
});

test('refuseDescriptor names what is wrong', () => {
  expect(refuseDescriptor(oneHot(3))).toBeNull();
  expect(refuseDescriptor(oneHot(3).slice(1))).toBe('wrong-length');
  expect(refuseDescriptor(oneHot(3, 0))).toBe('zero');
  expect(refuseDescriptor(oneHot(3, 2))).toBe('not-unit-length');
  expect(refuseDescriptor(oneHot(3, Number.POSITIVE_INFINITY))).toBe('not-finite');
});
