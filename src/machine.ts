import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const MiB = 1024 * 1024;

/** What this process may use of the machine. */
export interface Machine {
  /** Cores, or the container's share of them where that is less; at least 1, may be a fraction. */
  readonly cores: number;
  readonly memoryMiB: number;
}

/** Reads cores and memory, bounded by the process's affinity and its cgroup (version 1 or 2). */
export function readMachine(): Machine {
  return {
    cores: Math.max(1, Math.min(os.availableParallelism(), cpuQuota('/') ?? Infinity)),
    memoryMiB: Math.floor(Math.min(os.totalmem(), memoryLimitBytes('/') ?? Infinity) / MiB),
  };
}

/** Cores that the cgroup grants under `root`, the least of all its levels; null: no quota. */
export function cpuQuota(root: string): number | null {
  const quotas = [
    ...levels(root, { version: 2 }).map((folder) => {
      const [quota, period] = words(path.join(folder, 'cpu.max'));
      return toQuota(quota, period);
    }),
    ...levels(root, { version: 1, controller: 'cpu' }).map((folder) => {
      const [quota] = words(path.join(folder, 'cpu.cfs_quota_us'));
      const [period] = words(path.join(folder, 'cpu.cfs_period_us'));
      return toQuota(quota, period);
    }),
  ];
  return least(quotas);
}

/** Bytes that the cgroup grants under `root`, the least of all its levels; null: no limit. */
export function memoryLimitBytes(root: string): number | null {
  const limits = [
    ...levels(root, { version: 2 }).map((folder) => words(path.join(folder, 'memory.max'))),
    ...levels(root, { version: 1, controller: 'memory' }).map((folder) =>
      words(path.join(folder, 'memory.limit_in_bytes')),
    ),
  ];
  return least(limits.map(([bytes]) => toNumber(bytes)));
}

/** The folders of this process's cgroup, from its own up to the top of the hierarchy. */
function levels(root: string, kind: { version: 1 | 2; controller?: string }): string[] {
  const mount = path.join(root, 'sys/fs/cgroup', kind.controller ?? '');
  const line = lines(path.join(root, 'proc/self/cgroup')).find((text) => {
    const controllers = text.split(':')[1] ?? '';
    return kind.version === 2
      ? text.startsWith('0::')
      : controllers.split(',').includes(kind.controller ?? '');
  });
  if (line === undefined) return [];
  const folders: string[] = [];
  // Inside a container the path is the host's; what the container sees of it is the top.
  let inside = line.split(':').slice(2).join(':');
  for (;;) {
    folders.push(path.join(mount, inside));
    if (inside === '/' || inside === '' || inside === '.') return folders;
    inside = path.dirname(inside);
  }
}

function toQuota(quota: string | undefined, period: string | undefined): number | null {
  const [used, whole] = [toNumber(quota), toNumber(period)];
  return used === null || whole === null || used <= 0 || whole <= 0 ? null : used / whole;
}

/** Null for 'max', for what is missing, and for version 1's way of saying that there is no limit. */
function toNumber(text: string | undefined): number | null {
  const value = Number(text);
  return text === undefined || text === '' || !Number.isFinite(value) || value >= 2 ** 60
    ? null
    : value;
}

function least(values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? null : Math.min(...numbers);
}

function words(file: string): string[] {
  return (lines(file)[0] ?? '').trim().split(/\s+/);
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
