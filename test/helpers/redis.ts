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

const MOST_TRIES = 5;

/** Starts Debian's redis-server on a loopback port, keeping nothing, and waits until it answers. */
export async function startRedis(
  wanted: { args?: readonly string[]; port?: number; password?: string } = {},
): Promise<TestRedis> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const redis = await tryToStart(wanted.port ?? (await freePort()), wanted);
    if (redis !== null) return redis;
  }
  throw new Error(`redis-server found its port taken ${MOST_TRIES} times in a row`);
}

/** Null when another program has taken the port meanwhile. */
async function tryToStart(
  port: number,
  { args = [], password }: { args?: readonly string[]; password?: string },
): Promise<TestRedis | null> {
  const host = '127.0.0.1';
  const folder = await mkdtemp(path.join(os.tmpdir(), 'faces-redis-'));
  const secret = password === undefined ? [] : ['--requirepass', password];
  const server = spawn(
    'redis-server',
    ['--bind', host, '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder]
      .concat(secret)
      .concat(args),
    { stdio: 'ignore' },
  );
  const ended = once(server, 'exit');
  await once(server, 'spawn');
  const options: RedisOptions = { host, port, ...(password === undefined ? {} : { password }) };
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  if (!(await answersItself(options, server.pid ?? 0, ended))) {
    await stop();
    return null;
  }
  return { url: `redis://${host}:${port}`, host, port, options, pid: server.pid ?? 0, stop };
}

/** Whether it is this process that answers, and not another Redis on the same port. */
async function answersItself(
  options: RedisOptions,
  pid: number,
  ended: Promise<unknown>,
): Promise<boolean> {
  const client = new Redis({ ...options, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  try {
    const info = await Promise.race([client.info('server'), ended.then(() => '')]);
    return info.includes(`process_id:${pid}\r`);
  } finally {
    client.disconnect();
  }
}
