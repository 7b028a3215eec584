import {
  MongoAPIError,
  MongoClientClosedError,
  MongoCompatibilityError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb';
import { messageOf, systemCodeOf, WorkerError } from '../../errors.ts';
import { closedStoreError } from '../closed-store.ts';

const AUTHENTICATION_FAILED = 18;
const DUPLICATE_KEY = 11000;
/** The server's codes for "no primary any more", "recovering" and "shutting down". */
const ENDING_CODES: ReadonlySet<number> = new Set([
  ...[91, 189, 10107, 11600, 11602, 13435, 13436],
]);
const SOCKET_CODES: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET']);

/** Whether a unique index refused the write. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/**
 * What the driver threw as an error that a user can act on, `hosts` named, never user or password.
 * The driver's wrong-use errors are faults of ours and come back as they are.
 */
export function toStoreError(error: unknown, hosts: string): unknown {
  if (error instanceof WorkerError) return error;
  if (error instanceof MongoCompatibilityError) return unsupported(hosts, messageOf(error));
  if (error instanceof Error && error.cause instanceof MongoCompatibilityError) {
    return unsupported(hosts, messageOf(error.cause));
  }
  if (isClosed(error)) return closedStoreError();
  if (error instanceof MongoAPIError) return error;
  if (error instanceof MongoServerError && error.code === AUTHENTICATION_FAILED) {
    return unavailable(error, hosts, 'refuses the login', 'Check user, password and authSource');
  }
  if (error instanceof MongoError || isNetworkError(error)) {
    return unavailable(error, hosts, 'does not answer as it should', 'Check that it runs');
  }
  return error;
}

/**
 * Whether a server that failed to open may be there later: it did not answer. A login or certificate
 * that is refused stays so.
 */
export function isAway(error: unknown): boolean {
  if (!(error instanceof WorkerError) || error.code !== 'STORE_UNAVAILABLE') return false;
  const { cause } = error;
  if (!(cause instanceof MongoServerSelectionError))
    return isNetworkError(cause) || isEnding(cause);
  const servers = [...(cause.reason?.servers.values() ?? [])];
  return !servers.some((server) => isRefusal(server.error));
}

/** What OpenSSL and Node say of a certificate or of plain speech, also as the cause of the driver's. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /CERT|SSL|TLS|VERIFY/.test(systemCodeOf(error) ?? '') || isRefusal(error.cause);
}

function unsupported(hosts: string, found: string): WorkerError {
  return new WorkerError(
    'STORE_UNSUPPORTED',
    `MongoDB at ${hosts} must be version 4.4 or later, but it is not: ${found}. Upgrade it, or ` +
      'unset MONGODB_URI to use SQLite.',
    { details: { hosts } },
  );
}

function unavailable(error: unknown, hosts: string, what: string, advice: string): WorkerError {
  return new WorkerError(
    'STORE_UNAVAILABLE',
    `MongoDB at ${hosts} ${what}: ${messageOf(error)}. ${advice} and that MONGODB_URI is right.`,
    { cause: error, details: { hosts } },
  );
}

function isClosed(error: unknown): boolean {
  return (
    error instanceof MongoNotConnectedError ||
    error instanceof MongoTopologyClosedError ||
    error instanceof MongoClientClosedError
  );
}

/** A server that steps down or ends says so, or ends the connection. */
function isEnding(error: unknown): boolean {
  if (error instanceof MongoNetworkError) return !isRefusal(error);
  return error instanceof MongoServerError && ENDING_CODES.has(Number(error.code));
}

/** DNS look-ups of `mongodb+srv`, and writes to a socket that has just ended, fail with Node's errors. */
function isNetworkError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return 'syscall' in error || SOCKET_CODES.has(systemCodeOf(error) ?? '');
}
