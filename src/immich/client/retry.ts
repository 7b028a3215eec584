import { setTimeout } from 'node:timers/promises';

import { WorkerError } from '../../errors.ts';

export interface RetryPlan {
  /** Tries in all. */
  readonly attempts: number;
  /** Wait before the second try; doubled each time, half of it at random. */
  readonly backoffMillis: number;
}

/** An error that came with a wait that the server asked for. */
interface Delayed {
  readonly retryAfterMillis?: number | undefined;
}

/** A server that asks for more is left alone, and the job comes again later. */
export const LONGEST_RETRY_AFTER_MILLIS = 60_000;

/** The wait that a Retry-After header asks for, in seconds or as a date; undefined without one. */
export function retryAfterMillis(
  header: string | string[] | undefined,
  now = Date.now(),
): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** Whether an error says that the request was not carried out, so that even a POST may go again. */
function wasTurnedAway(error: WorkerError): boolean {
  const { status } = error.details;
  return status === 404 || status === 429 || status === 503;
}

/**
 * Tries again what Immich or the network failed at, waiting as long as the server asks.
 * `onPause` hears of waits that the server asked for, which hold for all requests.
 */
export async function withRetries<T>(
  plan: RetryPlan & { readonly repeatable: boolean; readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
  onPause: (millis: number) => void,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof WorkerError) || error.code !== 'IMMICH_UNAVAILABLE') throw error;
      const { retryAfterMillis: asked } = error as Delayed;
      if (asked !== undefined) onPause(Math.min(asked, LONGEST_RETRY_AFTER_MILLIS));
      const mayRepeat = plan.repeatable || wasTurnedAway(error);
      if (!mayRepeat || attempt >= plan.attempts) throw error;
      if (asked !== undefined && asked > LONGEST_RETRY_AFTER_MILLIS) throw error;
      const wait = plan.backoffMillis * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
      await setTimeout(Math.max(wait, asked ?? 0), undefined, { signal: plan.signal }).catch(() => {
        throw error;
      });
    }
  }
}
