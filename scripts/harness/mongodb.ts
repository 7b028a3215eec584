import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MongoClient } from 'mongodb';

import { venvPython } from '../native/python.ts';
import { freePort } from './redis.ts';

const READY_WITHIN_MILLIS = 60_000;

/** A server that speaks MongoDB's protocol, for tests and soaks. */
export interface TestMongo {
  /** A database of its own. */
  readonly uri: string;
  readonly description: string;
  /** One more empty database on the same server. */
  newDatabaseUri(): string;
  /** Drops the databases handed out, and ends the server when it was started here. */
  stop(): Promise<void>;
}

/**
 * The server that MONGODB_TEST_URI names (with `authSource` when it needs a login), else `mongod` on
 * the PATH, else SecantusDB from the repository's Python environment. Rejects when there is none.
 */
export async function startMongo(): Promise<TestMongo> {
  const existing = process.env['MONGODB_TEST_URI'];
  if (existing !== undefined && existing !== '') {
    return databasesOn({ uri: existing, name: 'MONGODB_TEST_URI' }, dropDatabases);
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'faces-mongo-'));
  const port = await freePort();
  const { server, name } = spawnServer(dataDir, port);
  const stop = async (): Promise<void> => {
    await kill(server);
    await rm(dataDir, { recursive: true, force: true });
  };
  const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  try {
    await waitUntilReady(uri, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return databasesOn({ uri, name }, stop);
}

/** A server of one's own that can be hurt: killed, frozen, and started again on what it had. */
export interface HurtableMongo {
  readonly uri: string;
  readonly port: number;
  /** Sends a signal to the server's process. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it by SIGKILL; what it had on disk stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder, and waits until it answers. */
  startAgain(): Promise<void>;
  /** Ends it and removes what it had. */
  stop(): Promise<void>;
}

/**
 * Starts `mongod` from the PATH, else SecantusDB, either with its failpoints unlocked;
 * MONGODB_TEST_URI plays no part.
 */
export async function startHurtableMongo(): Promise<HurtableMongo> {
  const dataDir = await mkdtemp(join(tmpdir(), 'faces-mongo-'));
  const port = await freePort();
  const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  let { server } = spawnServer(dataDir, port, { failpoints: true });
  await waitUntilReady(uri, server);
  return {
    uri: withDatabase(uri, 'faces-faults'),
    port,
    signal: (signal) => server.kill(signal),
    kill: () => kill(server),
    startAgain: async () => {
      ({ server } = spawnServer(dataDir, port, { failpoints: true }));
      await waitUntilReady(uri, server);
    },
    stop: async () => {
      await kill(server);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function databasesOn(
  server: { uri: string; name: string },
  stop: (uris: readonly string[]) => Promise<void>,
): TestMongo {
  const uris: string[] = [];
  const newDatabaseUri = (): string => {
    const uri = withDatabase(server.uri, `faces-test-${randomUUID().slice(0, 13)}`);
    uris.push(uri);
    return uri;
  };
  return {
    uri: newDatabaseUri(),
    description: server.name,
    newDatabaseUri,
    stop: () => stop(uris),
  };
}

function withDatabase(uri: string, database: string): string {
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(uri);
  if (parts === null) throw new Error('MONGODB_TEST_URI is not a mongodb:// connection string');
  return `${parts[1] ?? ''}/${database}${parts[2] ?? ''}`;
}

async function dropDatabases(uris: readonly string[]): Promise<void> {
  for (const uri of uris) {
    const client = new MongoClient(uri);
    await client.db().dropDatabase();
    await client.close();
  }
}

function spawnServer(
  dataDir: string,
  port: number,
  { failpoints = false } = {},
): { server: ChildProcess; name: string } {
  // A group of its own: Ctrl-C is for those to handle who started it, and they stop it last.
  const options = { stdio: 'ignore', detached: true } as const;
  if (spawnSync('mongod', ['--version']).status === 0) {
    const args = ['--dbpath', dataDir, '--port', String(port), '--bind_ip', '127.0.0.1'];
    const unlocked = failpoints ? ['--setParameter', 'enableTestCommands=1'] : [];
    return { server: spawn('mongod', [...args, ...unlocked], options), name: 'mongod' };
  }
  const python = venvPython();
  if (existsSync(python) && spawnSync(python, ['-c', 'import secantus']).status === 0) {
    const args = ['-m', 'secantus', '--port', String(port), '--storage-path', dataDir];
    const flags = ['--standalone', ...(failpoints ? ['--enable-test-commands'] : [])];
    return { server: spawn(python, [...args, ...flags], options), name: 'SecantusDB' };
  }
  throw new Error(
    'The MongoDB tests need a server: set MONGODB_TEST_URI, or install mongod 4.4 or later, or run ' +
      'scripts/setup, which does: python3 -m venv .cache/venv && .cache/venv/bin/pip install --pre ' +
      'secantusdb==0.7.0b3',
  );
}

async function waitUntilReady(uri: string, server: ChildProcess): Promise<void> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: READY_WITHIN_MILLIS });
  const gone = new AbortController();
  try {
    await Promise.race([
      client.db().command({ ping: 1 }, { signal: gone.signal }),
      once(server, 'exit', { signal: gone.signal }).then(([code]) => {
        throw new Error(`The MongoDB test server ended at start with exit code ${String(code)}`);
      }),
    ]);
  } finally {
    gone.abort();
    await client.close();
  }
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}
