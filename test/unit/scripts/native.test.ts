import { hasAvx } from '../../../scripts/native/tfjs-node.ts';
import { wheelFor } from '../../../scripts/native/tensorflow-wheel.ts';

describe('wheelFor', () => {
  const linux = { platform: 'linux', usesGlibc: true } as const;

  test('x86-64 and aarch64 Linux have a wheel each, with its SHA-256', () => {
    const wheels = (['x64', 'arm64'] as const).map((arch) => wheelFor({ ...linux, arch }));
    expect(wheels.map((wheel) => [wheel?.project, wheel?.platform])).toEqual([
      ['tensorflow-cpu', 'manylinux_2_27_x86_64'],
      ['tensorflow', 'manylinux_2_27_aarch64'],
    ]);
    for (const wheel of wheels) expect(wheel?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    { platform: 'linux', arch: 'arm', usesGlibc: true },
    { platform: 'linux', arch: 'x64', usesGlibc: false },
    { platform: 'darwin', arch: 'arm64', usesGlibc: false },
  ] as const)('none for $platform $arch (glibc: $usesGlibc)', (machine) => {
    expect(wheelFor(machine)).toBeUndefined();
  });
});

describe('hasAvx', () => {
  test('is read from the flags of the CPU, as a whole word', () => {
    expect(hasAvx('model name\t: Xeon\nflags\t\t: fpu sse4_2 avx avx2\n')).toBe(true);
    expect(hasAvx('model name\t: Celeron avx\nflags\t\t: fpu sse4_2 avx2x\n')).toBe(false);
  });

  test('is left to the load test where the system does not tell', () => {
    expect(hasAvx('')).toBe(true);
  });
});
