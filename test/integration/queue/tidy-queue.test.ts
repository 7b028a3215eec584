import { once } from 'node:events';

import { QueueEvents } from 'bullmq';

import { createLog } from '../../../src/log.ts';
import type { TidyReport } from '../../../src/pipeline/tidy-people.ts';
import {
  createTidyQueue,
  startTidyWorker,
  TIDY_PEOPLE,
  type TidyWorker,
} from '../../../src/queue/tidy-queue.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });
const quiet: TidyReport = { ownerId: 'ann', merges: [], photos: [], sequence: 1 };
const merged: TidyReport = {
  ...quiet,
  merges: [
    {
      from: 'one',
      into: 'other',
      reason: 'sure',
      evidence: {
        distance: 0.312,
        limitDistance: 0.36,
        crowdDistance: null,
        otherDistance: null,
        nearestDistance: 0.3,
        nearestFaceIds: ['f1', 'f2'],
        faces: [2, 7],
      },
    },
  ],
};

describe('the maintenance queue', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  }, 60_000);
  afterAll(() => redis.stop());

  test('one run at a time over all workers, from time to time, told in the job', async () => {
    const shared = { redis: redis.options, prefix: 'tidy', log };
    const queues = [1, 2].map(() => createTidyQueue({ ...shared, everyMillis: 100 }));
    const events = new QueueEvents(TIDY_PEOPLE, { connection: redis.options, prefix: 'tidy' });
    await events.waitUntilReady();
    let running = 0;
    let most = 0;
    const workers: TidyWorker[] = [1, 2, 3].map(() =>
      startTidyWorker({
        ...shared,
        lockMillis: 10_000,
        run: async ({ report }) => {
          most = Math.max(most, ++running);
          // Others would have the time to start, too.
          await new Promise((resolve) => setTimeout(resolve, 150));
          running -= 1;
          report(merged);
          return [merged, quiet];
        },
      }),
    );
    const ids: string[] = [];
    while (ids.length < 4) {
      const [{ jobId }] = (await once(events, 'completed')) as [{ jobId: string }];
      ids.push(jobId);
    }
    expect(most).toBe(1);
    const queue = queues[0]?.queue;
    const job = await queue?.getJob(ids[0] ?? '');
    expect(job?.returnvalue).toEqual({ owners: 2, merges: 1, photos: 0 });
    const { logs } = (await queue?.getJobLogs(ids[0] ?? '')) ?? { logs: [] };
    expect(logs).toEqual([
      'merges: 1, photos decided again: 0',
      'merged people of 2 and 7 faces: 0.312 apart, at most 0.360',
    ]);
    expect(await queue?.getJobSchedulersCount()).toBe(1);
    await Promise.all(workers.map((worker) => worker.close(1000)));
    const off = createTidyQueue({ ...shared, everyMillis: 0 });
    await off.close();
    expect(await queue?.getJobSchedulersCount()).toBe(0);
    for (const one of queues) await one.close();
    await events.close();
  }, 60_000);
});
