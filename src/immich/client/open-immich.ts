import { setTimeout } from 'node:timers/promises';

import { Agent } from 'undici';
import type { z } from 'zod';

import { WorkerError } from '../../errors.ts';
import type { RequestReport } from '../reports.ts';
import { readBeginning, readText, saveBody, type Attempt, type TimeLimits } from './attempt.ts';
import type { ImmichApi, ImmichRequest } from './immich-api.ts';
import { unavailable, type Call } from './refusal.ts';
import { withRetries, type RetryPlan } from './retry.ts';
import { Shares } from './shares.ts';
import { tryRoute } from './try-route.ts';
import { getServerVersion } from './users.ts';
import type { ImmichVersion } from './version.ts';

export interface ImmichOptions {
  /** `http://host:2283`, with or without `/api`. */
  readonly url: string;
  /** Requests under way at once, all users together. */
  readonly concurrency?: number;
  readonly limits?: TimeLimits;
  readonly retry?: RetryPlan;
  /** Told of each try of a request. */
  readonly onRequest?: (report: RequestReport) => void;
}

/** Whose requests they are. */
export interface ImmichLogin {
  readonly key: string;
  readonly who: string;
  /** Told of each try of a request of the user's. */
  readonly onRequest?: (report: RequestReport) => void;
}

/** An Immich server, before anybody has logged in. */
export interface Immich {
  /** The address of the API, for logs. */
  readonly url: string;
  /** The API as the user of a key; `who` names that user in logs. */
  as(user: ImmichLogin): ImmichApi;
  close(): Promise<void>;
}

const CONCURRENCY = 4;
const CONNECT_MILLIS = 10_000;
const LIMITS: TimeLimits = { answerMillis: 30_000, downloadMillis: 120_000 };
const RETRY: RetryPlan = { attempts: 4, backoffMillis: 250 };

/** Prepares the connections; nothing is asked yet. */
export function openImmich(options: ImmichOptions): Immich {
  const url = options.url.replace(/\/+$/, '').replace(/\/api$/, '') + '/api';
  const dispatcher = new Agent({
    // Further requests wait in line here, before their time begins to count.
    connections: options.concurrency ?? CONCURRENCY,
    connect: { timeout: CONNECT_MILLIS },
  });
  const limits = options.limits ?? LIMITS;
  const retry = options.retry ?? RETRY;
  let pausedUntil = 0;
  const shares = new Shares(options.concurrency ?? CONCURRENCY);
  let version: ImmichVersion | undefined;
  const onPause = (millis: number): void => {
    pausedUntil = Math.max(pausedUntil, Date.now() + millis);
  };
  const as = ({ key, who, onRequest }: ImmichLogin): ImmichApi => {
    const share = shares.of(key);
    const run = <T>(request: ImmichRequest, work: (attempt: Attempt) => Promise<T>): Promise<T> => {
      const call = callOf(url, request, who);
      const { signal, repeatable = call.method !== 'POST' } = request;
      const once = async (): Promise<T> => {
        await pause(pausedUntil - Date.now(), signal);
        const attempt: Attempt = { dispatcher, call, key, request, limits };
        const tried = share(() =>
          tryRoute(
            call,
            () => work(attempt),
            () => readText(toConfig(attempt, url)),
          ),
        );
        return reported(tried, { method: call.method, path: request.path }, [
          options.onRequest,
          onRequest,
        ]);
      };
      return withRetries({ ...retry, repeatable, signal }, once, onPause);
    };
    const api: ImmichApi = {
      who,
      // Each key asks for itself: one that is not answered holds up no other.
      version: async (signal) => (version ??= await getServerVersion(api, signal)),
      json: (request, schema) =>
        run(request, async (attempt) => parse(await readText(attempt), schema, attempt.call)),
      done: async (request) => {
        await run(request, readText);
      },
      beginning: (request, mostBytes) =>
        run(request, (attempt) => readBeginning(attempt, mostBytes)),
      save: (request, file) => run(request, (attempt) => saveBody(attempt, file)),
    };
    return api;
  };
  return { url, as, close: () => dispatcher.destroy() };
}

/** Asks for the server's config in place of what the attempt asks for. */
function toConfig(attempt: Attempt, url: string): Attempt {
  const request = { path: '/server/config', signal: attempt.request.signal };
  return { ...attempt, request, call: callOf(url, request, attempt.call.who) };
}

async function reported<T>(
  tried: Promise<T>,
  request: Omit<RequestReport, 'outcome'>,
  told: readonly ImmichOptions['onRequest'][],
): Promise<T> {
  const tell = (outcome: RequestReport['outcome']): void => {
    for (const one of told) one?.({ ...request, outcome });
  };
  try {
    const result = await tried;
    tell('done');
    return result;
  } catch (error) {
    if (error instanceof WorkerError) tell(error.code);
    throw error;
  }
}

async function pause(millis: number, signal: AbortSignal | undefined): Promise<void> {
  if (millis > 0) await setTimeout(millis, undefined, { signal }).catch(() => undefined);
}

function callOf(
  url: string,
  { method = 'GET', path, query = {} }: ImmichRequest,
  who: string,
): Call {
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return { who, method, url: `${url}${path}${search === '' ? '' : `?${search}`}` };
}

function parse<T>(text: string, schema: z.ZodType<T>, call: Call): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unavailable(call, `${call.method} ${call.url}: expected JSON, got ${text.slice(0, 80)}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WorkerError(
    'IMMICH_ANSWER_INVALID',
    `${call.method} ${call.url}: field ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}; ` +
      'does the worker know this version of Immich?',
  );
}
