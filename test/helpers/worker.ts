import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { freePort } from './free-port.ts';

/** The real compiled worker as a process. */
export interface TestWorker {
  readonly address: string;
  readonly child: ChildProcess;
  /** The JSON log lines so far. */
  readonly log: readonly Record<string, unknown>[];
  /** Everything written to standard error. */
  stderr(): string;
  /** Resolves when a log line with this message is there; fails when none can come. */
  logged(message: string): Promise<Record<string, unknown>>;
  exited: Promise<number | null>;
  /** Sends SIGTERM and answers with the exit code. */
  stop(): Promise<number | null>;
}

const MAIN = path.resolve(__dirname, '../../dist/src/main.js');
/** No limit to keep, but a reason to give before the test's own limit says nothing. */
const LOGGED_WITHIN_MILLIS = 120_000;
const LAST_LINES = 12;

/** Starts `node dist/src/main.js` or another program; `ready: false` does not wait until it is ready. */
export async function startWorkerProcess(
  environment: Readonly<Record<string, string>>,
  { ready = true, main = MAIN }: { ready?: boolean; main?: string } = {},
): Promise<TestWorker> {
  const port = environment['HTTP_PORT'] ?? String(await freePort());
  const { PATH: searchPath = '', HOME: home = '' } = process.env;
  const child = spawn(process.execPath, [main], {
    env: { PATH: searchPath, HOME: home, HTTP_PORT: port, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: Record<string, unknown>[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    log.push(...lines.map((line) => JSON.parse(line) as Record<string, unknown>));
    child.emit('logged');
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const address = `http://127.0.0.1:${port}`;
  const logged = async (message: string): Promise<Record<string, unknown>> => {
    const ended = new AbortController();
    const limit = AbortSignal.any([ended.signal, AbortSignal.timeout(LOGGED_WITHIN_MILLIS)]);
    void exited.then(() => {
      ended.abort();
    });
    for (;;) {
      const line = log.find(({ msg }) => String(msg).includes(message));
      if (line !== undefined) return line;
      await once(child, 'logged', { signal: limit }).catch(() => {
        const last = log.slice(-LAST_LINES).map((one) => JSON.stringify(one).slice(0, 300));
        const why = ended.signal.aborted ? 'it ended' : `${LOGGED_WITHIN_MILLIS} ms passed`;
        throw new Error([`'${message}' was not logged until ${why}; last:`, ...last].join('\n'));
      });
    }
  };
  const worker: TestWorker = {
    address,
    child,
    log,
    stderr: () => errors,
    logged,
    exited,
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
  if (ready) await Promise.race([waitUntilReady(worker), failOnExit(worker)]);
  return worker;
}

async function waitUntilReady({ address, child }: TestWorker): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(`${address}/health/ready`).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok === true) return;
    await setTimeout(50);
  }
  // Whether it ever was is for failOnExit to say.
  await new Promise(() => undefined);
}

async function failOnExit(worker: TestWorker): Promise<never> {
  const code = await worker.exited;
  throw new Error(`the worker ended with ${code}: ${worker.stderr()}`);
}
