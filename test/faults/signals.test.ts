import { storedPhotos, until, type Scene } from '../helpers/faults.ts';
import { sceneForEach } from '../helpers/scene-for-each.ts';
import type { TestWorker } from '../helpers/worker.ts';

describe('a worker that is told to stop', () => {
  let scene: Scene;

  sceneForEach((opened) => {
    scene = opened;
  });

  test('idle: it ends with 0 and says so', async () => {
    const worker = await scene.start();
    expect(await worker.stop()).toBe(0);
    expect(worker.log.at(-1)).toMatchObject({ msg: 'stopped' });
  }, 60_000);

  test('with a photo in hand: it is finished first, and nothing that came meanwhile is lost', async () => {
    const worker = await scene.start();
    const job = await scene.add('a', 'slow.png');
    await until(async () => (await job.getState()) === 'active');
    const stopped = worker.stop();
    await worker.logged('stopping after the photo in hand');
    await scene.add('b');
    expect(await stopped).toBe(0);
    expect(storedPhotos(scene.databasePath).map(({ assetId }) => assetId)).toContain('a');
    await scene.start();
    await scene.drained();
    await scene.expectWholeAndOnce(['a', 'b']);
  }, 120_000);

  test('past its grace period: the photo goes back to the queue and is done by the next', async () => {
    const worker = await scene.start({ SHUTDOWN_GRACE_MILLIS: '1' });
    const job = await scene.add('a', 'slow.png');
    await until(async () => (await job.getState()) === 'active');
    expect(await worker.stop()).toBe(0);
    expect(storedPhotos(scene.databasePath)).toEqual([]);
    expect(await worker.logged('the photo waits')).toMatchObject({ code: 'JOB_ABORTED' });
    await scene.start();
    await scene.drained();
    await scene.expectWholeAndOnce(['a']);
  }, 120_000);

  test('one after the other under load (a rolling restart): nobody notices', async () => {
    const assets = Array.from({ length: 40 }, (_, i) => `rolling-${i}`);
    let running: TestWorker[] = await Promise.all([scene.start(), scene.start()]);
    for (const asset of assets) await scene.add(asset);
    for (let round = 0; round < 2; round++) {
      const [oldest, other] = running;
      const next = await scene.start();
      expect(await oldest?.stop()).toBe(0);
      running = [...(other === undefined ? [] : [other]), next];
    }
    await scene.drained();
    await scene.expectWholeAndOnce(assets);
    const warnings = running.flatMap(({ log }) => log.filter(({ level }) => Number(level) >= 40));
    expect(warnings).toEqual([]);
  }, 120_000);
});
