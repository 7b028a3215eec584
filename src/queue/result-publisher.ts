import { Queue } from 'bullmq';
import type { RedisOptions } from 'ioredis';

import { messageOf } from '../errors.ts';
import type { Fact } from '../identities/journal/fact.ts';
import type { PhotoRecord } from '../identities/photo-record.ts';
import type { Log } from '../log.ts';
import { closeQueue, outageReporter, promptConnection, redisAddress } from './connection.ts';
import {
  FACES_IDENTIFIED,
  resultJobId,
  toFacesIdentified,
  type FacesIdentified,
} from './faces-identified.ts';
import {
  factJobId,
  PEOPLE_CHANGED,
  toPeopleChanged,
  type PeopleChanged,
} from './people-changed.ts';

/** What publishing needs of the store: its outbox. */
export interface Outbox {
  findUnpublished(limit: number): Promise<PhotoRecord[]>;
  markPublished(ownerId: string, assetId: string, revision: number): Promise<void>;
  findUnpublishedFacts(limit: number): Promise<Fact[]>;
  markFactPublished(ownerId: string, factId: string): Promise<void>;
}

export interface ResultPublisher {
  readonly queue: Queue<FacesIdentified | PeopleChanged>;
  /**
   * Publishes a committed record, its faces as users see them. Never rejects: the record is in the store, so what fails here is
   * published by the next sweep of the outbox.
   */
  publish(record: PhotoRecord): Promise<void>;
  /** Publishes a fact of a journal; never rejects, as above. */
  publishFact(fact: Fact): Promise<void>;
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
  /** A stored record as users see it now. */
  viewOf: (record: PhotoRecord) => Promise<PhotoRecord>;
  log: Log;
}): ResultPublisher {
  const { store, log } = options;
  const queue = new Queue<FacesIdentified | PeopleChanged>(FACES_IDENTIFIED, {
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
  const sendFact = async (fact: Fact): Promise<void> => {
    await queue.add(PEOPLE_CHANGED, toPeopleChanged(fact), { jobId: factJobId(fact) });
    reporter.back();
    await store.markFactPublished(fact.ownerId, fact.factId);
  };
  const publishPending = async (): Promise<number> =>
    (await drain(
      () => store.findUnpublished(PAGE),
      async (record) => send(await options.viewOf(record)),
    )) + (await drain(() => store.findUnpublishedFacts(PAGE), sendFact));
  const sweeps = sweepOften(publishPending, log);
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
    publishFact: async (fact) => {
      try {
        await sendFact(fact);
      } catch (error) {
        const { factId } = fact;
        log.warn({ factId, reason: messageOf(error) }, 'a change of people waits in the outbox');
      }
    },
    publishPending,
    close: async () => {
      await sweeps.stop();
      await closeQueue(queue);
    },
  };
}

/** Looks into the outbox from time to time, never twice at once. */
function sweepOften(publishPending: () => Promise<number>, log: Log): { stop(): Promise<void> } {
  let sweeping: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweeping.then(publishPending).catch((error: unknown) => {
      log.debug({ reason: messageOf(error) }, 'the outbox waits');
    });
  }, SWEEP_EVERY_MILLIS);
  return {
    stop: async () => {
      clearInterval(timer);
      await sweeping;
    },
  };
}

/** Sends page after page until one is not full; answers how many were sent. */
async function drain<T>(
  nextPage: () => Promise<readonly T[]>,
  send: (item: T) => Promise<void>,
): Promise<number> {
  let count = 0;
  for (;;) {
    const page = await nextPage();
    for (const item of page) await send(item);
    count += page.length;
    if (page.length < PAGE) return count;
  }
}
