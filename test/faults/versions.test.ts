import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';

import { openScene, until, type Scene } from '../helpers/faults.ts';
import { startHurtableMongo, type HurtableMongo } from '../helpers/mongodb.ts';
import { startRedis, type TestRedis } from '../helpers/redis.ts';
import type { TestWorker } from '../helpers/worker.ts';

const root = path.resolve(__dirname, '../..');
/**
 * The worker as it was built before the journal of corrections: schema version 1, no people-changed,
 * no removals. Compiled code, since a shallow clone has no history: `git archive` of the commit before
 * "Keep a journal of corrections in one order with the photos", `tsc`, `dist/src` without maps.
 */
const archive = path.join(root, 'test/fixtures/version-before-the-journal.tgz');

describe.each(['sqlite', 'mongodb'] as const)('two versions side by side on %s', (kind) => {
  let folder: string;
  let redis: TestRedis;
  let mongo: HurtableMongo | null;
  let scene: Scene;

  beforeEach(async () => {
    // Inside the checkout, where it finds its packages.
    mkdirSync(path.join(root, '.cache'), { recursive: true });
    folder = mkdtempSync(path.join(root, '.cache', 'old-version-'));
    execFileSync('tar', ['-xzf', archive, '-C', folder]);
    redis = await startRedis();
    mongo = kind === 'mongodb' ? await startHurtableMongo() : null;
    scene = await openScene(redis, mongo === null ? {} : { mongodbUri: mongo.uri });
  }, 60_000);
  afterEach(async () => {
    await scene.close();
    await mongo?.stop();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function startOld(): Promise<TestWorker> {
    // Its ONNX graphs were others; face-api's own files are the same.
    const settings = { WEIGHTS_DIR: path.join(root, 'weights/files'), ENGINE: 'wasm' };
    return scene.start(settings, { main: path.join(folder, 'dist/src/main.js') });
  }

  test('both decide under load, and the old one is refused once it has ended', async () => {
    const old = await startOld();
    const assets = Array.from({ length: 30 }, (_, i) => `photo-${i}`);
    for (const asset of assets.slice(0, 4)) await scene.add(asset);
    await scene.drained();
    // Brings the store to its own schema beneath the old one.
    const fresh = await scene.start();
    for (const asset of assets.slice(4)) await scene.add(asset);
    await scene.drained();
    // The old one's descriptors have revision 1, and never meet the new one's.
    await scene.expectWholeAndOnce(assets, 2);
    for (const worker of [old, fresh]) {
      await until(() => worker.log.filter(({ assetId }) => assetId !== undefined).length > 2);
      expect(worker.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
    }
    expect(await old.stop()).toBe(0);
    await scene.add('last');
    await scene.drained();
    await scene.expectWholeAndOnce([...assets, 'last'], 2);
    await expect(startOld()).rejects.toThrow(/ended with 1.*\[STORE_NEWER_VERSION\]/s);
    expect(await fresh.stop()).toBe(0);
  }, 180_000);
});
