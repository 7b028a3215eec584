import { Queue } from 'bullmq';
import type { RedisOptions } from 'ioredis';

import { messageOf } from '../errors.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import type { Log } from '../log.ts';
import { closeQueue, outageReporter, promptConnection, redisAddress } from './connection.ts';
import {
  FACES_IDENTIFIED,
  resultJobId,
  toFacesIdentified,
  type FacesIdentified,
} from './faces-identified.ts';

/** What publishing needs of the store: its outbox. */
export interface Outbox {
  findUnpublished(limit: number): Promise<PhotoRecord[]>;
  markPublished(ownerId: string, assetId: string, revision: number): Promise<void>;
}

export interface ResultPublisher {
  readonly queue: Queue<FacesIdentified>;
  /**
   * Publishes a committed record. Never rejects: the record is in the store, so what fails here is
   * published by the next sweep of the outbox.
   */
  publish(record: PhotoRecord): Promise<void>;
  /** Publishes what an earlier run or an outage left; answers how many. */
  publishPending(): Promise<number>;
  close(): Promise<void>;
}

const SWEEP_EVERY_MILLIS = 10_000;
const PAGE = 100;

/** Opens the `faces-identified` queue and sweeps the outbox from time to time. */
export function createResultPublisher(options: {
  redis: RedisOptions;
  prefix: string;
  store: Outbox;
  log: Log;
}): ResultPublisher {
  const { store, log } = options;
  const queue = new Queue<FacesIdentified>(FACES_IDENTIFIED, {
    connection: promptConnection(options.redis),
    prefix: options.prefix,
  });
  const reporter = outageReporter(log, `results to ${redisAddress(options.redis)}`);
  queue.on('error', (error) => {
    reporter.failed(error);
  });
  const send = async (record: PhotoRecord): Promise<void> => {
    const jobId = resultJobId(record);
    await queue.add(FACES_IDENTIFIED, toFacesIdentified(record), { jobId });
    reporter.back();
    await store.markPublished(record.ownerId, record.assetId, record.revision);
  };
  const publishPending = async (): Promise<number> => {
    let count = 0;
    for (;;) {
      const page = await store.findUnpublished(PAGE);
      for (const record of page) await send(record);
      count += page.length;
      if (page.length < PAGE) return count;
    }
  };
  let sweeping: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweeping.then(publishPending).catch((error: unknown) => {
      log.debug({ reason: messageOf(error) }, 'the outbox waits');
    });
  }, SWEEP_EVERY_MILLIS);
  return {
    queue,
    publish: async (record) => {
      try {
        await send(record);
      } catch (error) {
        log.warn(
          { assetId: record.assetId, revision: record.revision, reason: messageOf(error) },
          'a result waits in the outbox',
        );
      }
    },
    publishPending,
    close: async () => {
      clearInterval(timer);
      await sweeping;
      await closeQueue(queue);
    },
  };
}
