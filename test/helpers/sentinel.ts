import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { Redis, type RedisOptions } from 'ioredis';

import { freePort } from './free-port.ts';
import { startRedis, type TestRedis } from './redis.ts';

const NAME = 'faces';

/** A master and its replica, watched by a real Sentinel. */
export interface Watched {
  /** Leads to whoever is master. */
  readonly options: RedisOptions;
  /** What the master takes from now on does not reach the replica. */
  cutReplica(): Promise<void>;
  /** Kills the master and resolves when Sentinel has made the replica the master. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts all three; Sentinel takes a second of silence for a dead master. */
export async function startWatchedRedis(): Promise<Watched> {
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', master.host, String(master.port)] });
  const admin = new Redis(replica.options);
  await replicated(admin);
  const sentinel = await startSentinel(master);
  const asked = new Redis(sentinel.options);
  // Sentinel learns of the replica from the master, within ten seconds.
  while (!(await asked.info('sentinel')).includes('slaves=1')) await pause();
  return {
    options: { sentinels: [sentinel.options], name: NAME },
    cutReplica: async () => {
      // The master asks for no password and refuses one, so the replica cannot come back to it.
      await admin.config('SET', 'masterauth', 'unknown');
      await admin.client('KILL', 'TYPE', 'master');
    },
    failOver: async () => {
      await master.stop();
      while (!(await admin.info('replication')).includes('role:master')) await pause();
    },
    stop: async () => {
      admin.disconnect();
      asked.disconnect();
      await sentinel.stop();
      await replica.stop();
      await master.stop();
    },
  };
}

async function replicated(replica: Redis): Promise<void> {
  while (!(await replica.info('replication')).includes('master_link_status:up')) await pause();
}

async function startSentinel(
  master: TestRedis,
): Promise<{ options: { host: string; port: number }; stop(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'faces-sentinel-'));
  const options = { host: '127.0.0.1', port: await freePort() };
  const settings = path.join(folder, 'sentinel.conf');
  await writeFile(
    settings,
    [
      `port ${options.port}`,
      `bind ${options.host}`,
      `dir ${folder}`,
      `sentinel monitor ${NAME} ${master.host} ${master.port} 1`,
      `sentinel down-after-milliseconds ${NAME} 1000`,
      `sentinel failover-timeout ${NAME} 10000`,
      '',
    ].join('\n'),
  );
  const server = spawn('redis-server', [settings, '--sentinel'], { stdio: 'ignore' });
  const ended = once(server, 'exit');
  await once(server, 'spawn');
  return {
    options,
    stop: async () => {
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
