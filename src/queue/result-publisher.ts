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
import { watchRedisRun } from './redis-run.ts';

/** What publishing needs of the store: its outbox. */
export interface Outbox {
  findUnpublished(limit: number): Promise<PhotoRecord[]>;
  markPublished(ownerId: string, assetId: string, revision: number): Promise<void>;
  findUnpublishedFacts(limit: number): Promise<Fact[]>;
  markFactPublished(ownerId: string, factId: string): Promise<void>;
  markUnpublishedSince(at: string): Promise<number>;
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
/**
 * What a Redis that crashed or was replaced had taken this long before may be gone: replicas lag by
 * seconds, its file by one, and a worker cut off from the others notices within a minute.
 */
const LOST_WITH_REDIS_MILLIS = 10 * 60_000;
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
  watchRedisRun(queue, () => {
    sweeps.now(() => publishLostAgain(store, log));
  });
  return {
    queue,
    publish: (record) => {
      const { assetId, revision } = record;
      return orLeave(send(record), (reason) => {
        log.warn({ assetId, revision, reason }, 'a result waits in the outbox');
      });
    },
    publishFact: (fact) =>
      orLeave(sendFact(fact), (reason) => {
        log.warn({ factId: fact.factId, reason }, 'a change of people waits in the outbox');
      }),
    publishPending,
    close: async () => {
      await sweeps.stop();
      await closeQueue(queue);
    },
  };
}

/** What cannot be sent stays in the outbox, which is told. */
async function orLeave(sending: Promise<void>, tell: (reason: string) => void): Promise<void> {
  try {
    await sending;
  } catch (error) {
    tell(messageOf(error));
  }
}

/** Puts into the outbox again what a former Redis may have lost; consumers drop repeats. */
async function publishLostAgain(store: Outbox, log: Log): Promise<void> {
  const since = new Date(Date.now() - LOST_WITH_REDIS_MILLIS).toISOString();
  const count = await store.markUnpublishedSince(since);
  log.warn({ count, since }, 'Redis was restarted or replaced; recent results are published again');
}

/** Looks into the outbox from time to time, never twice at once; `now` does so after `first`. */
function sweepOften(
  publishPending: () => Promise<number>,
  log: Log,
): { now(first: () => Promise<void>): void; stop(): Promise<void> } {
  let sweeping: Promise<unknown> = Promise.resolve();
  const sweep = (first: () => Promise<void>): void => {
    sweeping = sweeping
      .then(first)
      .then(publishPending)
      .catch((error: unknown) => {
        log.debug({ reason: messageOf(error) }, 'the outbox waits');
      });
  };
  const timer = setInterval(() => {
    sweep(() => Promise.resolve());
  }, SWEEP_EVERY_MILLIS);
  return {
    now: sweep,
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
