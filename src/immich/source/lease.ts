import { randomUUID } from 'node:crypto';

import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ImmichStore } from './ports.ts';

/** Sees to it that one worker of several watches Immich; the others stand by. */
export interface Lease {
  readonly isHeld: boolean;
  /** Asks once more; answers whether it was taken just now. `isHeld` is as of the last time. */
  renew(): Promise<boolean>;
  /** Lets another worker take it at once. */
  release(): Promise<void>;
}

const NAME = 'immich-source';
/** How long the others wait for a worker that has died. */
const LEASE_MILLIS = 15_000;
/** How often a lease is to be renewed. */
export const RENEW_MILLIS = 5000;

/** A lease of the store's, which nobody holds yet. */
export function createLease(store: ImmichStore, log: Log): Lease {
  const holder = randomUUID();
  let isHeld = false;
  const take = (forMillis: number): Promise<boolean> => {
    const nowMillis = Date.now();
    return store.takeLease(NAME, holder, { nowMillis, untilMillis: nowMillis + forMillis });
  };
  return {
    get isHeld() {
      return isHeld;
    },
    renew: async () => {
      const wasHeld = isHeld;
      try {
        isHeld = await take(LEASE_MILLIS);
      } catch (error) {
        // Without the store nothing can be done anyway.
        isHeld = false;
        log.debug({ reason: messageOf(error) }, 'the lease on Immich was not renewed');
      }
      return isHeld && !wasHeld;
    },
    release: async () => {
      if (isHeld) await take(-1).catch(() => undefined);
      isHeld = false;
    },
  };
}
