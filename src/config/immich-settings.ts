import type { RedisOptions } from 'ioredis';
import { parse } from 'yaml';
import { z } from 'zod';

import { decodeIoredisOptions, redisOfUrl } from './redis-url.ts';

/** How to reach Immich, and how it is watched. */
export interface ImmichSettings {
  readonly url: string;
  /** One for each user whose photos are to be looked at. */
  readonly keys: readonly ImmichKey[];
  /** The Redis with Immich's events; null: the sweep alone finds what is new. */
  readonly events: { readonly redis: RedisOptions; readonly prefix: string } | null;
  /** Whether photos that were there before are looked at too, behind the uploads. */
  readonly backfillExisting: boolean;
  readonly sweepMillis: number;
  readonly reconcileMillis: number;
  /** Photos of a backfill that may wait on the queue at once. */
  readonly maxWaiting: number;
  readonly concurrency: number;
  readonly timeoutMillis: number;
  /** Folders of Immich's container that are mounted here. */
  readonly pathMap: readonly PathMapping[];
}

/** A folder of Immich's container, and where it lies here. */
export interface PathMapping {
  readonly from: string;
  readonly to: string;
}

/** The checked variables that this file reads. */
export interface ImmichValues {
  readonly IMMICH_URL?: string | undefined;
  readonly IMMICH_API_KEY?: readonly ImmichKey[] | undefined;
  readonly IMMICH_API_KEYS?: readonly ImmichKey[] | undefined;
  readonly IMMICH_EVENTS: 'on' | 'off';
  readonly IMMICH_REDIS_URL?: string | undefined;
  readonly IMMICH_QUEUE_PREFIX: string;
  readonly IMMICH_EXISTING_PHOTOS: 'backfill' | 'ignore';
  readonly IMMICH_SWEEP_SECONDS: number;
  readonly IMMICH_RECONCILE_MINUTES: number;
  readonly IMMICH_MAX_WAITING: number;
  readonly IMMICH_CONCURRENCY: number;
  readonly IMMICH_TIMEOUT_MILLIS: number;
  readonly IMMICH_PATH_MAP: readonly PathMapping[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings of Immich that cannot stand together, a line each. */
export function immichContradictions(given: Environment): string[] {
  const isSet = (name: string): boolean => given[name] !== undefined;
  const keyed = isSet('IMMICH_API_KEY') || isSet('IMMICH_API_KEYS');
  if (isSet('IMMICH_URL') && !keyed) {
    return ['IMMICH_API_KEYS: expected an API key of each user beside IMMICH_URL, got none'];
  }
  if (keyed && !isSet('IMMICH_URL')) {
    return ["IMMICH_URL: expected Immich's address beside the API keys, got nothing"];
  }
  const redisUrl = given['IMMICH_REDIS_URL'];
  if (redisUrl !== undefined && redisOf(redisUrl) === undefined) {
    return [
      'IMMICH_REDIS_URL: expected redis://, rediss:// or ioredis://, with a host, got another form (hidden)',
    ];
  }
  return [];
}

/** Undefined without IMMICH_URL. `redis` is our own, which is Immich's unless another is named. */
export function readImmich(values: ImmichValues, redis: RedisOptions): ImmichSettings | undefined {
  if (values.IMMICH_URL === undefined) return undefined;
  const { IMMICH_REDIS_URL: redisUrl, IMMICH_QUEUE_PREFIX: prefix } = values;
  const eventsRedis = redisUrl === undefined ? redis : (redisOf(redisUrl) ?? redis);
  return {
    url: values.IMMICH_URL,
    keys: distinct([...(values.IMMICH_API_KEY ?? []), ...(values.IMMICH_API_KEYS ?? [])]),
    events: values.IMMICH_EVENTS === 'off' ? null : { redis: eventsRedis, prefix },
    backfillExisting: values.IMMICH_EXISTING_PHOTOS === 'backfill',
    sweepMillis: values.IMMICH_SWEEP_SECONDS * 1000,
    reconcileMillis: values.IMMICH_RECONCILE_MINUTES * 60_000,
    maxWaiting: values.IMMICH_MAX_WAITING,
    concurrency: values.IMMICH_CONCURRENCY,
    timeoutMillis: values.IMMICH_TIMEOUT_MILLIS,
    pathMap: values.IMMICH_PATH_MAP,
  };
}

function redisOf(url: string): RedisOptions | undefined {
  return url.startsWith('ioredis://')
    ? decodeIoredisOptions(url.slice('ioredis://'.length))
    : redisOfUrl(url);
}

/** An API key of one of Immich's users. */
export interface ImmichKey {
  readonly key: string;
  /** Names the key in logs and messages until Immich has said whose it is. */
  readonly label: string;
}

/** The secrets that Immich gives out hold no space, comma or quote. */
const Key = z.string().regex(/^[\w+/=.-]{8,}$/);
const Entry = z.union([Key, z.object({ key: Key, name: z.string().optional() })]);
const Entries = z.union([z.array(Entry), z.record(z.string(), Key)]);

/**
 * Reads keys: separated by lines or commas, or as YAML or JSON: a list of keys, of
 * `{ key, name }`, or `name: key` lines. Null when the text is none of these.
 */
export function readImmichKeys(text: string): readonly ImmichKey[] | null {
  const plain = withoutComments(text)
    .split(/[\s,]+/)
    .filter((part) => part !== '');
  if (plain.length > 0 && plain.every((part) => Key.safeParse(part).success)) {
    return labelled(plain.map((key) => ({ key })));
  }
  try {
    const entries = Entries.parse(parse(text));
    if (!Array.isArray(entries)) {
      return labelled(Object.entries(entries).map(([name, key]) => ({ key, name })));
    }
    return labelled(entries.map((entry) => (typeof entry === 'string' ? { key: entry } : entry)));
  } catch {
    return null;
  }
}

/** Keys of two texts as one text. One that holds none adds nothing; one of no known form is left to be refused. */
export function joinImmichKeys(one: string, other: string): string {
  const texts = [one, other].filter((text) => withoutComments(text).trim() !== '');
  const read = texts.map(readImmichKeys);
  const wrong = read.indexOf(null);
  if (wrong >= 0 || read.length === 0) return texts[wrong] ?? '';
  return JSON.stringify(
    read
      .flatMap((keys) => keys ?? [])
      .map(({ key, label }) => (isNumber(label) ? key : { key, name: label })),
  );
}

/** What a key without a name is called. */
function isNumber(label: string): boolean {
  return /^key \d+$/.test(label);
}

function withoutComments(text: string): string {
  return text.replace(/^\s*#.*$/gm, '');
}

function labelled(
  keys: readonly { readonly key: string; readonly name?: string | undefined }[],
): readonly ImmichKey[] {
  return keys.map(({ key, name }, i) => ({ key, label: name ?? `key ${i + 1}` }));
}

function distinct(keys: readonly ImmichKey[]): readonly ImmichKey[] {
  return [...new Map(keys.map((one) => [one.key, one])).values()];
}
