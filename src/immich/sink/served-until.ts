/** What stands on a queue of Immich's at one moment. */
export interface QueueSight {
  /** When it was looked at: what was queued before then has an id of at most `lastId`. */
  readonly atMillis: number;
  /** The last job id that was given out; ids rise. */
  readonly lastId: number;
  /** The least id of a job that waits or runs; null when there is none. */
  readonly oldestId: number | null;
}

/** Looks that are remembered; beyond it every second one goes. */
const MOST_SIGHTS = 2000;
const LEAST_APART_MILLIS = 1000;

/**
 * Tells until when Immich has served a queue: everything that was queued before has had its turn,
 * however much stands behind. Each look remembers the last id given out; once the oldest job that is
 * left is younger than that, all is served that was queued before that look. Jobs are taken in their
 * order, and their ids rise (facts, 1.5).
 */
export class ServedUntil {
  #sights: QueueSight[] = [];
  #servedMillis: number | null = null;

  /** Takes in a look; answers with the time, in ms since 1970, or null when nothing is known to be served. */
  see(sight: QueueSight): number | null {
    const last = this.#sights.at(-1);
    if (last === undefined || sight.atMillis - last.atMillis >= LEAST_APART_MILLIS) {
      this.#sights.push(sight);
    }
    const { oldestId } = sight;
    if (oldestId === null) {
      this.#sights = [];
      this.#servedMillis = sight.atMillis;
      return sight.atMillis;
    }
    // Ids begin anew in a Redis that was emptied: what was remembered before says nothing then.
    this.#sights = this.#sights.filter(({ lastId }) => lastId <= sight.lastId);
    const served = this.#sights.findLastIndex(({ lastId }) => lastId < oldestId);
    if (served >= 0) this.#servedMillis = this.#sights[served]?.atMillis ?? null;
    this.#sights = this.#sights.slice(served + 1);
    if (this.#sights.length > MOST_SIGHTS)
      this.#sights = this.#sights.filter((_, i) => i % 2 === 0);
    return this.#servedMillis;
  }
}
