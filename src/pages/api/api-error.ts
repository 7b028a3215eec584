import { capital } from '../app/words.ts';

/** An answer of the server that is no success, or no answer at all (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: unknown;

  constructor(status: number, code: string, message: string, details?: unknown) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Of the network and of a proxy whose worker is away. */
const STATUSES_THAT_PASS = [0, 502, 503, 504];

/** Whether nothing was told, since nobody was there to answer: what was known before may still hold. */
export function isNoNews(error: unknown): boolean {
  return error instanceof ApiError && STATUSES_THAT_PASS.includes(error.status);
}

/** What went wrong, in words for the person at the screen. */
export function wordsFor(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return 'The worker does not answer. Is it running?';
  return capital(error.message);
}
