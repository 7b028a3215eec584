import { Command, InvalidArgumentError, Option } from 'commander';

const PARTS = ['index', 'start', 'commits'] as const;

export interface ScaleArguments {
  readonly json: boolean;
  readonly part: 'all' | (typeof PARTS)[number];
  readonly store: 'both' | 'sqlite' | 'mongodb';
  readonly faces: number;
  /** Of the MongoDB test server, which is slower to fill than the real one. */
  readonly mongodbFaces: number;
  readonly workers: readonly number[];
  /** Photos of each measured run of commits. */
  readonly photos: number;
}

export function readArguments(argv: readonly string[]): ScaleArguments {
  return new Command('npm run scale --')
    .description(
      'Measures what grows with the library and with the number of workers: memory and search of the ' +
        'index of known faces, the time to read it from the store, and commits a second.',
    )
    .option('--json', 'write the figures to standard output as one JSON object', false)
    .addOption(new Option('--part <part>', 'only this').choices(['all', ...PARTS]).default('all'))
    .addOption(
      new Option('--store <store>', 'only this')
        .choices(['both', 'sqlite', 'mongodb'])
        .default('both'),
    )
    .option('--faces <number>', 'faces of the largest library', wholeNumber, 1_000_000)
    .option('--mongodb-faces <number>', 'the same in MongoDB', wholeNumber, 100_000)
    .option('--workers <numbers>', 'separated by commas', numbers, [1, 2, 4, 8, 16])
    .option('--photos <number>', 'photos of each run of commits', wholeNumber, 1200)
    .parse(argv, { from: 'user' })
    .opts<ScaleArguments>();
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of at least 1');
}

function numbers(text: string): number[] {
  return text.split(',').map(wholeNumber);
}
