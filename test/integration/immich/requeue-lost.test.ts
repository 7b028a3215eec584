import { Redis } from 'ioredis';

import { QUEUE_SEEN } from '../../../src/immich/source/requeue-lost.ts';
import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { startImmich } from '../../helpers/immich/server.ts';
import type { StandInAsset } from '../../helpers/immich/state.ts';
import { watch } from '../../helpers/immich/watched.ts';
import { startMongo } from '../../helpers/mongodb.ts';
import { quarters, tempFolder } from '../../helpers/pictures.ts';
import { makePhotoRecord } from '../../helpers/records.ts';
import { startRedis } from '../../helpers/redis.ts';

test.each(['sqlite', 'mongodb'] as const)(
  'jobs of photos of Immich that Redis lost are queued again, and nothing else is (%s)',
  async (kind) => {
    const [redis, folder] = await Promise.all([startRedis(), tempFolder()]);
    const mongo = kind === 'mongodb' ? await startMongo() : null;
    const where = mongo === null ? {} : { mongodbUri: mongo.newDatabaseUri() };
    const log = createLog({ level: 'silent' });
    const store = await openStore({ dataDir: folder.path, log, ...where });
    const immich = await startImmich({ redis: redis.options });
    const ada = immich.state.addUser('ada');
    const keys = [immich.state.addKey(ada)];
    const watchAgain = (): ReturnType<typeof watch> =>
      watch({ immich, redis, prefix: 'lost', store, keys, events: false });
    const picture = await quarters(64, 64).jpeg().toBuffer();
    const existing = (): StandInAsset => {
      const then = new Date(Date.now() - 30 * 24 * 3600 * 1000);
      const dates = { createdAt: then, updatedAt: then, fileCreatedAt: then };
      return immich.state.addAsset(ada, picture, { ...dates, thumbhash: 'there' });
    };

    const source = watchAgain();
    const [done, replaced, removed, lost] = [existing(), existing(), existing(), existing()];
    await source.until((jobs) => jobs.length === 4);
    for (const { id: assetId } of [done, replaced, removed]) {
      const sequence = (await store.headSequence(ada.id)) + 1;
      const runId = `immich.${ada.id}.${assetId}.1.1700000000000.0`;
      const record = makePhotoRecord({ ownerId: ada.id, assetId, sequence, runId });
      await store.commitPhoto(record, null);
      if (assetId !== removed.id) continue;
      const gone = { removed: true, faces: [], revision: 2, sequence: sequence + 1 };
      await store.commitPhoto({ ...record, ...gone, runId: 'by-hand.1.0' }, sequence);
    }
    immich.state.touch(replaced, { checksum: 'bmV3' });
    await source.until((jobs) => jobs.includes(`rerun ${replaced.id}`));
    // Five jobs were taken when it was noted last.
    while (!/"added":5/.test((await store.immich.readMark(ada.id, QUEUE_SEEN)) ?? '')) {
      await immich.requested('POST /search/metadata');
    }
    await source.close();

    const admin = new Redis(redis.options);
    await admin.flushall();
    admin.disconnect();
    const again = watchAgain();
    const jobs = await again.until((found) => found.length >= 2);
    expect(new Set(jobs)).toEqual(new Set([`backfill ${replaced.id}`, `backfill ${lost.id}`]));
    const queued = await again.producer.queue.getJobs(['prioritized']);
    const forced = queued.filter(({ data }) => data.force === true);
    expect(forced.map(({ data }) => data.assetId)).toEqual([replaced.id]);
    while (!/"added":2/.test((await store.immich.readMark(ada.id, QUEUE_SEEN)) ?? '')) {
      await immich.requested('POST /search/metadata');
    }
    expect(await again.jobs()).toHaveLength(2);

    await again.close();
    await immich.stop();
    await store.close();
    await Promise.all([redis.stop(), mongo?.stop(), folder.remove()]);
  },
  120_000,
);
