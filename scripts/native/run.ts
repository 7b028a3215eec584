import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';

/** The checkout, whether this runs from dist/ or from the sources. */
export const root = findRoot(__dirname);
export const cacheDir = path.join(root, '.cache');

const TAIL_CHARS = 4000;

export interface Command {
  /** Names the log file, `.cache/logs/<log>.log`, which takes all output. */
  readonly log: string;
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
}

export interface CommandResult {
  readonly ok: boolean;
  /** Why it failed, in one line; empty when `ok`. */
  readonly reason: string;
  /** The end of stdout and stderr together. */
  readonly output: string;
}

/** Runs a command without input; past its time limit it is killed together with its children. */
export async function run(command: Command): Promise<CommandResult> {
  const logFile = path.join(cacheDir, 'logs', `${command.log}.log`);
  await mkdir(path.dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const [file, ...args] = command.argv;
  // A group of its own lets the time limit reach what the command started.
  const child = spawn(file, args, {
    cwd: command.cwd ?? root,
    env: { ...process.env, ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-TAIL_CHARS);
    log.write(chunk);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);

  const limit = { passed: false };
  const stop = (): void => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const timer = setTimeout(() => {
    limit.passed = true;
    stop();
  }, command.timeoutMillis);
  const onSignal = (signal: NodeJS.Signals): void => {
    stop();
    process.kill(process.pid, signal);
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);

  const ended = await new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('close', (code, signal) => {
      resolve(code === 0 ? '' : code === null ? `ended by ${String(signal)}` : `exit ${code}`);
    });
  });
  clearTimeout(timer);
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  log.end();
  await finished(log);

  const reason = limit.passed
    ? `no end within ${command.timeoutMillis / 1000} s`
    : ended && explain(ended, output);
  return { ok: reason === '', reason, output };
}

/** Picks the line that a person would look for in the output of a failed command. */
function explain(ended: string, output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) =>
    /\b(error|cannot|failed|no space)\b|ENOTFOUND/i.test(line),
  );
  const line = telling.find((text) => /ENOTFOUND|ECONN|ETIMEDOUT|status|Error:/.test(text));
  return [ended, line ?? telling[0] ?? lines.findLast((text) => text !== '')]
    .filter(Boolean)
    .join(': ')
    .slice(0, 300);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}

function findRoot(dir: string): string {
  return existsSync(path.join(dir, 'package-lock.json')) ? dir : findRoot(path.dirname(dir));
}

/** Prints one indented line below the current step. */
export function note(text: string): void {
  console.log(`      ${text}`);
}
