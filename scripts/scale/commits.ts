import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import type { CommitReport, CommitTask } from './commit-child.ts';

export interface CommitsRow {
  readonly workers: number;
  readonly owners: number;
  readonly commitsPerSecond: number;
  /** Commits that had to be made again, for each that was made. */
  readonly conflictsPerCommit: number;
}

const script = path.join(__dirname, 'commit-child.js');

/** Lets as many processes commit at once as there are workers, from one signal to the last's end. */
export async function measureCommits(
  task: Omit<CommitTask, 'worker'>,
  signal: AbortSignal,
): Promise<CommitsRow> {
  const children = Array.from({ length: task.workers }, (_, worker) =>
    fork(script, [JSON.stringify({ ...task, worker } satisfies CommitTask)]),
  );
  const end = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    await Promise.all(children.map((child) => said(child)));
    const start = performance.now();
    const reports = (await Promise.all(
      children.map(async (child) => {
        child.send('go');
        return said(child);
      }),
    )) as CommitReport[];
    const seconds = (performance.now() - start) / 1000;
    const sum = (name: keyof CommitReport): number =>
      reports.reduce((total, report) => total + report[name], 0);
    return {
      workers: task.workers,
      owners: task.owners,
      commitsPerSecond: sum('commits') / seconds,
      conflictsPerCommit: sum('conflicts') / sum('commits'),
    };
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** What the child says next; rejects when it ends without a word. */
async function said(child: ChildProcess): Promise<unknown> {
  const heard = new AbortController();
  const options = { signal: heard.signal };
  try {
    const [message] = (await Promise.race([
      once(child, 'message', options),
      once(child, 'exit', options).then(([code]) => {
        throw new Error(`a committing process ended with ${String(code)}`);
      }),
    ])) as unknown[];
    return message;
  } finally {
    heard.abort();
  }
}
