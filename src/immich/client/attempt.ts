import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { request, type Dispatcher } from 'undici';

import { messageOf, systemCodeOf, WorkerError } from '../../errors.ts';
import type { ImmichRequest, SavedFile } from './immich-api.ts';
import { refusalOf, unavailable, type Call } from './refusal.ts';
import { retryAfterMillis } from './retry.ts';

/** How long the parts of one try may take. */
export interface TimeLimits {
  /** Until the answer begins, and a JSON answer after that. */
  readonly answerMillis: number;
  /** A picture, from its first byte to its last. */
  readonly downloadMillis: number;
}

export interface Attempt {
  readonly dispatcher: Dispatcher;
  readonly call: Call;
  readonly key: string;
  readonly request: ImmichRequest;
  readonly limits: TimeLimits;
}

/** Longer answers are no answers of Immich's: 1,000 assets are some 2 MB. */
const MOST_JSON_BYTES = 64 * 1024 * 1024;
const MOST_REFUSAL_BYTES = 64 * 1024;

/** One try; the answer's text. */
export async function readText(attempt: Attempt): Promise<string> {
  const response = await send(attempt);
  return within(response, attempt, attempt.limits.answerMillis, () =>
    textOf(response.body, MOST_JSON_BYTES),
  );
}

/** One try; the answer in a new file, which is gone when it fails. */
export async function saveBody(
  attempt: Attempt,
  file: { readonly path: string; readonly maxBytes: number },
): Promise<SavedFile> {
  const response = await send(attempt);
  let sizeBytes = 0;
  const bounded = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      sizeBytes += chunk.length;
      done(sizeBytes > file.maxBytes ? tooLarge(attempt.call, file.maxBytes) : null, chunk);
    },
  });
  try {
    await within(response, attempt, attempt.limits.downloadMillis, () =>
      pipeline(response.body, bounded, createWriteStream(file.path, { flags: 'wx', mode: 0o600 })),
    );
  } catch (error) {
    await rm(file.path, { force: true });
    throw error;
  }
  return { sizeBytes, contentType: String(response.headers['content-type'] ?? '') };
}

/** One try; the answer's first `mostBytes`, of which a server that gives parts sends no more. */
export async function readBeginning(attempt: Attempt, mostBytes: number): Promise<Buffer> {
  const response = await send(attempt, { range: `bytes=0-${mostBytes - 1}` });
  return within(response, attempt, attempt.limits.answerMillis, () =>
    beginningOf(response.body, mostBytes),
  );
}

/** Sends the request; rejects unless the answer is a success. */
async function send(
  attempt: Attempt,
  headers: Readonly<Record<string, string>> = {},
): Promise<Dispatcher.ResponseData> {
  const { call, key, dispatcher, limits } = attempt;
  const { body, signal } = attempt.request;
  let response: Dispatcher.ResponseData;
  try {
    response = await request(call.url, {
      dispatcher,
      method: call.method,
      headers: {
        'x-api-key': key,
        accept: '*/*',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      headersTimeout: limits.answerMillis,
      bodyTimeout: limits.answerMillis,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    throw connectionError(attempt, error);
  }
  const { statusCode } = response;
  if (statusCode >= 200 && statusCode < 300) return response;
  const text = await within(response, attempt, limits.answerMillis, () =>
    textOf(response.body, MOST_REFUSAL_BYTES),
  ).catch(() => '');
  throw Object.assign(refusalOf(call, statusCode, text), {
    retryAfterMillis: retryAfterMillis(response.headers['retry-after']),
  });
}

/** Reads a body, to its end within the time; a body that stops short is an outage. */
async function within<T>(
  { body }: Dispatcher.ResponseData,
  attempt: Attempt,
  millis: number,
  read: () => Promise<T>,
): Promise<T> {
  const timer = setTimeout(() => {
    body.destroy(new Error(`the answer was not over after ${millis} ms`));
  }, millis);
  try {
    return await read();
  } catch (error) {
    body.on('error', () => undefined).destroy();
    throw error instanceof WorkerError ? error : connectionError(attempt, error);
  } finally {
    clearTimeout(timer);
  }
}

async function textOf(body: Dispatcher.ResponseData['body'], mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Gives up the connection where more would come. */
async function beginningOf(
  body: Dispatcher.ResponseData['body'],
  mostBytes: number,
): Promise<Buffer> {
  body.on('error', () => undefined);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= mostBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostBytes);
}

/** The cause is left out: it may hold the request with its headers. */
function connectionError({ call, request: { signal } }: Attempt, error: unknown): WorkerError {
  if (signal?.aborted === true) {
    return new WorkerError('JOB_ABORTED', `${call.method} ${call.url} was given up`);
  }
  const code = systemCodeOf(error);
  // Disk trouble of ours while a picture is written is no outage of Immich's.
  if (code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS') {
    return new WorkerError('PATH_IO_ERROR', `a picture could not be kept in DATA_DIR (${code})`);
  }
  const reason = messageOf(error) || code || 'no answer';
  return unavailable(call, `${call.method} ${call.url}: ${reason}`);
}

function tooLarge(call: Call, maxBytes: number): WorkerError {
  return new WorkerError(
    'PHOTO_TOO_LARGE',
    `expected at most ${maxBytes} bytes (MAX_PHOTO_BYTES), got more from ${call.url}`,
  );
}
