import path from 'node:path';

import { createLog } from '../../src/log.ts';
import { openStore } from '../../src/store/open-store.ts';
import { until, type Scene } from '../helpers/faults.ts';
import { sceneForEach } from '../helpers/scene-for-each.ts';

describe('a removal that a look overtakes', () => {
  let scene: Scene;

  sceneForEach((opened) => {
    scene = opened;
  });

  const remove = (assetId: string): Promise<string> =>
    scene.producer.addRemoval({ assetId, ownerId: 'default' });

  async function lookInHand(assetId: string): Promise<void> {
    const job = await scene.add(assetId, 'slow.png');
    await until(async () => (await job.getState()) === 'active');
  }

  /** Of each asset whether it is there, and its revision. */
  async function found(...assets: string[]): Promise<string[]> {
    const log = createLog({ level: 'silent' });
    const store = await openStore({ dataDir: path.dirname(scene.databasePath), log });
    try {
      return await Promise.all(
        assets.map(async (assetId) => {
          const record = await store.findPhoto('default', assetId);
          const state = record === null || record.removed ? 'gone' : 'there';
          return `${assetId} ${state} ${record?.revision ?? 0}`;
        }),
      );
    } finally {
      await store.close();
    }
  }

  test('holds for photos in hand, known or not, and for jobs that wait; a later job brings them back', async () => {
    const worker = await scene.start({ VISION_CHILDREN: '2' });
    await scene.add('known');
    await scene.add('waiting');
    await scene.drained();
    await lookInHand('new');
    await remove('new');
    await lookInHand('known');
    await remove('known');
    await scene.drained();
    await scene.producer.queue.pause();
    const { data } = (await scene.add('waiting')) as { readonly data: { assetId: string } };
    await scene.producer.queue.drain();
    await scene.producer.add({ ...data, source: 'rerun' });
    await remove('waiting');
    await scene.producer.queue.resume();
    await scene.drained();
    expect(await found('new', 'known', 'waiting')).toEqual([
      'new gone 1',
      'known gone 2',
      'waiting gone 2',
    ]);
    const failed = await scene.producer.queue.getFailed();
    expect(failed.map(({ failedReason }) => failedReason)).toEqual([
      expect.stringMatching(/^\[PHOTO_NOT_KNOWN\] asset new /),
    ]);
    for (const asset of ['new', 'known', 'waiting']) await scene.add(asset);
    await scene.drained();
    expect(await found('new', 'known', 'waiting')).toEqual([
      'new there 2',
      'known there 3',
      'waiting there 3',
    ]);
    expect(await worker.stop()).toBe(0);
  }, 120_000);
});
