import { Queue } from 'bullmq';
import type { RedisOptions } from 'ioredis';

import type { Fact } from '../identities/journal/fact.ts';
import type { PhotoRecord, PhotoView } from '../identities/photo-record.ts';
import type { Log } from '../log.ts';
import { checkEachConnection } from './checked-connection.ts';
import {
  closeQueue,
  outageReporter,
  promptConnection,
  redisAddress,
  redisReason,
} from './connection.ts';
import { FACES_IDENTIFIED, type FacesIdentified } from './faces-identified.ts';
import { createOutboxSender, type Outbox } from './outbox.ts';
import type { PeopleChanged } from './people-changed.ts';
import { createRedisLosses, type ResultRedisNotes } from './redis-losses.ts';
import { onEachConnection } from './redis-run.ts';

export interface ResultPublisher {
  readonly queue: Queue<FacesIdentified | PeopleChanged>;
  /**
   * Publishes a committed record. Never rejects: the record is in the store, so what fails here is
   * published by the next sweep of the outbox.
   */
  publish(view: PhotoView): Promise<void>;
  /**
   * Publishes a fact of a journal, after those of its owner that wait; never rejects, as above. Of
   * very many that wait it publishes the first alone, and the sweep the others.
   */
  publishFact(fact: Fact): Promise<void>;
  close(): Promise<void>;
}

const SWEEP_EVERY_MILLIS = 10_000;

/**
 * Opens the `faces-identified` queue and sweeps the outbox at once, for what an earlier run or an
 * outage left, whenever Redis is back, and from time to time.
 */
export function createResultPublisher(options: {
  redis: RedisOptions;
  prefix: string;
  store: Outbox & ResultRedisNotes;
  /** A stored record as users see it now. */
  viewOf: (record: PhotoRecord) => Promise<PhotoView>;
  log: Log;
  sweepEveryMillis?: number;
}): ResultPublisher {
  const { store, viewOf, log } = options;
  const queue = openQueue(options);
  const reporter = outageReporter(log, `results to ${redisAddress(options.redis)}`);
  queue.on('error', reporter.failed);
  const add = async (
    name: string,
    data: FacesIdentified | PeopleChanged,
    jobId: string,
  ): Promise<void> => {
    connection.assertChecked();
    await queue.add(name, data, { jobId });
    reporter.back();
  };
  const outbox = createOutboxSender({ store, viewOf, add });
  const losses = createRedisLosses({ queue, prefix: options.prefix, store });
  const connection = checkEachConnection(queue, async () => {
    const lost = await losses.check();
    if (lost === null) return;
    log.warn(lost, 'Redis was restarted or replaced; recent results are published again');
  });
  const reasonOf: ReasonOf = (error) => redisReason(error, options.redis);
  const sweeps = sweepOften({ ...options, reasonOf }, async (isOver) => {
    await connection.check();
    return outbox.sendAll(isOver);
  });
  const sendChecked = async (send: () => Promise<void>): Promise<void> => {
    await connection.checkOnce();
    await send();
  };
  onEachConnection(queue, sweeps.now);
  return {
    queue,
    publish: (view) => {
      const { assetId, revision } = view;
      const sending = sendChecked(() => outbox.sendPhoto(view));
      return orLeave(sending, (error) => {
        log.warn({ assetId, revision, reason: reasonOf(error) }, 'a result waits in the outbox');
      });
    },
    publishFact: ({ ownerId, factId }) => {
      const sending = sendChecked(() => outbox.sendFactsOf(ownerId));
      return orLeave(sending, (error) => {
        log.warn({ factId, reason: reasonOf(error) }, 'a change of people waits in the outbox');
      });
    },
    close: async () => {
      await sweeps.stop();
      await closeQueue(queue);
    },
  };
}

/**
 * What is on its way when a connection ends fails, and does not reach the next one unchecked. So BullMQ
 * must not ask for the version at first: the queue would be of no use if that failed.
 */
function openQueue(options: { redis: RedisOptions; prefix: string }): ResultPublisher['queue'] {
  return new Queue(FACES_IDENTIFIED, {
    connection: { ...promptConnection(options.redis), maxRetriesPerRequest: 0 },
    prefix: options.prefix,
    skipVersionCheck: true,
  });
}

/** What sending failed with, in words. */
type ReasonOf = (error: unknown) => string;

/** What cannot be sent stays in the outbox, which is told. */
async function orLeave(sending: Promise<void>, tell: (error: unknown) => void): Promise<void> {
  try {
    await sending;
  } catch (error) {
    tell(error);
  }
}

/** Looks into the outbox from time to time and when told to, never twice at once. */
function sweepOften(
  {
    sweepEveryMillis = SWEEP_EVERY_MILLIS,
    log,
    reasonOf,
  }: { sweepEveryMillis?: number; log: Log; reasonOf: ReasonOf },
  publishPending: (isOver: () => boolean) => Promise<number>,
): { readonly now: () => void; stop(): Promise<void> } {
  let sweeping: Promise<unknown> = Promise.resolve();
  let isFirst = true;
  let isFailing = false;
  let isOver = false;
  const sweep = async (): Promise<void> => {
    if (isOver) return;
    try {
      const count = await publishPending(() => isOver);
      if (isFirst && count > 0) log.info({ count }, 'results of an earlier run were published');
      isFirst = false;
      isFailing = false;
    } catch (error) {
      // Said once; the next sweep tries again.
      log[isFailing ? 'debug' : 'warn']({ reason: reasonOf(error) }, 'the outbox waits');
      isFailing = true;
    }
  };
  const now = (): void => {
    sweeping = sweeping.then(sweep);
  };
  const timer = setInterval(now, sweepEveryMillis);
  return {
    now,
    stop: async () => {
      isOver = true;
      clearInterval(timer);
      await sweeping;
    },
  };
}
