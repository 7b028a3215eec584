import { text } from 'node:stream/consumers';

import { Command, Option } from 'commander';

import { WorkerError } from '../errors.ts';
import { hashPassword } from '../http/login/passwords.ts';

/** `http-user`: prints an entry for HTTP_USERS; the password comes by standard input, not by history. */
export function httpUserCommand(isLoginName: (user: string) => boolean): Command {
  return new Command('http-user')
    .description('print an entry for HTTP_USERS; the password is read from standard input')
    .argument('<user>', 'the login')
    .option('--owner <id>', 'sees the people of this owner')
    .addOption(new Option('--admin', 'sees the people of all owners').conflicts('owner'))
    .action(async (user: string, { owner, admin }: { owner?: string; admin?: true }) => {
      if (!isLoginName(user)) {
        throw invalid(
          `a login of 1 to 200 characters without a colon, and not 'local' or 'machine', got ${JSON.stringify(user)}`,
        );
      }
      if (owner === undefined && admin === undefined) {
        throw invalid('--owner and whose people the login sees, or --admin, got neither');
      }
      if (process.stdin.isTTY) process.stderr.write('Password, then Enter and Ctrl-D:\n');
      const given = (await text(process.stdin)).replace(/\r?\n$/, '');
      if (given === '') throw invalid('a password on standard input, got nothing');
      const password = await hashPassword(given);
      const sees = owner === undefined ? { admin } : { owner };
      process.stdout.write(`${JSON.stringify({ user, password, ...sees })}\n`);
    });
}

function invalid(expected: string): WorkerError {
  return new WorkerError('ARGUMENT_INVALID', `expected ${expected}`);
}
