import Database from 'libsql';

import { storedPhotos, until, type Scene } from '../helpers/faults.ts';
import type { TestRedis } from '../helpers/redis.ts';
import { sceneForEach } from '../helpers/scene-for-each.ts';
import type { TestWorker } from '../helpers/worker.ts';

describe('a worker that is killed', () => {
  let redis: TestRedis;
  let scene: Scene;

  sceneForEach((opened, started) => {
    scene = opened;
    redis = started;
  });

  async function secondWorkerDoes(assets: readonly string[]): Promise<TestWorker> {
    const second = await scene.start();
    await scene.drained();
    await scene.expectWholeAndOnce(assets);
    expect(await second.stop()).toBe(0);
    return second;
  }

  test('before the photo is decoded: it is done by another, which says so', async () => {
    const first = await scene.start();
    const job = await scene.add('a', 'slow.png');
    await until(async () => (await job.getState()) === 'active');
    first.child.kill('SIGKILL');
    await first.exited;
    const second = await secondWorkerDoes(['a']);
    expect(second.log).toContainEqual(
      expect.objectContaining({ msg: 'a job lost its worker and is taken up again' }),
    );
    expect(storedPhotos(scene.databasePath)[0]).toMatchObject({ revision: 1 });
  }, 120_000);

  test('after the nets, at the commit: the photo is looked at again and written once', async () => {
    const first = await scene.start();
    const holder = new Database(scene.databasePath);
    holder.exec('BEGIN IMMEDIATE');
    const job = await scene.add('a');
    // Looked at and compared, and now waiting for the file that is held.
    await until(async () => {
      const metrics = await (await fetch(`${first.address}/metrics`)).text();
      return /^face_worker_nearest_neighbour_seconds_count [1-9]/m.test(metrics);
    });
    expect(await job.getState()).toBe('active');
    first.child.kill('SIGKILL');
    await first.exited;
    holder.exec('ROLLBACK');
    holder.close();
    await secondWorkerDoes(['a']);
  }, 120_000);

  test('after the commit, before the result: the result comes, and nothing is decided twice', async () => {
    const first = await scene.start();
    const job = await scene.add('a', 'slow.png');
    await until(async () => (await job.getState()) === 'active');
    process.kill(redis.pid, 'SIGSTOP');
    await until(() => storedPhotos(scene.databasePath).length === 1);
    first.child.kill('SIGKILL');
    await first.exited;
    process.kill(redis.pid, 'SIGCONT');
    await secondWorkerDoes(['a']);
    expect(storedPhotos(scene.databasePath)[0]).toMatchObject({ revision: 1, sequence: 1 });
  }, 120_000);

  test('after the job is reported done, before the result is out: the next worker publishes it', async () => {
    const first = await scene.start();
    await scene.holdResults();
    await scene.add('a');
    await first.logged('a result waits in the outbox');
    await scene.drained();
    first.child.kill('SIGKILL');
    await first.exited;
    await scene.releaseResults();
    const second = await scene.start();
    expect(await second.logged('results of an earlier run were published')).toMatchObject({
      count: 1,
    });
    await scene.expectWholeAndOnce(['a']);
    expect(storedPhotos(scene.databasePath)[0]).toMatchObject({ revision: 1 });
    expect(await second.stop()).toBe(0);
  }, 120_000);

  test('again and again under load: nothing is lost, nothing doubled', async () => {
    const assets = Array.from({ length: 40 }, (_, i) => `load-${i}`);
    const steady = await scene.start();
    for (const asset of assets) await scene.add(asset);
    for (let kill = 0; kill < 3; kill++) {
      const doomed = await scene.start();
      const before = storedPhotos(scene.databasePath).length;
      await until(() => storedPhotos(scene.databasePath).length > before || before === 40);
      doomed.child.kill('SIGKILL');
      await doomed.exited;
    }
    await scene.drained();
    await scene.expectWholeAndOnce(assets);
    expect(await steady.stop()).toBe(0);
  }, 180_000);
});
