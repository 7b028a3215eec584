#!/usr/bin/env node
import { Command, CommanderError } from 'commander';

import packageFile from '../package.json';
import { formatPeople } from './commands/people.ts';
import { runBackfill, type BackfillArguments } from './commands/run-backfill.ts';
import { readConfig } from './config.ts';
import { DESCRIPTOR_REVISION, sameModel } from './descriptors/descriptor.ts';
import { messageOf } from './errors.ts';
import { createLog } from './log.ts';
import { FACE_API_PACK } from './nets/net.ts';
import { DEFAULT_OWNER_ID } from './queue/image-added.ts';
import { runWorker } from './run-worker.ts';
import { openStore } from './store/open-store.ts';

/** Runs one command; answers with the exit code. */
async function run(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('immich-face-worker')
    .description(
      'Finds out who is on your photos. Settings are environment variables: .env.example',
    )
    .version(packageFile.version)
    .exitOverride();
  program
    .command('worker')
    .description('take image-added jobs until SIGTERM (the same as node dist/src/main.js)')
    .action(async () => {
      exitCode = await runWorker();
    });
  program
    .command('backfill')
    .description('queue the photos of a folder; run again it goes on where it was stopped')
    .requiredOption('--folder <dir>', 'a folder inside MEDIA_ROOTS, with all folders below it')
    .option('--owner <id>', 'whose photos they are')
    .option('--force', 'also photos that are known already', false)
    .option('--dry-run', 'only count', false)
    .option('--wait', 'until the worker has looked at all of them', false)
    .action(async (options: BackfillArguments) => {
      exitCode = await backfillCommand(options);
    });
  program
    .command('people')
    .description('list the people that are known')
    .option('--owner <id>', 'whose people', DEFAULT_OWNER_ID)
    .option('--json', 'as JSON', false)
    .action(peopleCommand);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
  return exitCode;
}

async function backfillCommand(options: BackfillArguments): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  return runBackfill(options, {
    config: readConfig(),
    log: createLog({ level: 'warn', destination: 'stderr' }),
    signal: stop.signal,
    output: process.stdout,
    isCurrent: (model) =>
      sameModel(model, { pack: FACE_API_PACK, descriptorRevision: DESCRIPTOR_REVISION }),
  });
}

async function peopleCommand({ owner, json }: { owner: string; json: boolean }): Promise<void> {
  const { dataDir, mongodbUri } = readConfig();
  const log = createLog({ level: 'warn', destination: 'stderr' });
  const store = await openStore({
    dataDir,
    log,
    ...(mongodbUri === undefined ? {} : { mongodbUri }),
  });
  try {
    process.stdout.write(formatPeople(await store.listPeople(owner), json));
  } finally {
    await store.close();
  }
}

void run(process.argv.slice(2)).then((exitCode) => {
  // All is closed; see main.ts for what ioredis leaves behind.
  process.exit(exitCode);
});
