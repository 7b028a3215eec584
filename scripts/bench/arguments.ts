import path from 'node:path';

import { Command, InvalidArgumentError } from 'commander';

export interface BenchArguments {
  readonly json: boolean;
  /** One turn, few photos, no million. */
  readonly quick: boolean;
  /** Null: the shared album where it is there, else the samples of the face-api package. */
  readonly photos: string | null;
  readonly repeats: number;
  /** Most photos, taken evenly from the folder. */
  readonly limit: number;
  readonly chart: string;
}

export function readArguments(argv: readonly string[]): BenchArguments {
  const options = new Command('npm run bench --')
    .description('Times face-api as its users call it against this worker, end to end.')
    .option('--json', 'write the figures to standard output as JSON', false)
    .option('--quick', 'one turn over a dozen photos, no million neighbours', false)
    .option('--photos <folder>', 'JPEG and PNG photos (default: the test album, else samples)')
    .option('--repeats <number>', 'turns, whose median counts', wholeNumber, 3)
    .option('--limit <number>', 'most photos, taken evenly from the folder', wholeNumber)
    .option('--chart <file>', 'where the SVG chart goes', 'bench-output/chart.svg')
    .parse(argv, { from: 'user' })
    .opts<{
      json: boolean;
      quick: boolean;
      photos?: string;
      repeats: number;
      limit?: number;
      chart: string;
    }>();
  return {
    ...options,
    limit: options.limit ?? (options.quick ? 12 : 60),
    photos: options.photos === undefined ? null : path.resolve(options.photos),
    chart: path.resolve(options.chart),
  };
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of at least 1');
}
