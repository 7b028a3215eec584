import type { z } from 'zod';

import type { ImmichVersion } from './version.ts';

export interface ImmichRequest {
  /** GET when left out. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api`, with ids percent-encoded: `/assets/…`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /**
   * Whether the request may be sent again when nobody knows if it was carried out (a lost answer,
   * 5xx). All but POST are when this is left out; POST /faces makes a second face.
   */
  readonly repeatable?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface SavedFile {
  readonly sizeBytes: number;
  readonly contentType: string;
}

/**
 * Immich's REST API as one user. Each call is bounded in time, waits its turn, and is tried again
 * where that can help; then it rejects with a `WorkerError`: IMMICH_UNAVAILABLE (network, 429, 5xx,
 * maintenance mode, a 404 that is not of Immich's own), IMMICH_KEY_REFUSED (401),
 * IMMICH_PERMISSION_MISSING (403, `details.permission`), ASSET_GONE (400 for objects that are not there
 * or another user's, 404 for pictures that are not made), IMMICH_REFUSED (other 4xx, routes that this
 * version does not have) or IMMICH_ANSWER_INVALID. No error and no log line holds the key.
 */
export interface ImmichApi {
  /** Names the key in logs and messages: the user's name where it is known. Never the key. */
  readonly who: string;
  /** The server's version, asked for until it was told once. */
  version(signal?: AbortSignal): Promise<ImmichVersion>;
  /** The JSON answer, of which the fields of `schema` are checked. */
  json<T>(request: ImmichRequest, schema: z.ZodType<T>): Promise<T>;
  /** For calls whose answer says no more than that they were carried out. */
  done(request: ImmichRequest): Promise<void>;
  /** The answer's first bytes, `mostBytes` at most. */
  beginning(request: ImmichRequest, mostBytes: number): Promise<Buffer>;
  /** Writes the answer to a new file. Throws PHOTO_TOO_LARGE and leaves no file when it fails. */
  save(
    request: ImmichRequest,
    file: { readonly path: string; readonly maxBytes: number },
  ): Promise<SavedFile>;
}
