import path from 'node:path';

import { z } from 'zod';

import { HTTP_USERS_FORM, isAddressRange, readHttpUsers } from './http-users.ts';
import { joinImmichKeys, readImmichKeys, type PathMapping } from './immich-settings.ts';
import { readWriteKinds } from './immich-write-settings.ts';

/** Variables that may be read from a file named by `<NAME>_FILE`, as Docker secrets are. */
export const SECRETS = [
  'REDIS_PASSWORD',
  'MONGODB_URI',
  'HTTP_PASSWORD',
  'HTTP_USERS',
  'IMMICH_API_KEY',
  'IMMICH_API_KEYS',
  'IMMICH_REDIS_URL',
] as const;

/** Those of which the variable and the file both count, where both are there. */
export const JOINED_SECRETS: Readonly<Record<string, (one: string, other: string) => string>> = {
  // The compose file always names the file; a key in .env is meant to be used all the same.
  IMMICH_API_KEYS: joinImmichKeys,
};

const checkout = path.resolve(__dirname, '../..');
const packageRoot = path.basename(checkout) === 'dist' ? path.dirname(checkout) : checkout;

const whole = (least: number, most: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^-?\d+$/, `a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `a whole number from ${least} to ${most}`);

const share = (least: number, most: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^\d*\.?\d+$/, `a number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `a number from ${least} to ${most}`);

const oneOf = <const T extends readonly [string, ...string[]]>(values: T): z.ZodType<T[number]> =>
  z.enum(values, `one of ${values.join(', ')}`);

/** A list separated by commas, or in JSON for names that hold a comma; null when it is neither. */
function toList(text: string): readonly string[] | null {
  if (!text.trimStart().startsWith('[')) {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  try {
    return z.array(z.string()).parse(JSON.parse(text));
  } catch {
    return null;
  }
}

const MiB = 1024 * 1024;

const keys = z
  .string()
  .transform(readImmichKeys)
  .refine(
    (list) => list !== null && list.length > 0,
    "API keys, one a line or separated by commas, or YAML: a list of keys, or 'name: key' lines",
  )
  .transform((list) => list ?? []);

/** `/data=/photos` or `/data:/photos`, several separated by commas; null when it is neither. */
function toPathMap(text: string): readonly PathMapping[] | null {
  const pairs = text.split(',').map((pair) => {
    const [from = '', to = '', ...more] = pair.trim().split(/[:=]/);
    return { from: path.posix.normalize(from), to: path.posix.normalize(to), more };
  });
  const usable = pairs.every(
    ({ from, to, more }) => from.startsWith('/') && to.startsWith('/') && more.length === 0,
  );
  return usable ? pairs.map(({ from, to }) => ({ from, to })) : null;
}

/** Each variable with its check; the message is what was expected. */
export const VARIABLES = {
  REDIS_HOSTNAME: z.string().optional(),
  REDIS_PORT: whole(1, 65535).default(6379),
  REDIS_DBINDEX: whole(0, 10_000).default(0),
  REDIS_USERNAME: z.string().optional(),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_SOCKET: z.string().optional(),
  REDIS_URL: z.string().optional(),
  REDIS_TLS_CA_FILE: z.string().optional(),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[^:{}\s]+$/, 'a name without colon, brace or space')
    .default('immich_bull'),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/./, 'an address that begins with mongodb:// or mongodb+srv://')
    .optional(),
  DATA_DIR: z.string().default('./data'),
  MEDIA_ROOTS: z
    .string()
    .transform(toList)
    .refine(
      (roots) => roots?.every((root) => path.isAbsolute(root)) === true,
      'absolute folders, separated by commas or as a JSON list',
    )
    .transform((roots) => roots ?? [])
    .default([]),
  ENGINE: oneOf(['auto', 'onnx', 'tfjs-node', 'wasm']).default('auto'),
  DETECTOR: oneOf(['ssd', 'tiny']).optional(),
  DETECTOR_MIN_SCORE: share(0.05, 0.99).default(0.5),
  TINY_INPUT_PX: whole(128, 608)
    .refine((px) => px % 32 === 0, 'a multiple of 32 from 128 to 608')
    .default(416),
  WEIGHTS_DIR: z.string().default(path.join(packageRoot, 'weights/files')),
  PROFILE: oneOf(['standard', 'low-power']).default('standard'),
  VISION_CHILDREN: whole(1, 64).optional(),
  VISION_THREADS: whole(1, 256).optional(),
  VISION_MEMORY_MIB: whole(128, 1_048_576).optional(),
  VISION_RECYCLE_PHOTOS: whole(0, 1_000_000_000).default(2000),
  PHOTO_DEADLINE_MILLIS: whole(1000, 3_600_000).default(120_000),
  MAX_PHOTO_BYTES: whole(1, 4096 * MiB).default(256 * MiB),
  MAX_PHOTO_PIXELS: whole(1, 2_000_000_000).default(150_000_000),
  MATCH_DISTANCE: share(0.05, 1.5).optional(),
  MATCH_MARGIN: share(0, 0.5).optional(),
  MIN_QUALITY: share(0, 1).optional(),
  MERGE_DISTANCE: share(0.05, 1.5).optional(),
  TIDY_EVERY_MILLIS: whole(0, 604_800_000).default(300_000),
  MAX_KNOWN_FACES: whole(1, 1_000_000_000).default(1_000_000),
  JOB_ATTEMPTS: whole(1, 100).default(5),
  JOB_BACKOFF_MILLIS: whole(0, 3_600_000).default(2000),
  JOB_LOCK_MILLIS: whole(5000, 3_600_000).default(60_000),
  SHUTDOWN_GRACE_MILLIS: whole(0, 3_600_000).default(20_000),
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: whole(0, 65535).default(3033),
  HTTP_USER: z.string().optional(),
  HTTP_PASSWORD: z.string().optional(),
  HTTP_USERS: z
    .string()
    .transform(readHttpUsers)
    .refine((users) => users !== undefined, HTTP_USERS_FORM)
    .default([]),
  HTTP_QUEUES_READ_ONLY: oneOf(['true', 'false'])
    .transform((value) => value === 'true')
    .default(false),
  HTTP_TRUSTED_PROXIES: z
    .string()
    .transform(toList)
    .refine(
      (list) => list?.every(isAddressRange) === true,
      'IP addresses or ranges such as 172.16.0.0/12, separated by commas',
    )
    .transform((list) => list ?? [])
    .default([]),
  THUMBNAILS_MAX_BYTES: whole(0, 1_048_576 * MiB).default(512 * MiB),
  UPLOAD_MAX_BYTES: whole(1, 1024 * MiB).default(64 * MiB),
  // V8 holds no text of more than 512 MiB.
  IMPORT_MAX_BYTES: whole(1, 511 * MiB).default(384 * MiB),
  UPLOAD_WAIT_MILLIS: whole(0, 600_000).default(30_000),
  IMMICH_URL: z
    .string()
    .regex(/^https?:\/\/[^\s/@?#]+(\/[^\s?#]*)?$/, 'an address such as http://immich-server:2283')
    .optional(),
  IMMICH_API_KEY: keys.optional(),
  IMMICH_API_KEYS: keys.optional(),
  IMMICH_EVENTS: oneOf(['on', 'off']).default('on'),
  IMMICH_REDIS_URL: z.string().optional(),
  IMMICH_QUEUE_PREFIX: z
    .string()
    .regex(/^[^:{}\s]+$/, 'a name without colon, brace or space')
    .default('immich_bull'),
  IMMICH_EXISTING_PHOTOS: oneOf(['backfill', 'ignore']).default('backfill'),
  IMMICH_SWEEP_SECONDS: whole(5, 86_400).default(60),
  IMMICH_RECONCILE_MINUTES: whole(1, 43_200).default(360),
  IMMICH_MAX_WAITING: whole(1, 1_000_000).default(500),
  IMMICH_CONCURRENCY: whole(1, 64).default(4),
  IMMICH_TIMEOUT_MILLIS: whole(100, 600_000).default(30_000),
  IMMICH_PATH_MAP: z
    .string()
    .transform(toPathMap)
    .refine(
      (map) => map !== null,
      "pairs of absolute folders, Immich's and ours, such as /data:/photos, separated by commas",
    )
    .default([]),
  IMMICH_WRITE: z
    .string()
    .transform(readWriteKinds)
    .refine((kinds) => kinds !== null, "people, tags and albums, separated by commas, or 'none'")
    .default([]),
  IMMICH_WRITE_UNNAMED: oneOf(['on', 'off']).default('on'),
  IMMICH_ALBUMS_FILE: z.string().optional(),
  IMMICH_READ_BACK_MINUTES: whole(1, 43_200).default(15),
  IMMICH_DETECTION_WAIT_MINUTES: whole(0, 43_200).default(1440),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
} as const;

/** Every variable that is read: the settings, and files that hold a secret one. */
export const VARIABLE_NAMES: readonly string[] = [
  ...Object.keys(VARIABLES),
  ...SECRETS.map((name) => `${name}_FILE`),
];
