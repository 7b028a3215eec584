import { QueueEvents } from 'bullmq';
import type { RedisOptions } from 'ioredis';

import type { Log } from '../../log.ts';
import { messageOf } from '../../errors.ts';
import { NO_OWNER, type ImmichStore } from './ports.ts';

/**
 * The one queue of Immich's whose jobs are named after their asset. A job comes here after an
 * upload, an import of an external library, a refresh of metadata and a sidecar's writing.
 */
const NUDGING_QUEUE = 'storageTemplateMigration';
/** Name of the mark that holds the last event. */
export const CURSOR = 'events-seen-until';
const WRITE_CURSOR_MILLIS = 2000;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface Nudges {
  close(): Promise<void>;
}

/**
 * Listens to Immich's events and calls `onNudge` when an asset is ready to be asked about. Only
 * reads: QueueEvents issues INFO, CLIENT SETNAME and XREAD, where a Queue would write Immich's meta
 * key. Goes on behind the last event that was seen. `redis` is for a connection that waits for ever.
 */
export async function listenForNudges(options: {
  readonly redis: RedisOptions;
  readonly prefix: string;
  readonly store: ImmichStore;
  readonly onNudge: (assetId: string) => void;
  readonly onError: (error: unknown) => void;
  /** Closes what listens, whatever it is about. */
  readonly closeEvents: (events: QueueEvents) => Promise<void>;
  readonly log: Log;
}): Promise<Nudges> {
  const { store, log } = options;
  let cursor = await store.readMark(NO_OWNER, CURSOR);
  let written = cursor;
  const writeCursor = async (): Promise<void> => {
    if (cursor === null || cursor === written) return;
    const now = cursor;
    try {
      await store.writeMark(NO_OWNER, CURSOR, now);
      written = now;
    } catch (error) {
      log.debug({ reason: messageOf(error) }, 'the place in the events was not written down');
    }
  };
  const events = new QueueEvents(NUDGING_QUEUE, {
    connection: options.redis,
    prefix: options.prefix,
    // From the first that is kept: '$' would mean the end anew at each reading until one has come.
    lastEventId: cursor ?? '0-0',
  });
  events.on('error', options.onError);
  const hear = ({ jobId }: { readonly jobId: string }, id: string): void => {
    cursor = id;
    // The job that goes through all photos has a number, and the job's name has changed before.
    if (UUID.test(jobId)) options.onNudge(jobId);
  };
  events.on('added', hear);
  // Also where an earlier job of the asset is still there: one that failed stays for ever.
  events.on('duplicated', hear);
  let writing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    writing = writing.then(writeCursor);
  }, WRITE_CURSOR_MILLIS);
  return {
    close: async () => {
      clearInterval(timer);
      await options.closeEvents(events);
      await writing;
      await writeCursor();
    },
  };
}
