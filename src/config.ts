import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { RedisOptions } from 'ioredis';
import { z } from 'zod';

import { readRedis, redisContradictions } from './config/redis-settings.ts';
import { WorkerError } from './errors.ts';

/** The worker's settings, frozen; see .env.example for what each variable does. */
export interface Config {
  readonly redis: RedisOptions;
  readonly queuePrefix: string;
  readonly mongodbUri: string | undefined;
  readonly dataDir: string;
  readonly mediaRoots: readonly string[];
  readonly engine: 'auto' | 'onnx' | 'tfjs-node' | 'wasm';
  readonly detector: {
    readonly kind: 'ssd' | 'tiny';
    readonly minScore: number;
    readonly tinyInputPx: number;
  };
  readonly weightsDir: string;
  readonly profile: 'standard' | 'low-power';
  readonly vision: {
    /** Undefined: the plan decides, by cores and memory. */
    readonly children: number | undefined;
    readonly threads: number | undefined;
    readonly memoryLimitMiB: number | undefined;
    /** Photos after which a child is replaced; 0: never for that. */
    readonly recyclePhotos: number;
  };
  readonly photoDeadlineMillis: number;
  readonly limits: { readonly maxPhotoBytes: number; readonly maxPhotoPixels: number };
  readonly match: { readonly distance: number | undefined; readonly margin: number | undefined };
  readonly jobs: { readonly attempts: number; readonly backoffMillis: number };
  /** A job whose worker has died is given to another after it. */
  readonly jobLockMillis: number;
  readonly shutdownGraceMillis: number;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly user: string | undefined;
    readonly password: string | undefined;
    readonly uploadMaxBytes: number;
    readonly uploadWaitMillis: number;
  };
  readonly logLevel: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that may be read from a file named by `<NAME>_FILE`, as Docker secrets are. */
export const SECRETS = ['REDIS_PASSWORD', 'MONGODB_URI', 'HTTP_PASSWORD'] as const;

const packageRoot = path.resolve(
  __dirname,
  path.basename(path.dirname(__dirname)) === 'dist' ? '../..' : '..',
);

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
  JOB_ATTEMPTS: whole(1, 100).default(5),
  JOB_BACKOFF_MILLIS: whole(0, 3_600_000).default(2000),
  JOB_LOCK_MILLIS: whole(5000, 3_600_000).default(60_000),
  SHUTDOWN_GRACE_MILLIS: whole(0, 3_600_000).default(20_000),
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: whole(0, 65535).default(3033),
  HTTP_USER: z.string().optional(),
  HTTP_PASSWORD: z.string().optional(),
  UPLOAD_MAX_BYTES: whole(1, 1024 * MiB).default(64 * MiB),
  UPLOAD_WAIT_MILLIS: whole(0, 600_000).default(30_000),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
} as const;

type Values = z.infer<z.ZodObject<typeof VARIABLES>>;

/**
 * Reads the settings from an environment. Throws CONFIG_INVALID that lists every problem, a line
 * each: the variable, what was expected and what came.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = [];
  const given = readSecretFiles(withoutEmpty(environment), problems);
  const parsed = z.object(VARIABLES).safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    problems.push(`${name}: expected ${issue.message}, got ${shown(name, given[name])}`);
  }
  problems.push(...contradictions(given));
  const redis = readRedis(given, parsed.data, problems);
  if (problems.length > 0 || parsed.data === undefined || redis === undefined) {
    throw new WorkerError(
      'CONFIG_INVALID',
      `the settings cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\n` +
        'Each variable is described in .env.example.',
    );
  }
  return toConfig(parsed.data, redis);
}

/** The environment for child processes that open strangers' photos: without any secret. */
export function childEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const secret = new Set<string>([...SECRETS, 'REDIS_URL', 'HTTP_USER', 'REDIS_USERNAME']);
  return {
    // TensorFlow greets on standard error with what this build of it could do better.
    TF_CPP_MIN_LOG_LEVEL: '2',
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !secret.has(name))),
  };
}

function withoutEmpty(environment: Environment): Record<string, string> {
  const names = [...Object.keys(VARIABLES), ...SECRETS.map((name) => `${name}_FILE`)];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}

function readSecretFiles(
  given: Record<string, string>,
  problems: string[],
): Record<string, string> {
  const values = { ...given };
  for (const name of SECRETS) {
    const file = given[`${name}_FILE`];
    if (file === undefined) continue;
    if (given[name] !== undefined) {
      problems.push(`${name}_FILE: expected only one of ${name} and ${name}_FILE, got both`);
      continue;
    }
    try {
      values[name] = readFileSync(file, 'utf8').trim();
    } catch {
      problems.push(`${name}_FILE: expected a readable file, got ${JSON.stringify(file)}`);
    }
  }
  return values;
}

function contradictions(given: Environment): string[] {
  const found = redisContradictions(given);
  const isSet = (name: string): boolean => given[name] !== undefined;
  if (isSet('HTTP_USER') !== isSet('HTTP_PASSWORD')) {
    const [there, missing] = isSet('HTTP_USER')
      ? ['HTTP_USER', 'HTTP_PASSWORD']
      : ['HTTP_PASSWORD', 'HTTP_USER'];
    found.push(`${missing}: expected together with ${there}, got only ${there}`);
  }
  const host = given['HTTP_HOST'];
  if (host !== undefined && !isLoopback(host) && !isSet('HTTP_PASSWORD')) {
    found.push(
      `HTTP_HOST: expected a loopback address (127.0.0.1, ::1, localhost) or HTTP_USER and HTTP_PASSWORD, got ${JSON.stringify(host)} without them`,
    );
  }
  return found;
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function toConfig(values: Values, redis: RedisOptions): Config {
  return Object.freeze({
    redis,
    queuePrefix: values.QUEUE_PREFIX,
    mongodbUri: values.MONGODB_URI,
    dataDir: path.resolve(values.DATA_DIR),
    mediaRoots: values.MEDIA_ROOTS,
    engine: values.ENGINE,
    detector: {
      kind: values.DETECTOR ?? (values.PROFILE === 'low-power' ? 'tiny' : 'ssd'),
      minScore: values.DETECTOR_MIN_SCORE,
      tinyInputPx: values.TINY_INPUT_PX,
    },
    weightsDir: path.resolve(values.WEIGHTS_DIR),
    profile: values.PROFILE,
    vision: {
      children: values.VISION_CHILDREN,
      threads: values.VISION_THREADS,
      memoryLimitMiB: values.VISION_MEMORY_MIB,
      recyclePhotos: values.VISION_RECYCLE_PHOTOS,
    },
    photoDeadlineMillis: values.PHOTO_DEADLINE_MILLIS,
    limits: { maxPhotoBytes: values.MAX_PHOTO_BYTES, maxPhotoPixels: values.MAX_PHOTO_PIXELS },
    match: { distance: values.MATCH_DISTANCE, margin: values.MATCH_MARGIN },
    jobs: { attempts: values.JOB_ATTEMPTS, backoffMillis: values.JOB_BACKOFF_MILLIS },
    jobLockMillis: values.JOB_LOCK_MILLIS,
    shutdownGraceMillis: values.SHUTDOWN_GRACE_MILLIS,
    http: {
      host: values.HTTP_HOST,
      port: values.HTTP_PORT,
      user: values.HTTP_USER,
      password: values.HTTP_PASSWORD,
      uploadMaxBytes: values.UPLOAD_MAX_BYTES,
      uploadWaitMillis: values.UPLOAD_WAIT_MILLIS,
    },
    logLevel: values.LOG_LEVEL,
  });
}

/** What came, for the message; a secret is not repeated. */
function shown(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  if ((SECRETS as readonly string[]).includes(name)) return 'another value (hidden)';
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
