import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { run } from '../../../scripts/native/run.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const setup = path.resolve(__dirname, '../../../scripts/setup');
const folder = temporaryFolder();

/** A machine that has these programs on its PATH and no others. */
function machineWith(
  name: string,
  programs: readonly string[],
  own: Readonly<Record<string, string>> = {},
): string {
  const bin = path.join(folder, name);
  mkdirSync(bin);
  for (const program of ['bash', 'cat', 'cut', 'dirname', 'paste', 'uname', ...programs]) {
    const found = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' });
    symlinkSync(found.stdout.trim(), path.join(bin, program));
  }
  for (const [program, text] of Object.entries(own)) {
    writeFileSync(path.join(bin, program), `#!/bin/sh\n${text}\n`);
    chmodSync(path.join(bin, program), 0o755);
  }
  return bin;
}

function runSetup(bin: string, ...args: string[]): { status: number | null; stderr: string } {
  return spawnSync(path.join(bin, 'bash'), [setup, ...args], {
    env: { PATH: bin },
    encoding: 'utf8',
    cwd: folder,
  });
}

test('no Node: says which is needed', () => {
  const { status, stderr } = runSetup(machineWith('no-node', []));
  expect(stderr).toMatch(/Node 20\.19 or later .* is needed, but there is no node on the PATH/);
  expect(status).toBe(1);
});

test('an old Node: says which is there', () => {
  const bin = machineWith('old-node', ['npm'], { node: 'echo 20.18.3' });
  const { status, stderr } = runSetup(bin);
  expect(stderr).toContain(`is needed, but ${path.join(bin, 'node')} is 20.18.3`);
  expect(status).toBe(1);
});

test('packages missing and not root: names them with the command, installs nothing', () => {
  const bin = machineWith('not-root', ['node', 'npm'], {
    id: 'echo 1000',
    'apt-get': `touch ${folder}/apt-get-ran`,
  });
  const { status, stderr } = runSetup(bin, '--for', 'worker');
  expect(stderr).toContain(
    'sudo apt-get update && sudo apt-get install -y --no-install-recommends g++ make python3 python3-venv\n',
  );
  expect(status).toBe(1);
  expect(existsSync(path.join(folder, 'apt-get-ran'))).toBe(false);
});

test('the demo and the tests need more: Redis and what canvas is compiled with', () => {
  const bin = machineWith('not-debian', ['node', 'npm']);
  const { status, stderr } = runSetup(bin, '--for', 'demo');
  expect(stderr).toMatch(
    /not Debian or Ubuntu.*: redis-server g\+\+ .*libcairo2-dev .*librsvg2-dev/,
  );
  expect(status).toBe(1);
});

test('an unknown purpose is refused', () => {
  const { status, stderr } = runSetup(machineWith('purpose', []), '--for', 'fun');
  expect(stderr).toContain("--for expects worker, demo or test, but got 'fun'");
  expect(status).toBe(1);
});

test('a command over its time limit is killed with its children', async () => {
  const pidFile = path.join(folder, 'pid');
  const result = await run({
    log: 'time-limit-test',
    argv: ['sh', '-c', `sleep 600 & echo $! > ${pidFile}; wait`],
    timeoutMillis: 2000,
  });
  expect(result).toMatchObject({ ok: false, reason: 'no end within 2 s' });
  const status = path.join('/proc', readFileSync(pidFile, 'utf8').trim(), 'status');
  const state = existsSync(status)
    ? /State:\t(\w)/.exec(readFileSync(status, 'utf8'))?.[1]
    : 'gone';
  expect(['gone', 'Z', 'X']).toContain(state);
});

test('a command that fails or is not there says so in one line', async () => {
  const failed = await run({
    log: 'failure-test',
    argv: ['sh', '-c', 'echo start; echo "Error: no such host" >&2; exit 3'],
    timeoutMillis: 10_000,
  });
  expect(failed.reason).toBe('exit 3: Error: no such host');
  const missing = await run({
    log: 'failure-test',
    argv: ['no-such-program'],
    timeoutMillis: 10_000,
  });
  expect(missing.reason).toContain('ENOENT');
});
