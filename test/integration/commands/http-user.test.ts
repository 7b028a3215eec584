import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { isPassword } from '../../../src/http/login/passwords.ts';

const cli = path.resolve(__dirname, '../../../dist/src/cli.js');

function httpUser(password: string, ...args: readonly string[]): ReturnType<typeof run> {
  return run([cli, 'http-user', ...args], password);
}

function run(
  args: readonly string[],
  input: string,
): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { input, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

test('an entry for one owner, and one for all when that is said', async () => {
  const ada = JSON.parse(httpUser('secret\n', 'ada', '--owner', 'u1').out) as { password: string };
  expect(ada).toEqual({ user: 'ada', password: expect.any(String) as string, owner: 'u1' });
  expect(await isPassword('secret', ada.password)).toBe(true);
  expect(JSON.parse(httpUser('secret', 'root', '--admin').out)).toMatchObject({ admin: true });
}, 30_000);

test.each([
  ['no password', '', ['eve', '--admin'], 'a password on standard input'],
  ['an empty line', '\n', ['eve', '--admin'], 'a password on standard input'],
  ['no name', 'secret', ['', '--admin'], 'a login of 1 to 200 characters'],
  ['a colon in the name', 'secret', ['a:b', '--admin'], 'without a colon'],
  ['nobody to see', 'secret', ['eve'], '--owner and whose people the login sees, or --admin'],
])(
  '%s is refused',
  (_what, password, args, told) => {
    const { code, out, err } = httpUser(password, ...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('ARGUMENT_INVALID');
    expect(err).toContain(told);
  },
  30_000,
);
