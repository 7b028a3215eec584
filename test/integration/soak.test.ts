import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { tempFolder } from '../helpers/pictures.ts';

const main = path.resolve(__dirname, '../../dist/scripts/soak/main.js');

/** So that a small soak has of all what a long one has. */
const OFTEN = ['--kill-every-seconds', '1', '--tidy-every-seconds', '0.5'];

test('a small soak kills workers, loses and doubles nothing and says so in one JSON object', async () => {
  const folder = await tempFolder();
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [main, '--json', '--jobs', '300', '--photos', '24', ...OFTEN],
    { env: { ...process.env, TMPDIR: folder.path } },
  );
  const number = expect.any(Number) as number;
  const report = JSON.parse(stdout) as { kills: number; jobsPerSecond: number };
  expect(report).toEqual({
    jobs: 300,
    lost: 0,
    doubled: 0,
    kills: number,
    jobsPerSecond: number,
    rssSlopeMiBPer1000Jobs: number,
  });
  expect(report.kills).toBeGreaterThan(0);
  expect(report.jobsPerSecond).toBeGreaterThan(0);
  expect(stderr).toContain('uploads overtook the backlog');
  expect(stderr).toMatch(/maintenance job decided \d+ times/);
  expect(await readdir(folder.path)).toEqual([]);
  await folder.remove();
}, 180_000);

test('Ctrl-C in the middle of a soak leaves no process and no folder behind', async () => {
  const folder = await tempFolder();
  const soak = spawn(process.execPath, [main, '--jobs', '100000', '--photos', '24'], {
    env: { ...process.env, TMPDIR: folder.path },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(soak, 'close');
  let errors = '';
  soak.stderr.setEncoding('utf8');
  await new Promise<void>((resolve) => {
    soak.stderr.on('data', (text: string) => {
      errors += text;
      if (errors.includes('adding a backlog')) resolve();
    });
  });
  soak.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(errors).toContain('Stopped.');
  expect(await readdir(folder.path)).toEqual([]);
  await folder.remove();
}, 180_000);
