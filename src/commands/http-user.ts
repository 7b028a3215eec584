import { text } from 'node:stream/consumers';

import { Command } from 'commander';

import { hashPassword } from '../http/login/passwords.ts';

/** `http-user`: prints an entry for HTTP_USERS; the password comes by standard input, not by history. */
export function httpUserCommand(): Command {
  return new Command('http-user')
    .description('print an entry for HTTP_USERS; the password is read from standard input')
    .argument('<user>', 'the login')
    .option('--owner <id>', 'sees the people of this owner; left out: of all')
    .action(async (user: string, { owner }: { owner?: string }) => {
      if (process.stdin.isTTY) process.stderr.write('Password, then Enter and Ctrl-D:\n');
      const given = (await text(process.stdin)).replace(/\r?\n$/, '');
      const password = await hashPassword(given);
      const sees = owner === undefined ? { admin: true } : { owner };
      process.stdout.write(`${JSON.stringify({ user, password, ...sees })}\n`);
    });
}
