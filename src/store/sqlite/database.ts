import Libsql from 'libsql';

export type SqlValue = string | number | null | Uint8Array;

/**
 * How long SQLite itself may wait for a lock. It waits on the event loop, so this is short; longer
 * waits are `retryWhileBusy`'s.
 */
const BLOCKING_BUSY_TIMEOUT_MILLIS = 20;

const WRITES = /^\s*(?:INSERT|UPDATE|DELETE)\b/;

/** A connection with its prepared statements. Calls run on the spot and throw libsql's errors. */
export class SqliteDatabase {
  readonly #connection: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement>();

  constructor(path: string) {
    this.#connection = new Libsql(path, { timeout: BLOCKING_BUSY_TIMEOUT_MILLIS });
  }

  /** All rows; a BLOB comes as an ArrayBuffer. */
  all<Row>(sql: string, ...values: readonly SqlValue[]): Row[] {
    return this.#locked(sql, () => this.#prepared(sql).all(values) as Row[]);
  }

  run(sql: string, ...values: readonly SqlValue[]): void {
    this.#locked(sql, () => {
      this.#prepared(sql).run(values);
    });
  }

  /** Several statements without values. */
  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  /** What `work` reads in several statements is of one moment. */
  snapshot<Result>(work: () => Result): Result {
    return this.#between('BEGIN', work);
  }

  /** Takes the write lock first, so that what `work` reads still holds when it writes. */
  transaction<Result>(work: () => Result): Result {
    return this.#between('BEGIN IMMEDIATE', work);
  }

  /**
   * A prepared write that finds the file locked stays begun until it is run again (libsql resets it
   * no sooner), and SQLite commits nothing beside it. So a write waits for the lock at BEGIN.
   */
  #locked<Result>(sql: string, work: () => Result): Result {
    const isAlone = WRITES.test(sql) && !this.#connection.inTransaction;
    return isAlone ? this.transaction(work) : work();
  }

  #between<Result>(begin: string, work: () => Result): Result {
    this.#connection.exec(begin);
    try {
      const result = work();
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk or an I/O error has rolled back already; a second ROLLBACK would hide it.
      if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK');
      throw error;
    }
  }

  /** Brings all into the file and cuts the log to nothing; throws while another process uses it. */
  emptyLog(): void {
    const [done] = this.all<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)');
    if (done?.busy === 0) return;
    throw Object.assign(new Error('the log is in use'), { code: 'SQLITE_BUSY' });
  }

  /**
   * Brings what the write-ahead log holds into the file itself, so that a copy of the file alone is
   * whole. libsql lets go of the file only when its statements are garbage-collected.
   */
  close(): void {
    this.#checkpoint();
    this.#statements.clear();
    this.#connection.close();
  }

  #checkpoint(): void {
    try {
      this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Another process is at work, or the file is damaged or read-only: the log is kept and read.
    }
  }

  #prepared(sql: string): Libsql.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
