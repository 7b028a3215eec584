import { openScene, type Scene } from './faults.ts';
import { startRedis, type TestRedis } from './redis.ts';

/** Opens a scene on a Redis of its own before each test, and closes both after it. */
export function sceneForEach(begin: (scene: Scene, redis: TestRedis) => void): void {
  let redis: TestRedis;
  let scene: Scene;

  beforeEach(async () => {
    redis = await startRedis();
    scene = await openScene(redis);
    begin(scene, redis);
  }, 30_000);

  afterEach(async () => {
    await scene.close();
    await redis.stop();
  });
}
