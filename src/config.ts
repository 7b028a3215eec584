import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { RedisOptions } from 'ioredis';
import { z } from 'zod';

import { immichContradictions, readImmich, type ImmichSettings } from './config/immich-settings.ts';
import type { HttpAccount } from './config/http-users.ts';
import {
  immichWriteContradictions,
  readImmichWrite,
  type ImmichWriteSettings,
} from './config/immich-write-settings.ts';
import { readRedis, redisContradictions } from './config/redis-settings.ts';
import { misspelled, type Misspelled } from './config/misspelled.ts';
import { JOINED_SECRETS, SECRETS, VARIABLE_NAMES, VARIABLES } from './config/variables.ts';
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
  /** From this quality on a face may found a person and vote. */
  readonly minQuality: number | undefined;
  readonly tidy: {
    /** Time between two runs of the maintenance; 0: none by itself. */
    readonly everyMillis: number;
    readonly mergeDistance: number | undefined;
  };
  /** Faces of all owners together that are kept in memory. */
  readonly maxKnownFaces: number;
  readonly jobs: { readonly attempts: number; readonly backoffMillis: number };
  /** A job whose worker has died is given to another after it. */
  readonly jobLockMillis: number;
  readonly shutdownGraceMillis: number;
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Who may log in, HTTP_USER first; none: whoever is on this machine. */
    readonly accounts: readonly HttpAccount[];
    /** Bull Board only shows. */
    readonly readOnly: boolean;
    readonly trustedProxies: readonly string[];
    readonly uploadMaxBytes: number;
    readonly uploadWaitMillis: number;
    /** Of a file of people. */
    readonly importMaxBytes: number;
  };
  /** Undefined: photos come as jobs with paths only. */
  readonly immich: ImmichSettings | undefined;
  readonly thumbnails: { readonly maxBytes: number };
  /** Undefined: nothing is written into Immich. */
  readonly immichWrite: ImmichWriteSettings | undefined;
  readonly logLevel: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

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
  const immichWrite =
    parsed.data === undefined ? undefined : readImmichWrite(parsed.data, problems);
  if (problems.length > 0 || parsed.data === undefined || redis === undefined) {
    throw new WorkerError(
      'CONFIG_INVALID',
      `the settings cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\n` +
        'Each variable is described in .env.example.',
    );
  }
  return toConfig(parsed.data, { redis, immichWrite });
}

/** Variables of the environment that are probably meant to be settings, and are none. */
export function misspelledVariables(environment: NodeJS.ProcessEnv = process.env): Misspelled[] {
  return misspelled(environment);
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
  return Object.fromEntries(
    VARIABLE_NAMES.flatMap((name) => {
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
    const join = JOINED_SECRETS[name];
    const value = given[name];
    if (value !== undefined && join === undefined) {
      problems.push(`${name}_FILE: expected only one of ${name} and ${name}_FILE, got both`);
      continue;
    }
    try {
      const content = readFileSync(file, 'utf8').trim();
      values[name] = value === undefined || join === undefined ? content : join(content, value);
    } catch {
      problems.push(`${name}_FILE: expected a readable file, got ${JSON.stringify(file)}`);
    }
  }
  return values;
}

function contradictions(given: Environment): string[] {
  const found = [
    ...redisContradictions(given),
    ...immichContradictions(given),
    ...immichWriteContradictions(given),
  ];
  const isSet = (name: string): boolean => given[name] !== undefined;
  if (isSet('HTTP_USER') !== isSet('HTTP_PASSWORD')) {
    const [there, missing] = isSet('HTTP_USER')
      ? ['HTTP_USER', 'HTTP_PASSWORD']
      : ['HTTP_PASSWORD', 'HTTP_USER'];
    found.push(`${missing}: expected together with ${there}, got only ${there}`);
  }
  const host = given['HTTP_HOST'];
  const needsLogin = isSet('HTTP_PASSWORD') || isSet('HTTP_USERS');
  if (host !== undefined && !isLoopback(host) && !needsLogin) {
    found.push(
      `HTTP_HOST: expected a loopback address (127.0.0.1, ::1, localhost) or HTTP_USER and HTTP_PASSWORD (or HTTP_USERS), got ${JSON.stringify(host)} without them`,
    );
  }
  return found;
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function toConfig(
  values: Values,
  { redis, immichWrite }: Pick<Config, 'redis' | 'immichWrite'>,
): Config {
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
    minQuality: values.MIN_QUALITY,
    tidy: { everyMillis: values.TIDY_EVERY_MILLIS, mergeDistance: values.MERGE_DISTANCE },
    maxKnownFaces: values.MAX_KNOWN_FACES,
    jobs: { attempts: values.JOB_ATTEMPTS, backoffMillis: values.JOB_BACKOFF_MILLIS },
    jobLockMillis: values.JOB_LOCK_MILLIS,
    shutdownGraceMillis: values.SHUTDOWN_GRACE_MILLIS,
    http: {
      host: values.HTTP_HOST,
      port: values.HTTP_PORT,
      accounts: [...adminOf(values), ...values.HTTP_USERS],
      readOnly: values.HTTP_QUEUES_READ_ONLY,
      trustedProxies: values.HTTP_TRUSTED_PROXIES,
      uploadMaxBytes: values.UPLOAD_MAX_BYTES,
      uploadWaitMillis: values.UPLOAD_WAIT_MILLIS,
      importMaxBytes: values.IMPORT_MAX_BYTES,
    },
    immich: readImmich(values, redis),
    thumbnails: { maxBytes: values.THUMBNAILS_MAX_BYTES },
    immichWrite,
    logLevel: values.LOG_LEVEL,
  });
}

function adminOf({ HTTP_USER: user, HTTP_PASSWORD: password }: Values): HttpAccount[] {
  return user === undefined || password === undefined ? [] : [{ user, password, ownerId: null }];
}

/** What came, for the message; a secret is not repeated. */
function shown(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  if ((SECRETS as readonly string[]).includes(name)) return 'another value (hidden)';
  const open = value.replace(/\/\/.*@/s, '//…@');
  return JSON.stringify(open.length > 80 ? `${open.slice(0, 80)}…` : open);
}
