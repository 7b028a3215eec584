import { setTimeout as delay } from 'node:timers/promises';

import { createProducer } from '../../../src/queue/producer.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';
import { startSlowProxy, type SlowProxy } from '../../helpers/slow-proxy.ts';

const DELAY_MILLIS = 15;
/** Over the five ways there and back of a connection that says hello. */
const LONGEST_MILLIS = 5 * 2 * DELAY_MILLIS;

describe('a queue that is closed while it connects', () => {
  let redis: TestRedis;
  let proxy: SlowProxy;

  beforeAll(async () => {
    redis = await startRedis();
    proxy = await startSlowProxy(redis.port, DELAY_MILLIS);
  });
  afterAll(async () => {
    await proxy.stop();
    await redis.stop();
  });

  test('leaves no rejection behind, whenever it is closed', async () => {
    const rejections: unknown[] = [];
    const collect = (reason: unknown): void => {
      rejections.push(reason);
    };
    process.on('unhandledRejection', collect);
    try {
      for (let millis = 0; millis <= LONGEST_MILLIS; millis += 6) {
        const producer = createProducer({
          redis: { host: '127.0.0.1', port: proxy.port },
          prefix: `early-${millis}`,
          retry: { attempts: 1, backoffMillis: 1 },
        });
        await delay(millis);
        await producer.close();
        await delay(2 * DELAY_MILLIS);
      }
    } finally {
      process.off('unhandledRejection', collect);
    }
    expect(rejections).toEqual([]);
  }, 60_000);

  test('does not wait for a Redis that is not there', async () => {
    const producer = createProducer({
      redis: { host: '127.0.0.1', port: 1 },
      prefix: 'nowhere',
      retry: { attempts: 1, backoffMillis: 1 },
    });
    await producer.close();
    expect(producer.queue.closing).toBeDefined();
  });
});
