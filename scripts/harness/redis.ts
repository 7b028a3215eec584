import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';

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

/** Starts Debian's redis-server on a free loopback port, keeping nothing on disk. */
export async function startRedis(workFolder: string): Promise<DemoRedis> {
  const port = await freePort();
  const folder = path.join(workFolder, 'redis');
  await mkdir(folder, { recursive: true });
  const server = spawn(
    'redis-server',
    [
      '--bind',
      '127.0.0.1',
      '--port',
      String(port),
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
    ],
    // A group of its own: Ctrl-C is the demo's to handle, which closes its parts in order.
    { stdio: 'ignore', detached: true },
  );
  const ended = once(server, 'exit');
  await once(server, 'spawn').catch((cause: unknown) => {
    throw new WorkerError(
      'SYSTEM_PACKAGE_MISSING',
      "redis-server does not start; install Debian's redis-server or set REDIS_URL",
      { cause },
    );
  });
  return {
    environment: { REDIS_HOSTNAME: '127.0.0.1', REDIS_PORT: String(port) },
    isNamed: false,
    description: `a Redis of its own on port ${port}`,
    close: async () => {
      server.kill('SIGTERM');
      await ended;
    },
  };
}

/** A loopback port that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
