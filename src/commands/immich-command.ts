import { Command } from 'commander';

/** Which users, and whether anything is done. */
export interface ImmichWriteArguments {
  /** Name or id; left out: all whose keys there are. */
  readonly user?: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** `immich …`: what concerns the results in Immich; each subcommand's run does it. */
export function immichCommand(run: {
  readonly sink: () => Promise<void>;
  readonly repair: (options: ImmichWriteArguments) => Promise<void>;
  readonly withdraw: (options: ImmichWriteArguments) => Promise<void>;
}): Command {
  const command = new Command('immich').description('people, tags and albums in Immich');
  command
    .command('sink')
    .description('write results into Immich until SIGTERM, in a process of its own (IMMICH_WRITE)')
    .action(run.sink);
  command
    .command('repair')
    .description(
      'write again what is missing in Immich, also what was deleted there: after a reset of its face data',
    )
    .option('--user <name>', "only this user's, by name or id")
    .option('--dry-run', 'only count', false)
    .action((options: Omit<ImmichWriteArguments, 'yes'>) => run.repair({ ...options, yes: true }));
  command
    .command('withdraw')
    .description(
      "take back all that was written into Immich: faces, people, tags and albums; what is a user's stays",
    )
    .option('--user <name>', "only this user's, by name or id")
    .option('--dry-run', 'only count', false)
    .option('--yes', 'do it', false)
    .action(run.withdraw);
  return command;
}
