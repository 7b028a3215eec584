import path from 'node:path';

import { Command, InvalidArgumentError, Option } from 'commander';

import { DETECTOR_NAMES, ENGINE_NAMES, FACE_API_PACK } from '../../src/nets/net.ts';
import { root } from '../native/run.ts';

const BASELINE = path.join(root, 'scripts/eval/baseline.json');

export interface EvalArguments {
  readonly lfw?: string;
  readonly pairs?: string;
  readonly allPhotos: boolean;
  readonly people?: string;
  readonly pairsOnly?: string;
  readonly boxes?: string;
  /** What everyone has: faces of the face-api package's photos. */
  readonly samples: boolean;
  /** Compares with the baseline, on the shared data or else on the samples. */
  readonly gate: boolean;
  readonly writeBaseline: boolean;
  readonly baseline: string;
  readonly gateData: 'shared' | 'samples' | 'auto';
  readonly tilts: boolean;
  readonly strangers: number;
  readonly identify: boolean;
  readonly seed: number;
  readonly orders: number;
  readonly json: boolean;
  readonly html?: string;
  readonly engine?: (typeof ENGINE_NAMES)[number] | 'auto';
  readonly detector?: (typeof DETECTOR_NAMES)[number];
  readonly pack?: string;
  readonly workers?: number;
  readonly cache: boolean;
}

/** What to measure, and how; ends the process with the usage when it makes no sense. */
export function readArguments(argv: readonly string[]): EvalArguments {
  const command = new Command('npm run eval --')
    .description(
      'Measures recognition on labelled photos: telling pairs apart, filling a library as the worker ' +
        'does, finding faces. docs/evaluation.md explains every figure. Match and detector settings ' +
        'are those of the environment.',
    )
    .option('--lfw <folder>', "LFW's photos, named Name_0001.jpg")
    .option('--pairs <file>', "LFW's pairs, with folds or without")
    .option('--all-photos', 'identification on all of --lfw, not only those of --pairs', false)
    .option('--people <folder>', 'a folder per person; all pairs are compared')
    .option('--pairs-only <file>', 'lines "path path 0|1"; these pairs are compared')
    .option('--boxes <file>', "labels in the form of the album's ground-truth.json")
    .option('--tilts', 'look at the labelled photos turned by several angles, too', false)
    .option('--samples', "the face-api package's photos and faces made from them", false)
    .option('--gate', 'measure what the baseline holds; ends with 1 when a figure is worse', false)
    .option('--write-baseline', "write the baseline's figures anew (with --gate)", false)
    .option('--baseline <file>', 'what --gate compares with', BASELINE)
    .addOption(
      new Option('--gate-data <data>', 'what --gate measures on; auto: ../shared/data if there')
        .choices(['auto', 'shared', 'samples'])
        .default('auto'),
    )
    .option('--strangers <share>', 'share of people of whom one photo is kept', share, 0)
    .option('--no-identify', 'leave identification out')
    .option('--orders <number>', 'orders of arrival', wholeNumber, 3)
    .option('--seed <number>', 'the same seed gives the same orders', wholeNumber, 1)
    .option('--json', 'write the figures to standard output as JSON', false)
    .option('--html <file>', 'write a report to look at')
    .addOption(new Option('--engine <name>').choices([...ENGINE_NAMES, 'auto']))
    .addOption(new Option('--detector <name>').choices(DETECTOR_NAMES))
    .addOption(new Option('--pack <name>').choices([FACE_API_PACK]))
    .option('--workers <number>', 'children that look at photos', wholeNumber)
    .option('--no-cache', 'look at every photo again')
    .parse(argv, { from: 'user' });
  const options = command.opts<EvalArguments>();
  const { lfw, pairs, people, pairsOnly, boxes, samples, gate, writeBaseline } = options;
  const isGiven = (lfw ?? people ?? pairsOnly ?? boxes) !== undefined || samples;
  if (isGiven === gate) {
    command.error(
      'error: expected one of --lfw, --people, --pairs-only, --boxes, --samples, or --gate alone',
    );
  }
  if (writeBaseline && !gate) {
    command.error('error: expected --gate together with --write-baseline');
  }
  if (pairs !== undefined && lfw === undefined) {
    command.error('error: expected --lfw together with --pairs');
  }
  return options;
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of at least 1');
}

function share(text: string): number {
  if (/^(0|1|0?\.\d+)$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a number from 0 to 1');
}
