import { randomUUID } from 'node:crypto';

import { Redis } from 'ioredis';

import type { WorkerError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';
import { claimForStore } from '../../../src/queue/one-store.ts';
import type { NamedStore } from '../../../src/queue/store-claims.ts';
import { until } from '../../helpers/faults.ts';
import { startRedis, type TestRedis } from '../../helpers/redis.ts';

const log = createLog({ level: 'silent' });
const KEY = 'one:faces-identified:stores';

class Store implements NamedStore {
  readonly place: string;
  id: string;

  constructor(place: string, id: string = randomUUID()) {
    this.place = place;
    this.id = id;
  }

  readId(): Promise<string> {
    return Promise.resolve(this.id);
  }

  renewId(former: string): Promise<string> {
    if (this.id === former) this.id = randomUUID();
    return this.readId();
  }

  copy(): Store {
    return new Store(`a copy of ${this.place}`, this.id);
  }
}

describe('one store for all workers of a Redis', () => {
  let redis: TestRedis;
  let client: Redis;
  let opened: { close(): Promise<unknown> }[];
  let store: Store;
  let other: Store;

  beforeEach(async () => {
    redis = await startRedis();
    client = new Redis(redis.options);
    client.on('error', () => undefined);
    opened = [];
    [store, other] = [new Store('store a'), new Store('store b')];
  });
  afterEach(async () => {
    for (const one of opened) await one.close();
    client.disconnect();
    await redis.stop();
  });

  interface With {
    readonly prefix?: string;
    readonly signal?: AbortSignal;
    readonly options?: object;
    readonly onOther?: (error: WorkerError) => void;
  }

  async function claim(of: Store, given: With = {}): Promise<{ close(): Promise<unknown> }> {
    const { prefix = 'one', signal = new AbortController().signal } = given;
    const held = await claimForStore({
      ...{ redis: { ...redis.options, ...given.options }, prefix, store: of, log, signal },
      onOther: given.onOther ?? (() => undefined),
    });
    opened.push(held);
    return held;
  }
  const places = async (): Promise<unknown[]> =>
    Object.values(await client.hgetall(KEY)).map((text) => (JSON.parse(text) as Store).place);

  test('a store waits for the claim of workers that are gone, one of the same does not', async () => {
    const first = await claim(store);
    const second = await claim(store);
    await claim(other, { prefix: 'another' });
    await first.close();
    await second.close();
    await claim(other);
    expect(await places()).toEqual(['store b']);
  }, 60_000);

  test('a store is refused while workers of another go on, and so is a copy of theirs', async () => {
    const asked = store.copy();
    await claim(store);
    const [copied, different] = await Promise.allSettled([claim(asked), claim(other)]);
    for (const outcome of [copied, different]) {
      expect(outcome).toMatchObject({ reason: { code: 'STORE_DIFFERS' } });
    }
    expect(different).toMatchObject({
      reason: {
        message: expect.stringMatching(/others have store a, this one has store b\./) as string,
      },
    });
    expect(await places()).toEqual(['store a']);
  }, 60_000);

  test('workers of one store that start at once all come in', async () => {
    await Promise.all(Array.from({ length: 8 }, () => claim(store)));
    expect(await places()).toEqual(['store a']);
  }, 60_000);

  test('when Redis had forgotten the claims, who came later is told and the others stay', async () => {
    const told: string[] = [];
    const onOther =
      (who: string) =>
      ({ code }: WorkerError): void => {
        told.push(`${who} ${code}`);
      };
    await claim(store, { onOther: onOther('a') });
    await client.flushall();
    await claim(other, { onOther: onOther('b') });
    await until(() => told.length > 0);
    expect(told).toEqual(['b STORE_DIFFERS']);
    expect(await places()).toContain('store a');
  }, 60_000);

  test('who waits beside another store is not let in by a Redis that is away for a while', async () => {
    await claim(store);
    const waiting = claim(other);
    waiting.catch(() => undefined);
    await client.call('client', 'pause', '4000', 'all');
    await expect(waiting).rejects.toMatchObject({ code: 'STORE_DIFFERS' });
  }, 60_000);

  test('waiting ends with the signal', async () => {
    await claim(store);
    const stop = new AbortController();
    const waiting = claim(other, { signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  }, 60_000);

  test('a Redis that takes no writes keeps nobody from starting, and is claimed when it does', async () => {
    await client.config('SET', 'maxmemory', '1');
    await claim(store);
    expect(await client.exists(KEY)).toBe(0);
    await client.config('SET', 'maxmemory', '0');
    await until(async () => (await client.exists(KEY)) === 1);
  }, 60_000);

  test('an account that may use the queues alone may claim', async () => {
    const keys = ['image-added', 'faces-identified', 'tidy-people'].map((name) => `~one:${name}:*`);
    await client.call('ACL', 'SETUSER', 'narrow', 'on', '>pw', '+@all', ...keys);
    await claim(store, { options: { username: 'narrow', password: 'pw' } });
    expect(await places()).toEqual(['store a']);
  }, 60_000);
});
