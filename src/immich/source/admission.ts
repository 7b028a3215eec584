import { setTimeout } from 'node:timers/promises';

import type { PhotoJobs } from './ports.ts';
import type { Admit } from './queue-assets.ts';

/** Uploads may wait in greater number than a backfill: nobody likes to wait for theirs. */
const UPLOADS_PER_BACKFILL = 10;
const POLL_MILLIS = 500;

/** Admits photos while fewer than the limit wait on the queue, so that it stays small. */
export function admitWhileRoom(jobs: PhotoJobs, maxWaiting: number): Admit {
  return async (source, wanted) => {
    const limit = source === 'backfill' ? maxWaiting : maxWaiting * UPLOADS_PER_BACKFILL;
    return Math.max(0, Math.min(wanted, limit - (await jobs.countWaiting())));
  };
}

/** The same, but waits for room; admits none when `signal` fires. */
export function admitWhenRoom(jobs: PhotoJobs, maxWaiting: number, signal: AbortSignal): Admit {
  const admit = admitWhileRoom(jobs, maxWaiting);
  return async (source, wanted) => {
    while (!signal.aborted) {
      const room = await admit(source, wanted);
      if (room > 0) return room;
      await setTimeout(POLL_MILLIS, undefined, { signal }).catch(() => undefined);
    }
    return 0;
  };
}
