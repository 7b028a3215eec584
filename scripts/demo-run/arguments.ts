import path from 'node:path';

import { Command, InvalidArgumentError } from 'commander';

/** What the demo was asked for; paths are absolute. */
export interface DemoArguments {
  /** The user's photos; null for the samples and their retakes. */
  readonly folder: string | null;
  /** End after the results instead of serving the pages. */
  readonly exit: boolean;
  /** Where to write every result payload, a line each. */
  readonly json: string | null;
  /** The pages' port; 0 takes any free one. */
  readonly port: number;
  /** Where the contact sheet goes. */
  readonly out: string;
}

/** Reads the command line; ends the process with help or a message when it cannot be used. */
export function readArguments(argv: readonly string[]): DemoArguments {
  const command = new Command('scripts/demo')
    .description('Finds the people on a folder of photos: the whole chain, on a Redis of its own.')
    .argument('[folder]', 'your photos; without it, sample photos and retakes made of them')
    .option('--exit', 'end after the results instead of serving the pages', false)
    .option('--json <file>', 'write every result payload to a file, one JSON object a line')
    .option('--port <number>', "the pages' port (default: any free one)", port, 0)
    .option('--out <folder>', 'where the contact sheet goes', 'demo-output')
    .parse(argv, { from: 'user' });
  const options = command.opts<{ exit: boolean; json?: string; port: number; out: string }>();
  const [folder] = command.args;
  return {
    folder: folder === undefined ? null : path.resolve(folder),
    exit: options.exit,
    json: options.json === undefined ? null : path.resolve(options.json),
    port: options.port,
    out: path.resolve(options.out),
  };
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65535) return number;
  throw new InvalidArgumentError('expected a whole number from 0 to 65535');
}
