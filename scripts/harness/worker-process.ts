import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** The worker as a process of its own. */
export interface WorkerProcess {
  /** `http://127.0.0.1:port`. */
  readonly address: string;
  /** Which engine runs the nets, and why. */
  readonly engine: { readonly name: string; readonly reason: string };
  /** Rejects when the worker ends by itself. */
  readonly died: Promise<never>;
  peakMemory(): Promise<{ mainMiB: number; visionMiB: number[] }>;
  usedCpu(): Promise<{ mainSeconds: number; visionSeconds: number }>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Ends it by SIGTERM; answers with its exit code. */
  close(): Promise<number | null>;
}

const mainScript = path.resolve(__dirname, '../../src/main.js');
const POLL_MILLIS = 20;
/** Linux counts processor time in these, whatever the kernel's own tick is. */
const CLOCK_TICKS_PER_SECOND = 100;

/** Starts the worker with these variables and waits until it is ready for photos. */
export async function startWorkerProcess(options: {
  environment: Readonly<Record<string, string | undefined>>;
  port: number;
  logFile: string;
  /** What runs instead of the worker's own main script. */
  script?: string;
  /** Gives up starting. */
  signal?: AbortSignal;
}): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [options.script ?? mainScript], {
    env: { ...options.environment, HTTP_HOST: '127.0.0.1', HTTP_PORT: String(options.port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C is the demo's to handle, which closes its parts in order.
    detached: true,
  });
  const log = createWriteStream(options.logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = once(child, 'exit');
  const silent = once(child, 'close');
  let closing = false;
  const died = ended.then(async ([exitCode, signal]: unknown[]): Promise<never> => {
    if (closing) return new Promise<never>(() => undefined);
    // What it said last may still be on its way to the file.
    await silent;
    await endLog(log);
    throw new Error(
      `the worker ended by itself (${String(signal ?? exitCode)}); its last words:\n` +
        (await lastLines(options.logFile)),
    );
  });
  died.catch(() => undefined);
  const isOver = (): boolean =>
    child.exitCode !== null || child.signalCode !== null || options.signal?.aborted === true;
  const endBy = async (signal: NodeJS.Signals): Promise<number | null> => {
    closing = true;
    child.kill(signal);
    const [exitCode] = (await ended) as [number | null];
    await endLog(log);
    return exitCode;
  };
  const address = `http://127.0.0.1:${options.port}`;
  try {
    const engine = await waitUntilReady(address, isOver);
    if (engine === null) {
      options.signal?.throwIfAborted();
      return await died;
    }
    return {
      address,
      engine,
      died,
      peakMemory: () => peakMemory(child),
      usedCpu: () => usedCpu(child),
      kill: async () => {
        await endBy('SIGKILL');
      },
      close: () => endBy('SIGTERM'),
    };
  } catch (error) {
    await endBy('SIGTERM');
    throw error;
  }
}

/** The engine of the worker once it is ready; null when there will be none. */
async function waitUntilReady(
  address: string,
  isOver: () => boolean,
): Promise<WorkerProcess['engine'] | null> {
  while (!isOver()) {
    const answer = await fetch(`${address}/health/ready`).catch(() => null);
    if (answer?.ok === true) {
      const { engine } = (await answer.json()) as { engine: WorkerProcess['engine'] };
      return engine;
    }
    await answer?.body?.cancel();
    await setTimeout(POLL_MILLIS);
  }
  return null;
}

async function endLog(log: WriteStream): Promise<void> {
  if (log.closed) return;
  const closed = once(log, 'close');
  log.end();
  await closed;
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-8).join('\n');
}

/** Seconds of processor time that a process has used. */
async function cpuSeconds(pid: string): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / CLOCK_TICKS_PER_SECOND;
}

async function childrenOf(child: ChildProcess): Promise<string[]> {
  const pid = child.pid ?? 0;
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter((part) => part !== '');
}

/** Processor time of the worker and of the children that it has now. */
async function usedCpu(
  child: ChildProcess,
): Promise<{ mainSeconds: number; visionSeconds: number }> {
  let visionSeconds = 0;
  for (const pid of await childrenOf(child)) visionSeconds += await cpuSeconds(pid);
  return { mainSeconds: await cpuSeconds(String(child.pid)), visionSeconds };
}

/** Peak resident memory of the worker and of the children that it has now. */
async function peakMemory(child: ChildProcess): Promise<{ mainMiB: number; visionMiB: number[] }> {
  const visionMiB: number[] = [];
  for (const pid of await childrenOf(child)) visionMiB.push(await peakMiB(pid));
  return { mainMiB: await peakMiB(String(child.pid)), visionMiB };
}

async function peakMiB(pid: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
}
