import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createLog } from '../../../src/log.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { SqliteDatabase } from '../../../src/store/sqlite/database.ts';
import { openSqliteDatabase } from '../../../src/store/sqlite/open-sqlite-store.ts';
import { SCHEMA_VERSION } from '../../../src/store/sqlite/schema.ts';
import type { Store } from '../../../src/store/store.ts';
import {
  makeFaceRecord,
  makeFact,
  makePhotoRecord,
  unitDescriptor,
} from '../../helpers/records.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { describeStoreContract } from './contract.ts';

const log = createLog({ level: 'silent' });
const folder = temporaryFolder();
let folders = 0;

function newFolder(): string {
  const created = join(folder, String(++folders));
  mkdirSync(created);
  return created;
}

const open = (dataDir: string): Promise<Store> => openStore({ dataDir, log });

function startCommitting(dataDir: string, prefix: string, photos: number): ChildProcess {
  const register = join(__dirname, '..', '..', 'helpers', 'register-ts.cjs');
  const program = join(__dirname, 'commit-process.ts');
  const args = ['-r', register, program, dataDir, 'owner-a', prefix, String(photos)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

describeStoreContract({
  kind: 'sqlite',
  newDatabase() {
    const dataDir = newFolder();
    return Promise.resolve({ open: () => open(dataDir) });
  },
});

describe('the SQLite file', () => {
  it('is made with its folders, and syncs each commit in WAL mode', async () => {
    const dataDir = join(newFolder(), 'not', 'yet', 'there');
    await (await open(dataDir)).close();
    expect(readdirSync(dataDir)).toContain('faces.db');
    const database = openSqliteDatabase(join(dataDir, 'faces.db'));
    expect(database.all('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(database.all('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    expect(database.all('PRAGMA user_version')).toEqual([{ user_version: SCHEMA_VERSION }]);
    database.close();
  });

  it.each<['run' | 'all', string]>([
    ['run', 'UPDATE forgotten SET times = times'],
    ['all', "INSERT INTO immich_leases VALUES ('lease', 'me', 1) RETURNING holder"],
  ])(
    'locked by another process when a write comes by %s, takes the next transaction',
    async (by, sql) => {
      const dataDir = newFolder();
      await (await open(dataDir)).close();
      const [one, other] = [1, 2].map(() => openSqliteDatabase(join(dataDir, 'faces.db')));
      other?.exec('BEGIN IMMEDIATE');
      expect(() => {
        one?.[by](sql);
      }).toThrow('database is locked');
      other?.exec('ROLLBACK');
      one?.transaction(() => {
        one.run("INSERT INTO immich_marks VALUES ('owner', 'mark', '1')");
      });
      expect(other?.all('SELECT value FROM immich_marks')).toEqual([{ value: '1' }]);
      one?.close();
      other?.close();
    },
  );

  it('holds descriptors as float32 of 512 bytes, and none of a photo that was re-run', async () => {
    const dataDir = newFolder();
    const store = await open(dataDir);
    await store.commitPhoto(makePhotoRecord(), null);
    await store.commitPhoto(makePhotoRecord({ sequence: 2, revision: 2 }), 1);
    await store.close();
    const database = openSqliteDatabase(join(dataDir, 'faces.db'));
    expect(
      database.all('SELECT typeof(descriptor) AS type, length(descriptor) AS bytes FROM faces'),
    ).toEqual([{ type: 'blob', bytes: 512 }]);
    expect(database.all('PRAGMA foreign_key_check')).toEqual([]);
    database.close();
  });

  it('holds no byte of a forgotten owner, also while another process reads', async () => {
    const dataDir = newFolder();
    const store = await open(dataDir);
    const worker = await open(dataDir);
    const face = makeFaceRecord({ faceId: 'face-of-the-forgotten' }, 5);
    await store.commitPhoto(makePhotoRecord({ faces: [face] }), null);
    await store.commitFact(
      makeFact({
        sequence: 2,
        body: { kind: 'person-named', personId: 'person-5', name: 'Forgotten Name' },
      }),
    );
    expect((await worker.readFacts('owner-a')).length).toBe(1);
    const { buffer, byteOffset, byteLength } = unitDescriptor(5);
    const traces = [
      ...['face-of-the-forgotten', 'Forgotten Name', 'owner-a'].map((text) => Buffer.from(text)),
      Buffer.from(buffer, byteOffset, byteLength),
    ];
    const bytes = (): Buffer =>
      Buffer.concat(readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name))));
    expect(traces.map((trace) => bytes().includes(trace))).toEqual([true, true, true, true]);
    await store.forgetOwner('owner-a');
    expect(traces.map((trace) => bytes().includes(trace))).toEqual([false, false, false, false]);
    await worker.close();
    await store.close();
  });

  it('is shared by two processes, which get every sequence once', async () => {
    const dataDir = newFolder();
    const children = ['one', 'two'].map((prefix) => startCommitting(dataDir, prefix, 30));
    const exits = await Promise.all(
      children.map(async (child) => {
        child.stdout?.resume();
        const [code] = (await once(child, 'close')) as [number];
        return code;
      }),
    );
    expect(exits).toEqual([0, 0]);
    const store = await open(dataDir);
    const photos = await store.readPhotosAfter('owner-a', 0, 1000);
    await store.close();
    expect(photos.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
  }, 60_000);

  it('keeps each committed photo when the process is killed', async () => {
    const dataDir = newFolder();
    const child = startCommitting(dataDir, 'one', 100_000);
    const lines = createInterface({ input: child.stdout! });
    let committed = 0;
    for await (const line of lines) {
      committed = Number(line);
      if (committed === 20) child.kill('SIGKILL');
    }
    expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGKILL');
    const store = await open(dataDir);
    const photos = await store.readPhotosAfter('owner-a', 0, 100_000);
    await store.close();
    expect(photos.length).toBeGreaterThanOrEqual(committed);
    expect(photos.at(-1)?.sequence).toBe(photos.length);
    const database = new SqliteDatabase(join(dataDir, 'faces.db'));
    expect(database.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    database.close();
  }, 60_000);

  it('waits for a process that holds the lock, without blocking the event loop', async () => {
    const dataDir = newFolder();
    const store = await open(dataDir);
    const other = new SqliteDatabase(join(dataDir, 'faces.db'));
    other.exec('BEGIN IMMEDIATE');
    const commit = store.commitPhoto(makePhotoRecord(), null);
    // Readers go on under WAL; this needs the event loop, which the waiting commit leaves free.
    expect(await store.countPhotos()).toBe(0);
    other.exec('ROLLBACK');
    other.close();
    expect(await commit).toBe('committed');
    await store.close();
  });
});

describe('a place that will not do', () => {
  const notWritable = (path: string): unknown => ({
    code: 'STORE_NOT_WRITABLE',
    retryable: true,
    message: expect.stringMatching(new RegExp(`${path}.*DATA_DIR`, 's')) as string,
  });

  it('is a folder under a regular file', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    const dataDir = join(file, 'data');
    await expect(open(dataDir)).rejects.toMatchObject(notWritable(dataDir) as object);
  });

  it('is a folder in place of the file', async () => {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, 'faces.db'));
    await expect(open(dataDir)).rejects.toMatchObject(
      notWritable(join(dataDir, 'faces.db')) as object,
    );
  });

  /** Drops root's rights for `work`: root may write whatever the mode says. */
  async function withoutRoot<Result>(work: () => Promise<Result>): Promise<Result> {
    const user = process.geteuid!();
    if (user === 0) process.seteuid!('nobody');
    try {
      return await work();
    } finally {
      if (user === 0) process.seteuid!(user);
    }
  }

  it('is a folder in which the file cannot be made', async () => {
    const dataDir = newFolder();
    chmodSync(folder, 0o755);
    chmodSync(dataDir, 0o555);
    const refused = withoutRoot(() => open(dataDir));
    await expect(refused).rejects.toMatchObject(notWritable(dataDir) as object);
  });

  it('is a file that can only be read', async () => {
    const dataDir = newFolder();
    await (await open(dataDir)).close();
    chmodSync(folder, 0o755);
    chmodSync(dataDir, 0o777);
    chmodSync(join(dataDir, 'faces.db'), 0o444);
    const refused = withoutRoot(() => open(dataDir));
    await expect(refused).rejects.toMatchObject(notWritable(dataDir) as object);
  });

  it('is a file that is not an SQLite database', async () => {
    const dataDir = newFolder();
    writeFileSync(join(dataDir, 'faces.db'), 'A text is not a database. '.repeat(100));
    await expect(open(dataDir)).rejects.toMatchObject({
      code: 'STORE_DAMAGED',
      retryable: false,
      message: expect.stringContaining(join(dataDir, 'faces.db')) as string,
    });
  });

  it('is a file of a newer version, which stays as it is', async () => {
    const dataDir = newFolder();
    const path = join(dataDir, 'faces.db');
    const newer = new SqliteDatabase(path);
    newer.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 41}`);
    newer.close();
    await expect(open(dataDir)).rejects.toMatchObject({
      code: 'STORE_NEWER_VERSION',
      message: expect.stringMatching(
        new RegExp(`version ${SCHEMA_VERSION + 41},.* to ${SCHEMA_VERSION}\\. Run the newer`),
      ) as string,
    });
    const after = new SqliteDatabase(path);
    expect(after.all('SELECT count(*) AS tables FROM sqlite_schema')).toEqual([{ tables: 0 }]);
    after.close();
  });
});
