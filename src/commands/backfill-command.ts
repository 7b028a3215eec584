import { Command, Option } from 'commander';

import type { BackfillArguments } from './run-backfill.ts';
import type { ImmichBackfillArguments } from './run-immich-backfill.ts';

/** The options of `backfill`: of a folder when one is given, else of what Immich has. */
export type BackfillOptions = Omit<BackfillArguments, 'folder'> &
  ImmichBackfillArguments & { readonly folder?: string };

/** `backfill`; `run` does it. */
export function backfillCommand(run: (options: BackfillOptions) => Promise<void>): Command {
  const ofImmich = (flags: string, description: string): Option =>
    new Option(flags, description).conflicts('folder');
  const ofFolder = (flags: string, description: string): Option =>
    new Option(flags, description).conflicts(['user', 'album', 'takenAfter', 'takenBefore']);
  return new Command('backfill')
    .description(
      'queue the photos that Immich has, or those of a folder; run again it goes on where it was stopped',
    )
    .addOption(ofImmich('--user <name>', "only this user's, by name or id"))
    .addOption(ofImmich('--album <name>', 'only those of an album, by name or id'))
    .addOption(ofImmich('--taken-after <date>', 'only those taken since, that day included'))
    .addOption(ofImmich('--taken-before <date>', 'only those taken until, that day included'))
    .addOption(
      ofImmich('--below-revision', 'only those looked at with older descriptors').default(false),
    )
    .addOption(
      ofImmich('--failed', 'only those that failed')
        .default(false)
        .conflicts(['album', 'takenAfter', 'takenBefore', 'belowRevision', 'force']),
    )
    .addOption(ofFolder('--folder <dir>', 'a folder inside MEDIA_ROOTS, with all folders below it'))
    .option('--owner <id>', 'whose photos those of the folder are')
    .option('--force', 'also photos that are known already', false)
    .option('--dry-run', 'only count', false)
    .option('--wait', 'until the worker has looked at all those of the folder', false)
    .action(run);
}
