import { ServedUntil, type QueueSight } from '../../../src/immich/sink/served-until.ts';

const look = (seconds: number, lastId: number, oldestId: number | null): QueueSight => ({
  ...{ atMillis: seconds * 1000, lastId, oldestId },
});

test('all is served while nothing is left', () => {
  expect(new ServedUntil().see(look(5, 40, null))).toBe(5000);
});

test('what was queued before a look is served once the oldest job is younger', () => {
  const served = new ServedUntil();
  expect(served.see(look(10, 40, 1))).toBeNull();
  expect(served.see(look(20, 60, 40))).toBeNull();
  expect(served.see(look(30, 900, 41))).toBe(10_000);
  expect(served.see(look(40, 950, 200))).toBe(20_000);
  expect(served.see(look(50, 950, 900))).toBe(20_000);
  expect(served.see(look(60, 1200, 951))).toBe(50_000);
});

test('an emptied Redis, whose ids begin anew, leaves nothing served that may not be', () => {
  const served = new ServedUntil();
  served.see(look(10, 5000, 10));
  expect(served.see(look(20, 3, 1))).toBeNull();
  expect(served.see(look(30, 9, 4))).toBe(20_000);
});

test('a backlog of days is looked at a few thousand times at most in memory, and still ends', () => {
  const served = new ServedUntil();
  for (let i = 0; i < 20_000; i++) expect(served.see(look(i * 15, 1_000_000 + i, 1))).toBeNull();
  const until = served.see(look(300_001, 1_020_000, 1_015_000))!;
  expect(until).toBeLessThanOrEqual(15_000 * 15_000);
  expect(until).toBeGreaterThan(14_000 * 15_000);
});
