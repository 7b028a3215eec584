import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';

import { Redis } from 'ioredis';

import { WorkerError } from '../../src/errors.ts';

/** A Redis of the demo's own, or the one that the environment names. */
export interface DemoRedis {
  /** The variables that lead the worker to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it is the one that the environment names, which is left as it was found. */
  readonly isNamed: boolean;
  readonly description: string;
  close(): Promise<void>;
}

const MOST_TRIES = 5;

/** Starts Debian's redis-server on a free loopback port, keeping nothing on disk. */
export async function startRedis(workFolder: string): Promise<DemoRedis> {
  const folder = path.join(workFolder, 'redis');
  await mkdir(folder, { recursive: true });
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const port = await freePort();
    const server = await spawnRedis(port, folder);
    if (!(await answersItself(server, port))) continue;
    return {
      environment: { REDIS_HOSTNAME: '127.0.0.1', REDIS_PORT: String(port) },
      isNamed: false,
      description: `a Redis of its own on port ${port}`,
      close: async () => {
        const ended = once(server, 'exit');
        server.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error(`redis-server found its port taken ${MOST_TRIES} times in a row`);
}

async function spawnRedis(port: number, folder: string): Promise<ChildProcess> {
  const listen = ['--bind', '127.0.0.1', '--port', String(port)];
  const keepNothing = ['--save', '', '--appendonly', 'no', '--dir', folder];
  // A group of its own: Ctrl-C is the demo's to handle, which closes its parts in order.
  const options = { stdio: 'ignore', detached: true } as const;
  const server = spawn('redis-server', [...listen, ...keepNothing], options);
  await once(server, 'spawn').catch((cause: unknown) => {
    throw new WorkerError(
      'SYSTEM_PACKAGE_MISSING',
      "redis-server does not start; install Debian's redis-server or set REDIS_URL",
      { cause },
    );
  });
  return server;
}

/**
 * Whether the server listens. Another program can have taken the port meanwhile, perhaps another
 * Redis, which would answer in its place until it is stopped.
 */
async function answersItself(server: ChildProcess, port: number): Promise<boolean> {
  const client = new Redis({ port, retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const gone = new AbortController();
  const exited = once(server, 'exit', { signal: gone.signal }).then(() => '');
  exited.catch(() => undefined);
  try {
    const info = await Promise.race([client.info('server'), exited]);
    return new RegExp(`^process_id:${server.pid ?? 0}\\r?$`, 'm').test(info);
  } finally {
    gone.abort();
    client.disconnect();
  }
}

const LOWEST_PORT = 20_000;
/** Above it Linux takes the near ends of outgoing connections, which may come at any moment. */
const HIGHEST_PORT = 32_000;

/** A loopback port that is free now, and stays so while its server is away for a moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (await isFree(port)) return port;
  }
}

/** Whether nothing listens on a loopback port. */
export async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  const isListening = await once(probe, 'listening').then(
    () => true,
    () => false,
  );
  if (!isListening) return false;
  probe.close();
  await once(probe, 'close');
  return true;
}
