import type { Redis } from 'ioredis';

/** What workers of one Redis tell each other of their store. */
export interface NamedStore {
  /** Where it is, in words, without secrets. */
  readonly place: string;
  /** The same for all who share it. */
  readId(): Promise<string>;
  /** Gives it another id if `former` is still its id; answers with its id, whoever gave it. */
  renewId(former: string): Promise<string>;
}

/** A store whose workers run. Times are those of Redis. */
interface Claim {
  readonly place: string;
  readonly sinceMillis: number;
  readonly untilMillis: number;
}

/** How long after the last worker of a store is gone another store may take its place. */
const CLAIM_MILLIS = 10_000;

/** The stores whose workers run at a Redis, of which the one that was first counts; a hash by store id. */
export class StoreClaims {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #store: NamedStore;
  /** Since when workers of this store run; null before the first claim. */
  #sinceMillis: number | null = null;

  constructor(redis: Redis, key: string, store: NamedStore) {
    this.#redis = redis;
    this.#key = key;
    this.#store = store;
  }

  /**
   * Claims, or keeps the claim; answers with the place of a store that was first, else null. The first
   * of a store's workers gives it a new id, so that a copy that was made before is another store.
   */
  async claim(): Promise<string | null> {
    let id = await this.#store.readId();
    const { nowMillis, claims } = await this.#read();
    const living = [...claims].filter(([, { untilMillis }]) => untilMillis > nowMillis);
    const own = living.find(([one]) => one === id)?.[1];
    const sinceMillis = Math.min(own?.sinceMillis ?? nowMillis, this.#sinceMillis ?? nowMillis);
    // Who comes new lets everybody go first.
    const isNew = own === undefined && this.#sinceMillis === null;
    const first = living.find(
      ([one, other]) => one !== id && (isNew || other.sinceMillis < sinceMillis),
    );
    if (first !== undefined) return first[1].place;
    if (isNew) id = await this.#store.renewId(id);
    this.#sinceMillis = sinceMillis;
    const ended = [...claims.keys()].filter((one) => !living.some(([living]) => living === one));
    await this.#write(id, { place: this.#store.place, sinceMillis, nowMillis }, ended);
    return null;
  }

  async #read(): Promise<{ nowMillis: number; claims: Map<string, Claim> }> {
    const [time, held] = await answersOf(this.#redis.multi().time().hgetall(this.#key));
    const [seconds, micros] = time as [string | number, string | number];
    const claims = Object.entries(held as Record<string, string>).map(
      ([id, claim]) => [id, JSON.parse(claim) as Claim] as const,
    );
    return {
      nowMillis: Number(seconds) * 1000 + Math.floor(Number(micros) / 1000),
      claims: new Map(claims),
    };
  }

  async #write(
    id: string,
    { place, sinceMillis, nowMillis }: { place: string; sinceMillis: number; nowMillis: number },
    ended: readonly string[],
  ): Promise<void> {
    const claim: Claim = { place, sinceMillis, untilMillis: nowMillis + CLAIM_MILLIS };
    const writing = this.#redis.multi().hset(this.#key, id, JSON.stringify(claim));
    if (ended.length > 0) writing.hdel(this.#key, ...ended);
    await answersOf(writing.pexpire(this.#key, CLAIM_MILLIS));
  }
}

async function answersOf(commands: ReturnType<Redis['multi']>): Promise<unknown[]> {
  return ((await commands.exec()) ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}
