import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { Redis, type RedisOptions } from 'ioredis';

import { freePort } from './free-port.ts';

/** A real Redis of a test's own. */
export interface TestRedis {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly options: RedisOptions;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts Debian's redis-server on a loopback port, keeping nothing, and waits until it answers. */
export async function startRedis(
  wanted: { args?: readonly string[]; port?: number; password?: string } = {},
): Promise<TestRedis> {
  const host = '127.0.0.1';
  const port = wanted.port ?? (await freePort());
  const folder = await mkdtemp(path.join(os.tmpdir(), 'faces-redis-'));
  const secret = wanted.password === undefined ? [] : ['--requirepass', wanted.password];
  const server = spawn(
    'redis-server',
    ['--bind', host, '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder]
      .concat(secret)
      .concat(wanted.args ?? []),
    { stdio: 'ignore' },
  );
  const ended = once(server, 'exit');
  await once(server, 'spawn');
  const options: RedisOptions = {
    host,
    port,
    ...(wanted.password === undefined ? {} : { password: wanted.password }),
  };
  await answers(options);
  return {
    url: `redis://${host}:${port}`,
    host,
    port,
    options,
    pid: server.pid ?? 0,
    stop: async () => {
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(options: RedisOptions): Promise<void> {
  const client = new Redis({ ...options, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await client.ping();
  client.disconnect();
}
