import {
  mostPassedBy,
  nextSample,
  slopeMiBPer1000Jobs,
  type SteadySample,
} from '../../../scripts/soak/steady-worker.ts';

const ever = Array.from({ length: 200 }, (_, i) => i);

test('garbage that comes and goes is no growth, and a leak below it is', () => {
  const samples = (grows: number): SteadySample[] =>
    ever.map((i) => ({ jobs: i * 200, photos: i * 50, rssMiB: 200 + (i % 12) * 10 + grows * i }));
  expect(slopeMiBPer1000Jobs(samples(0))).toBeCloseTo(0, 0);
  // A fifth of a thousand photos a sample.
  expect(slopeMiBPer1000Jobs(samples(1))).toBeCloseTo(5, 0);
  expect(slopeMiBPer1000Jobs([])).toBe(0);
});

test('a worker that hangs is told by how many photos the others did meanwhile', () => {
  const samples = (hangsFrom: number): SteadySample[] =>
    ever.map((i) => ({ jobs: i * 200, photos: Math.min(i, hangsFrom) * 50, rssMiB: 200 }));
  expect(mostPassedBy(samples(Infinity))).toBe(0);
  expect(mostPassedBy(samples(150))).toBe(49 * 200);
  expect(mostPassedBy([])).toBe(0);
  const frozen = [samples(Infinity)[0]];
  for (const jobs of [2000, 4000, 6000]) {
    const next = nextSample(jobs, null, frozen.at(-1));
    if (next !== null) frozen.push(next);
  }
  expect(mostPassedBy(frozen.flatMap((sample) => sample ?? []))).toBe(6000);
  expect(nextSample(1, null, undefined)).toBeNull();
});
