#!/usr/bin/env node
import { Command, CommanderError } from 'commander';

import packageFile from '../package.json';
import { correctCommand } from './commands/correct.ts';
import { httpUserCommand } from './commands/http-user.ts';
import { facesOf, formatFaces, formatHistory, formatPeople } from './commands/people.ts';
import { backfillCommand, type BackfillOptions } from './commands/backfill-command.ts';
import { runBackfill, type CommandContext } from './commands/run-backfill.ts';
import { runCorrection } from './commands/run-correction.ts';
import { runForget, runRemove } from './commands/run-forget.ts';
import {
  runImmichRepair,
  runImmichWithdraw,
  type ImmichWriteContext,
} from './commands/run-immich-writes.ts';
import { immichCommand, type ImmichWriteArguments } from './commands/immich-command.ts';
import { runImmichBackfill } from './commands/run-immich-backfill.ts';
import { tidyOwners, type TidyArguments } from './commands/tidy.ts';
import { storePlace, withStore } from './commands/with-store.ts';
import { readConfig } from './config.ts';
import { isLoginName } from './config/http-users.ts';
import { DESCRIPTOR_REVISION, sameModel, type DescriptorModel } from './descriptors/descriptor.ts';
import { messageOf, WorkerError } from './errors.ts';
import type { FacePlace } from './identities/journal/fact.ts';
import { listPeople } from './identities/journal/people-list.ts';
import { People } from './identities/journal/people.ts';
import type { Correction } from './identities/journal/plan-fact.ts';
import { MODEL_NAME, openImmichAccounts } from './immich-parts.ts';
import { createLog } from './log.ts';
import { FACE_API_PACK } from './nets/net.ts';
import { DEFAULT_OWNER_ID } from './queue/image-added.ts';
import { runImmichSink, withSinkParts } from './run-immich-sink.ts';
import { runWorker } from './run-worker.ts';
import type { Store } from './store/store.ts';

/** To tell whose people there are, where somebody asks for another's. */
const MOST_OWNERS_SHOWN = 10;

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
  program.addCommand(
    backfillCommand(async (options) => {
      exitCode = await backfill(options);
    }),
  );
  program.addCommand(httpUserCommand(isLoginName));
  addPeopleCommands(program);
  addTidying(program);
  addRemovingCommands(program);
  addImmichCommands(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
  return exitCode;
}

function addPeopleCommands(program: Command): void {
  const add = (
    usage: string,
    description: string,
    print: (
      known: { faces: FacePlace[]; people: People; store: Store },
      options: { json: boolean; person?: string; owner: string },
    ) => string | Promise<string>,
  ): Command =>
    program
      .command(usage)
      .description(description)
      .option('--owner <id>', 'whose people', DEFAULT_OWNER_ID)
      .option('--json', 'as JSON', false)
      .action(async (options: { owner: string; json: boolean; person?: string }) => {
        const config = readConfig();
        await withStore(config, async (store) => {
          const people = People.of(await store.readFacts(options.owner));
          const faces = await store.listFaces(options.owner);
          process.stdout.write(await print({ faces, people, store }, options));
          if (faces.length > 0) return;
          const where = storePlace(config);
          const others = (await store.listOwners()).slice(0, MOST_OWNERS_SHOWN);
          const known = others.length === 0 ? 'nobody yet' : others.join(', ');
          process.stderr.write(
            `${where} knows no face of owner '${options.owner}'; --owner says whose people, and it ` +
              `knows photos of: ${known}\n`,
          );
        });
      });
  add('people', 'list the people that are known', ({ faces, people }, { json }) =>
    formatPeople(listPeople(faces, people), json),
  );
  add('faces', "list a person's faces with their photos", async (known, options) => {
    const { owner, person = null, json } = options;
    const pathOf = async (assetId: string): Promise<string | null> =>
      (await known.store.findPhoto(owner, assetId))?.path ?? null;
    return formatFaces(await facesOf(person, known, pathOf), json);
  }).option('--person <id>', 'whose faces; left out: those of nobody');
  add('history', 'list the corrections, newest first', ({ people }, { json }) =>
    formatHistory(people, json),
  );
  program.addCommand(correctCommand(DEFAULT_OWNER_ID, correct));
}

function addTidying(program: Command): void {
  program
    .command('tidy')
    .description('merge the people who are surely one; a running worker does it by itself')
    .option('--owner <id>', 'whose people; left out: of all owners')
    .option('--dry-run', 'only say who would be merged, and why', false)
    .option('--json', 'as JSON', false)
    .action(async (options: TidyArguments) => {
      const { config, signal } = commandContext();
      const model = { pack: FACE_API_PACK, descriptorRevision: DESCRIPTOR_REVISION };
      const text = await withStore(config, (store) =>
        tidyOwners(options, { config, store, model, signal }),
      );
      process.stdout.write(text);
    });
}

async function correct(ownerId: string, correction: Correction): Promise<void> {
  process.stdout.write(
    await withStore(readConfig(), (store) => runCorrection(ownerId, correction, store)),
  );
}

function addRemovingCommands(program: Command): void {
  program
    .command('remove <asset>')
    .description('tell the worker that an asset is gone; its faces go with it')
    .option('--owner <id>', 'whose photo', DEFAULT_OWNER_ID)
    .action((assetId: string, { owner }: { owner: string }) =>
      runRemove({ assetId, ownerId: owner }, commandContext()),
    );
  program
    .command('forget')
    .description('remove every trace of an owner: photos, faces, people, corrections, jobs')
    .requiredOption('--owner <id>', 'who is to be forgotten')
    .action(({ owner }: { owner: string }) => runForget(owner, commandContext()));
}

function addImmichCommands(program: Command): void {
  const withParts = (
    run: (options: ImmichWriteArguments, context: ImmichWriteContext) => Promise<void>,
  ): ((options: ImmichWriteArguments) => Promise<void>) => {
    return async (options) => {
      const context = commandContext();
      await withSinkParts(context.log, (parts) => run(options, { ...context, ...parts }));
    };
  };
  program.addCommand(
    immichCommand({
      sink: () => {
        const { config, signal } = commandContext();
        return runImmichSink(config, { log: createLog({ level: config.logLevel }), signal });
      },
      repair: withParts(runImmichRepair),
      withdraw: withParts(runImmichWithdraw),
    }),
  );
}

function commandContext(): CommandContext {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  return {
    config: readConfig(),
    log: createLog({ level: 'warn', destination: 'stderr' }),
    signal: stop.signal,
    output: process.stdout,
  };
}

async function backfill(options: BackfillOptions): Promise<number> {
  const context = {
    ...commandContext(),
    isCurrent: (model: DescriptorModel) =>
      sameModel(model, { pack: FACE_API_PACK, descriptorRevision: DESCRIPTOR_REVISION }),
  };
  const { folder } = options;
  if (folder !== undefined) return runBackfill({ ...options, folder }, context);
  const immich = openImmichAccounts(context.config, context.log);
  if (immich === null) {
    throw new WorkerError(
      'CONFIG_INVALID',
      'expected --folder, or IMMICH_URL and IMMICH_API_KEYS for the photos that Immich has',
    );
  }
  try {
    const { accounts } = immich;
    return await runImmichBackfill(options, { ...context, accounts, model: MODEL_NAME });
  } finally {
    await immich.close();
  }
}

void run(process.argv.slice(2)).then((exitCode) => {
  // All is closed; see main.ts for what ioredis leaves behind.
  process.exit(exitCode);
});
