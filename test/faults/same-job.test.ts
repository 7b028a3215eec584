import { readFileSync } from 'node:fs';

import { storedPhotos, until, type Scene } from '../helpers/faults.ts';
import { sceneForEach } from '../helpers/scene-for-each.ts';
import type { TestWorker } from '../helpers/worker.ts';

describe('a job that comes more than once', () => {
  let scene: Scene;

  sceneForEach((opened) => {
    scene = opened;
  });

  test('a hundred times at once under one id: it is done once', async () => {
    await Promise.all([scene.start(), scene.start()]);
    await Promise.all(Array.from({ length: 100 }, () => scene.add('a', 'one.jpg', 'one-job')));
    await scene.drained();
    await scene.expectWholeAndOnce(['a']);
    expect(storedPhotos(scene.databasePath)[0]).toMatchObject({ revision: 1 });
  }, 60_000);

  test('a hundred jobs for one photo: a hundred revisions of one record, the same people', async () => {
    await Promise.all([scene.start(), scene.start()]);
    await Promise.all(Array.from({ length: 100 }, () => scene.add('a')));
    await scene.drained();
    const [photo, ...others] = storedPhotos(scene.databasePath);
    expect(others).toEqual([]);
    expect(photo).toMatchObject({ assetId: 'a', revision: 100, sequence: 100 });
    expect(photo?.people.split(',')).toHaveLength(3);
  }, 120_000);

  test('taken by a second worker while the first is frozen: only one writes', async () => {
    const first = await scene.start();
    const job = await scene.add('a', 'slow.png');
    await until(async () => (await job.getState()) === 'active');
    first.child.kill('SIGSTOP');
    const second = await scene.start();
    await second.logged('a job lost its worker');
    await scene.drained();
    first.child.kill('SIGCONT');
    await scene.add('b');
    await scene.drained();
    await scene.expectWholeAndOnce(['a', 'b']);
    expect(storedPhotos(scene.databasePath).map(({ revision }) => revision)).toEqual([1, 1]);
    expect(await first.stop()).toBe(0);
  }, 120_000);

  test('its lock lost for longer than a renewal: it is given up here, said, and done once', async () => {
    const worker = await scene.start();
    const job = await scene.add('a', 'slow.png');
    await until(async () => (await job.getState()) === 'active');
    const children = childrenOf(worker);
    for (const child of children) process.kill(child, 'SIGSTOP');
    await scene.dropLock(job);
    await worker.logged('locks were lost');
    for (const child of children) process.kill(child, 'SIGCONT');
    await scene.drained();
    await scene.expectWholeAndOnce(['a']);
    expect(worker.log).toContainEqual(
      expect.objectContaining({ msg: 'a job lost its worker and is taken up again' }),
    );
    expect(await worker.stop()).toBe(0);
  }, 120_000);

  test('its lock taken away while it is in hand: it is done all the same', async () => {
    await scene.start();
    const job = await scene.add('a', 'slow.png');
    await until(async () => (await job.getState()) === 'active');
    await scene.dropLock(job);
    await scene.drained();
    await scene.expectWholeAndOnce(['a']);
  }, 120_000);
});

function childrenOf({ child }: TestWorker): number[] {
  const pid = child.pid ?? 0;
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
