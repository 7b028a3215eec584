import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { cpuQuota, memoryLimitBytes, readMachine } from '../../src/machine.ts';
import { planVision } from '../../src/vision/plan.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const folder = temporaryFolder();
let count = 0;

function machineWith(files: Readonly<Record<string, string>>): string {
  const root = path.join(folder, String(++count));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  return root;
}

test('cgroup 2: the least of all levels counts', () => {
  const root = machineWith({
    'proc/self/cgroup': '0::/system.slice/worker.service\n',
    'sys/fs/cgroup/system.slice/worker.service/cpu.max': 'max 100000\n',
    'sys/fs/cgroup/system.slice/worker.service/memory.max': '536870912\n',
    'sys/fs/cgroup/system.slice/cpu.max': '150000 100000\n',
    'sys/fs/cgroup/system.slice/memory.max': '1073741824\n',
  });
  expect(cpuQuota(root)).toBe(1.5);
  expect(memoryLimitBytes(root)).toBe(512 * 2 ** 20);
});

test("cgroup 2 inside a container: the path is the host's, the top is ours", () => {
  const root = machineWith({
    'proc/self/cgroup': '0::/docker/abc\n',
    'sys/fs/cgroup/cpu.max': '50000 100000\n',
    'sys/fs/cgroup/memory.max': 'max\n',
  });
  expect(cpuQuota(root)).toBe(0.5);
  expect(memoryLimitBytes(root)).toBeNull();
});

test('cgroup 1: quota and limit, and its way of saying that there is none', () => {
  const root = machineWith({
    'proc/self/cgroup': '4:memory:/jobs/7\n3:cpu,cpuacct:/jobs/7\n0::/\n',
    'sys/fs/cgroup/cpu/jobs/7/cpu.cfs_quota_us': '200000\n',
    'sys/fs/cgroup/cpu/jobs/7/cpu.cfs_period_us': '100000\n',
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    'sys/fs/cgroup/memory/jobs/7/memory.limit_in_bytes': '734003200\n',
    'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
  });
  expect(cpuQuota(root)).toBe(2);
  expect(memoryLimitBytes(root)).toBe(700 * 2 ** 20);
});

test('without cgroups there is no limit but the machine itself', () => {
  expect(cpuQuota(machineWith({}))).toBeNull();
  expect(memoryLimitBytes(machineWith({}))).toBeNull();
  expect(readMachine().cores).toBeGreaterThanOrEqual(1);
  expect(readMachine().memoryMiB).toBeGreaterThan(100);
});

describe('the plan', () => {
  const auto = {
    profile: 'standard',
    children: undefined,
    threads: undefined,
    memoryLimitMiB: undefined,
  } as const;

  test.each([
    [
      { cores: 2, memoryMiB: 8192 },
      { children: 2, threads: 1, memoryLimitMiB: 4021 },
    ],
    [
      { cores: 4, memoryMiB: 2048 },
      { children: 2, threads: 2, memoryLimitMiB: 949 },
    ],
    [
      { cores: 64, memoryMiB: 262144 },
      { children: 8, threads: 8, memoryLimitMiB: 4096 },
    ],
    [
      { cores: 1.5, memoryMiB: 1024 },
      { children: 1, threads: 2, memoryLimitMiB: 874 },
    ],
    [
      { cores: 4, memoryMiB: 512 },
      { children: 1, threads: 4, memoryLimitMiB: 384 },
    ],
  ])('on %j: %j', (machine, plan) => {
    expect(planVision(auto, machine)).toMatchObject(plan);
  });

  test('low power is one child on one thread, whatever the machine has', () => {
    const machine = { cores: 8, memoryMiB: 16384 };
    expect(planVision({ ...auto, profile: 'low-power' }, machine)).toMatchObject({
      children: 1,
      threads: 1,
    });
  });

  test('what the user set is kept', () => {
    const wishes = { profile: 'low-power', children: 3, threads: 5, memoryLimitMiB: 700 } as const;
    expect(planVision(wishes, { cores: 2, memoryMiB: 4096 })).toMatchObject({
      children: 3,
      threads: 5,
      memoryLimitMiB: 700,
      recycleMiB: 525,
    });
  });
});
