import { messageOf, systemCodeOf, WorkerError } from '../../errors.ts';

/** What passes by itself or with an administrator's help, with the help that it needs. */
const UNAVAILABLE_ADVICE: Readonly<Record<string, string>> = {
  SQLITE_BUSY: 'Another process holds the file; end it if it hangs.',
  SQLITE_LOCKED: 'Another process holds the file; end it if it hangs.',
  SQLITE_PROTOCOL: 'Another process holds the file; end it if it hangs.',
  SQLITE_FULL: 'Free space on the disk that holds it.',
  SQLITE_IOERR: 'Check the disk that holds it.',
  SQLITE_NOMEM: 'Give the worker more memory.',
};

/** SQLite's name for the error without its extension, such as SQLITE_BUSY; '' if not SQLite's. */
export function sqliteCodeOf(error: unknown): string {
  return /^SQLITE_[A-Z]+/.exec(systemCodeOf(error) ?? '')?.[0] ?? '';
}

/** What SQLite threw as an error that a user can act on; a fault of ours comes back as it is. */
export function toStoreError(error: unknown, path: string): unknown {
  const code = sqliteCodeOf(error);
  if (code === 'SQLITE_READONLY' || code === 'SQLITE_CANTOPEN') return notWritable(path, error);
  const options = { cause: error, details: { path, sqliteCode: code } };
  if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') {
    return new WorkerError(
      'STORE_DAMAGED',
      `${path} should be an SQLite database, but SQLite says: ${messageOf(error)}. Restore it from ` +
        'a backup, or move it away: the worker then starts with an empty one. Either way revisions are ' +
        'given again: let consumers of results begin anew too.',
      options,
    );
  }
  const advice = UNAVAILABLE_ADVICE[code];
  if (advice === undefined) return error;
  return new WorkerError(
    'STORE_UNAVAILABLE',
    `The store ${path} cannot be used now: ${messageOf(error)}. ${advice}`,
    options,
  );
}

/** libsql tells of a file that does not open only by SQLite's number, 14, in words of its own. */
function plainReason(cause: unknown): string {
  const text = messageOf(cause);
  if (/ConnectionFailed|unable to open database file/.test(text)) {
    return 'the file cannot be opened or made there; does the folder exist, and may this user write into it?';
  }
  return sqliteCodeOf(cause) === 'SQLITE_READONLY' ? 'it may only be read' : text;
}

/** STORE_NOT_WRITABLE for `path`, with the system's reason. */
export function notWritable(path: string, cause: unknown): WorkerError {
  return new WorkerError(
    'STORE_NOT_WRITABLE',
    `The store ${path} cannot be written: ${plainReason(cause)}. Set DATA_DIR to a folder on a local ` +
      'disk that the worker may write to, or MONGODB_URI to use MongoDB instead.',
    { cause, details: { path } },
  );
}
