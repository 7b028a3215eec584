import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';

import type { VisionPool } from '../../src/vision/pool.ts';
import { tempFolder } from '../helpers/pictures.ts';
import { openPool } from '../helpers/vision.ts';

const childScript = path.resolve(__dirname, '../fixtures/child-that-dies.cjs');
const never = new AbortController().signal;
let pool: VisionPool;

/** The fixture answers with its process id. */
async function see(photo: string): Promise<{ path: string; pid: number }> {
  return (await pool.see(photo, never)) as unknown as { path: string; pid: number };
}

async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`)) await setImmediate();
}

/** Far enough away that no child of a busy machine meets it before it ends by its own cause. */
const FAR_DEADLINE_MILLIS = 100_000;
const NEAR_DEADLINE_MILLIS = 3000;

async function open(options: Partial<Parameters<typeof openPool>[0]> = {}): Promise<void> {
  const photoDeadlineMillis = FAR_DEADLINE_MILLIS;
  pool = await openPool({ engine: 'wasm', childScript, photoDeadlineMillis, ...options });
}

afterEach(() => pool.close());

test.each([
  ['kill', 'VISION_CHILD_KILLED', 'SIGKILL'],
  ['segv', 'VISION_CHILD_KILLED', 'SIGSEGV'],
  ['exit0', 'VISION_CHILD_EXITED', 'exit code 0'],
  ['exit3', 'VISION_CHILD_EXITED', 'exit code 3'],
  ['memory', 'VISION_MEMORY', 'out of memory'],
])(
  'a child that ends by %s fails its photo with %s; the next photo goes on',
  async (how, code, reason) => {
    await open();
    await expect(pool.see(how, never)).rejects.toMatchObject({
      code,
      retryable: true,
      message: expect.stringContaining(reason) as string,
    });
    expect(await pool.see('good', never)).toMatchObject({ path: 'good' });
  },
  120_000,
);

test('an endless loop is ended at the deadline; the next photo goes on', async () => {
  await open({ photoDeadlineMillis: NEAR_DEADLINE_MILLIS });
  await expect(pool.see('loop', never)).rejects.toMatchObject({
    code: 'VISION_DEADLINE',
    message: expect.stringContaining(`${NEAR_DEADLINE_MILLIS} ms`) as string,
  });
  expect(await pool.see('good', never)).toMatchObject({ path: 'good' });
}, 20_000);

test('a deadline that passes just as the answer comes does not fail the next photo', async () => {
  await open({ photoDeadlineMillis: NEAR_DEADLINE_MILLIS });
  await see('good');
  const looked = see('good');
  const next = see('good');
  await setImmediate();
  // The child answers while this process is busy until past the deadline, which it then finds first.
  const end = performance.now() + 3500;
  while (performance.now() < end);
  const [first, second] = await Promise.all([looked, next]);
  expect(second.pid).not.toBe(first.pid);
}, 20_000);

test('a frozen child is ended at the deadline too', async () => {
  await open({ photoDeadlineMillis: NEAR_DEADLINE_MILLIS });
  await expect(pool.see('stop', never)).rejects.toMatchObject({ code: 'VISION_DEADLINE' });
  expect(await pool.see('good', never)).toMatchObject({ path: 'good' });
}, 20_000);

test('a child over its memory limit is ended; the next photo goes on', async () => {
  await open({ plan: { memoryLimitMiB: 400, recycleMiB: 400 } });
  await expect(pool.see('buffers', never)).rejects.toMatchObject({
    code: 'VISION_MEMORY',
    message: expect.stringContaining('400 MiB') as string,
  });
  expect(await pool.see('good', never)).toMatchObject({ path: 'good' });
}, 20_000);

test('a child that ended while nobody looked is replaced unnoticed', async () => {
  await open();
  const { pid } = await see('good');
  process.kill(pid, 'SIGKILL');
  await gone(pid);
  const next = await see('good');
  expect(next.pid).not.toBe(pid);
}, 20_000);

test.each([
  ['as many photos as it may', { recyclePhotos: 2 }],
  ['grown', { plan: { recycleMiB: 40 }, recyclePhotos: 0 }],
])(
  'a child is replaced when it has had %s',
  async (_why, changes) => {
    await open(changes);
    const pids: number[] = [];
    for (let i = 0; i < 4; i++) pids.push((await see('good')).pid);
    expect(new Set(pids).size).toBe('plan' in changes ? 4 : 2);
    for (const pid of new Set(pids.slice(0, -1))) {
      if (pid !== pids.at(-1)) await gone(pid);
    }
  },
  20_000,
);

test('two children look at two photos at once', async () => {
  await open({ photoDeadlineMillis: NEAR_DEADLINE_MILLIS, plan: { children: 2 } });
  const stuck = expect(pool.see('loop', never)).rejects.toMatchObject({ code: 'VISION_DEADLINE' });
  for (let i = 0; i < 3; i++) expect(await see('good')).toMatchObject({ path: 'good' });
  await stuck;
}, 20_000);

test('photos waiting behind dying ones are looked at by new children', async () => {
  await open();
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
  await open();
  const stop = new AbortController();
  const look = pool.see('loop', stop.signal);
  stop.abort(new Error('lock lost'));
  await expect(look).rejects.toMatchObject({ code: 'JOB_ABORTED' });
  expect(await pool.see('good', never)).toMatchObject({ path: 'good' });
}, 20_000);

test('closing while a photo is in hand does not wait for it', async () => {
  await open();
  const look = pool.see('loop', never);
  const outcome = expect(look).rejects.toMatchObject({ code: 'JOB_ABORTED' });
  await pool.close();
  await outcome;
}, 20_000);

test('a child that is frozen while it loads keeps neither its photo nor the pool', async () => {
  const folder = await tempFolder();
  const file = path.join(folder.path, 'freeze');
  process.env['FREEZE_WHEN_THERE'] = file;
  try {
    await pool.close();
    pool = await openPool({ engine: 'wasm', childScript });
    const { pid } = await see('good');
    writeFileSync(file, '');
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    const stop = new AbortController();
    const looked = expect(pool.see('good', stop.signal)).rejects.toMatchObject({
      code: 'JOB_ABORTED',
    });
    while (readFileSync(file, 'utf8') === '') await setImmediate();
    stop.abort(new Error('the grace period is over'));
    await looked;
    await pool.close();
    await gone(Number(readFileSync(file, 'utf8')));
  } finally {
    delete process.env['FREEZE_WHEN_THERE'];
    await folder.remove();
  }
}, 20_000);
