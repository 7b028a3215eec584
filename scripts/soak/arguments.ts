import { Command, InvalidArgumentError, Option } from 'commander';

export interface SoakArguments {
  readonly json: boolean;
  readonly jobs: number;
  readonly store: 'sqlite' | 'mongodb';
  readonly seed: number;
  /** Mean time between two kills. */
  readonly killEverySeconds: number;
  /** Between two runs of the maintenance job. */
  readonly tidyEverySeconds: number;
  /** Photos that real descriptors are recorded from. */
  readonly photos: number;
}

export function readArguments(argv: readonly string[]): SoakArguments {
  return new Command('npm run soak --')
    .description(
      'Sends jobs through four worker processes that are killed at random, and counts what was lost ' +
        'or doubled. Ends with 1 when anything was, or when uploads waited behind the backlog.',
    )
    .option('--json', 'write the figures to standard output as one JSON object', false)
    .option('--jobs <number>', 'jobs in all, one in twenty an upload', wholeNumber, 100_000)
    .addOption(
      new Option('--store <store>', 'where photos are kept')
        .choices(['sqlite', 'mongodb'])
        .default('sqlite'),
    )
    .option('--seed <number>', 'the same seed gives the same photos and kills', wholeNumber, 1)
    .option('--kill-every-seconds <number>', 'mean time between two kills', seconds, 5)
    .option('--tidy-every-seconds <number>', 'between two maintenance jobs', seconds, 30)
    .option('--photos <number>', 'photos that descriptors are recorded from', wholeNumber, 400)
    .parse(argv, { from: 'user' })
    .opts<SoakArguments>();
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of at least 1');
}

function seconds(text: string): number {
  if (/^\d*\.?\d+$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('expected a number above 0');
}
