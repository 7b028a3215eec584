import path from 'node:path';

import type { VisionPool } from '../../src/vision/pool.ts';
import { openPool } from '../helpers/vision.ts';

const childScript = path.resolve(__dirname, '../fixtures/child-that-dies.cjs');
const never = new AbortController().signal;
let pool: VisionPool;

beforeEach(async () => {
  pool = await openPool({ engine: 'wasm', childScript, photoDeadlineMillis: 3000 });
});
afterEach(() => pool.close());

test.each([
  ['kill', 'SIGKILL'],
  ['segv', 'SIGSEGV'],
  ['exit0', 'exit code 0'],
  ['exit3', 'exit code 3'],
])(
  'a child that ends by %s fails its photo with the reason; the next photo goes on',
  async (how, reason) => {
    await expect(pool.see(how, never)).rejects.toMatchObject({
      code: 'VISION_CHILD_DIED',
      retryable: true,
      message: expect.stringContaining(reason) as string,
    });
    expect(await pool.see('good', never)).toMatchObject({ path: 'good' });
  },
);

test('an endless loop is ended at the deadline; the next photo goes on', async () => {
  await expect(pool.see('loop', never)).rejects.toMatchObject({
    code: 'VISION_DEADLINE',
    message: expect.stringContaining('3000 ms') as string,
  });
  expect(await pool.see('good', never)).toMatchObject({ path: 'good' });
}, 20_000);

test('photos waiting behind dying ones are looked at by new children', async () => {
  const outcomes = await Promise.allSettled(
    ['kill', 'good', 'exit0', 'segv', 'good', 'kill', 'good'].map((photo) =>
      pool.see(photo, never),
    ),
  );
  expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
    false,
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
}, 20_000);

test('an abort ends the look and the child is replaced', async () => {
  const stop = new AbortController();
  const look = pool.see('loop', stop.signal);
  stop.abort(new Error('lock lost'));
  await expect(look).rejects.toMatchObject({ code: 'JOB_ABORTED' });
  expect(await pool.see('good', never)).toMatchObject({ path: 'good' });
}, 20_000);

test('closing while a photo is in hand does not wait for it', async () => {
  const look = pool.see('loop', never);
  const outcome = expect(look).rejects.toMatchObject({ code: 'VISION_CHILD_DIED' });
  await pool.close();
  await outcome;
}, 20_000);
