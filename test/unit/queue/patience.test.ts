import { WorkerError } from '../../../src/errors.ts';
import { patienceMillis } from '../../../src/queue/retry.ts';

const notReady = new WorkerError('PREVIEW_NOT_READY', 'no preview yet');

test('a preview is asked for soon, then ever less often, for hours', () => {
  expect(patienceMillis(notReady, 0)).toBeLessThanOrEqual(500);
  expect(patienceMillis(notReady, 0)).toBeGreaterThanOrEqual(250);
  expect(patienceMillis(notReady, 30)).toBeGreaterThanOrEqual(150_000);
  expect(patienceMillis(notReady, 149)).toBeLessThanOrEqual(300_000);
  const waits = Array.from({ length: 150 }, (_, i) => patienceMillis(notReady, i) ?? 0);
  expect(waits.reduce((all, wait) => all + wait, 0)).toBeGreaterThan(5 * 3600 * 1000);
});

test('then, and for what does not pass by itself, the job uses its runs', () => {
  expect(patienceMillis(notReady, 150)).toBeNull();
  expect(patienceMillis(new WorkerError('VISION_FAILED', 'no'), 0)).toBeNull();
  expect(patienceMillis(new WorkerError('ASSET_GONE', 'gone'), 0)).toBeNull();
  expect(patienceMillis(new Error('anything'), 0)).toBeNull();
});

test("Immich's detection is asked about steadily at first, for minutes, then for hours", () => {
  const pending = new WorkerError('IMMICH_DETECTION_PENDING', 'not yet');
  const waits = Array.from({ length: 150 }, (_, i) => patienceMillis(pending, i) ?? 0);
  expect(Math.max(...waits.slice(0, 30))).toBeLessThanOrEqual(2000);
  expect(Math.max(...waits.slice(30, 70))).toBeLessThanOrEqual(15_000);
  expect(waits.reduce((all, wait) => all + wait, 0)).toBeGreaterThan(3 * 3600 * 1000);
  // How long is too long, who writes into Immich says.
  expect(patienceMillis(pending, 10_000)).toBeGreaterThan(0);
});

test("another worker's upload is passed on quickly, then waits a day or two for its worker", () => {
  const elsewhere = new WorkerError('UPLOAD_ELSEWHERE', 'not here');
  const waits = Array.from({ length: 3000 }, (_, i) => patienceMillis(elsewhere, i) ?? 0);
  expect(Math.max(...waits.slice(0, 60))).toBeLessThanOrEqual(1000);
  const all = waits.reduce((sum, wait) => sum + wait, 0);
  expect(all).toBeGreaterThan(24 * 3600 * 1000);
  expect(all).toBeLessThan(49 * 3600 * 1000);
  expect(patienceMillis(elsewhere, 3000)).toBeNull();
});
