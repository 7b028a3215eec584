import { z } from 'zod';

import { WorkerError } from '../../errors.ts';

/** What is said of a call in messages: no key, no body. */
export interface Call {
  readonly who: string;
  readonly method: string;
  readonly url: string;
}

const Refusal = z.looseObject({
  message: z.union([z.string(), z.array(z.string())]).optional(),
  errors: z.array(z.unknown()).optional(),
});

const MOST_QUOTED = 300;

/**
 * What Immich says of an object that is not there or another user's, with 400: "Not found or no
 * album.read access", and "Album not found" where a service looks for the object first. With 404, of
 * pictures that are not made yet: "Asset media not found".
 */
const MISSING = /^(Not found or no .+|[\w ]+ not found)$/i;

/** What Nest says of a path that it does not serve, before its method and the path. */
const NO_ROUTE = /^Cannot [A-Z]+ \//;

/** What Immich said, cut short; empty when the answer is not of Immich's form. */
export function readReason(body: string): string {
  try {
    const parsed = Refusal.safeParse(JSON.parse(body));
    const { message, errors } = parsed.data ?? {};
    const text = [Array.isArray(message) ? message.join('; ') : (message ?? '')]
      .concat(errors === undefined ? [] : [JSON.stringify(errors)])
      .join(' ');
    return text.trim().slice(0, MOST_QUOTED);
  } catch {
    return '';
  }
}

/** The error for an answer that is no success. `body` is the answer's text. */
export function refusalOf(call: Call, status: number, body: string): WorkerError {
  const reason = readReason(body);
  const said = `${call.method} ${call.url} answered ${status}${reason === '' ? '' : ` "${reason}"`}`;
  const details = { status, reason };
  if (status >= 300 && status < 400) return redirected(said, details);
  if (status === 401) {
    return new WorkerError(
      'IMMICH_KEY_REFUSED',
      `expected Immich to accept the API key of ${call.who}; ${said}; make a new key in Immich's ` +
        'account settings and put it into IMMICH_API_KEYS',
      { details },
    );
  }
  if (status === 403) return permissionMissing(call, said, details);
  if ((status === 404 || status === 400) && MISSING.test(reason)) {
    return new WorkerError(
      'ASSET_GONE',
      `expected something that ${call.who} may see; ${said}: it was deleted, or is another user's`,
      { details },
    );
  }
  // Any other 404 tells of no object: Immich in maintenance mode, or a proxy with nobody behind it.
  if (status === 404 || status === 429 || status >= 500) {
    return unavailable(call, said, details);
  }
  return new WorkerError(
    'IMMICH_REFUSED',
    `expected Immich to take the request; ${said}; does the worker know this version of Immich?`,
    { details },
  );
}

/** Whether Immich said that it has no such route, which it says of nearly all in maintenance mode. */
export function deniesRoute(error: unknown): boolean {
  return (
    error instanceof WorkerError &&
    error.details['status'] === 404 &&
    NO_ROUTE.test(String(error.details['reason']))
  );
}

/** The error for a route that this version of Immich does not have. */
export function routeUnknown(call: Call, { details }: WorkerError): WorkerError {
  return new WorkerError(
    'IMMICH_REFUSED',
    `expected Immich to have the route ${call.method} ${call.url}; does the worker know this version of Immich?`,
    { details },
  );
}

/** The error for an Immich that cannot be reached or does not answer as it should. */
export function unavailable(
  call: Call,
  said: string,
  details: Readonly<Record<string, unknown>> = {},
): WorkerError {
  return new WorkerError(
    'IMMICH_UNAVAILABLE',
    `Immich does not do its part: ${said || `${call.method} ${call.url}`}; check that it runs, that it is not in maintenance mode and that IMMICH_URL is right. It is tried again`,
    { details },
  );
}

function permissionMissing(
  call: Call,
  said: string,
  details: { readonly status: number; readonly reason: string },
): WorkerError {
  const permission = /^Missing required permission: (?<name>[\w.]+)/.exec(details.reason)?.groups;
  const missing = permission?.['name'];
  return new WorkerError(
    'IMMICH_PERMISSION_MISSING',
    `expected the API key of ${call.who} to have ${missing === undefined ? 'the right' : `the permission ${missing}`}; ${said}; edit the key in Immich's account settings`,
    { details: { ...details, ...(missing === undefined ? {} : { permission: missing }) } },
  );
}

/** A key is not sent after a redirect: the other place may be anybody's. */
function redirected(said: string, details: Readonly<Record<string, unknown>>): WorkerError {
  return new WorkerError(
    'IMMICH_REFUSED',
    `expected an answer, got a redirect: ${said}; set IMMICH_URL to the address that it leads to (https:// perhaps)`,
    { details },
  );
}
