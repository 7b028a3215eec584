/** Finds match thresholds on labelled photos. See `npm run calibrate -- --help`. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { Command, InvalidArgumentError, Option } from 'commander';
import { format } from 'prettier';

import { createProgress } from '../../../src/commands/progress.ts';
import { readConfig, type Config } from '../../../src/config.ts';
import { DEFAULT_MATCH } from '../../../src/identities/thresholds.ts';
import { createLog } from '../../../src/log.ts';
import { DETECTOR_NAMES, ENGINE_NAMES, FACE_API_PACK } from '../../../src/nets/net.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { root } from '../../native/run.ts';
import type { PhotoSet } from '../data/labelled-photo.ts';
import { readGroundTruth } from '../data/read-ground-truth.ts';
import { unusable } from '../data/read-text.ts';
import { readLfw } from '../data/read-lfw.ts';
import { rulesOf } from '../evaluate.ts';
import { SHARED_DATA } from '../gate/gate-data.ts';
import { albumSet } from '../identification/album-people.ts';
import { lookAtPhotos } from '../look/look-at-photos.ts';
import type { Looks } from '../look/looked-photo.ts';
import { runMain } from '../run-main.ts';
import { keyOf, readCalibrations, type Calibration } from './calibration.ts';
import { sweep, type SweptThreshold } from './sweep.ts';
import { linesOf, markdownOf } from './words.ts';

interface Arguments {
  readonly lfw: string;
  readonly pairs: string;
  readonly boxes: string;
  readonly out: string;
  readonly orders: number;
  readonly engine?: Config['engine'];
  readonly detector?: Config['detector']['kind'];
}

const DISTANCES = [0.26, 0.28, 0.3, 0.32, 0.34, 0.36, 0.38, 0.4];
/** Tried at the best distance; they matter less. */
const MARGINS = [0, 0.02, 0.04];
const SEED = 1;

function readArguments(argv: readonly string[]): Arguments {
  return new Command('npm run calibrate --')
    .description(
      'Fills libraries of labelled photos at several match thresholds, says in words what each costs, ' +
        'and writes docs/calibration.md and .json: one section for each pack, engine and detector.',
    )
    .option('--lfw <folder>', "LFW's photos", SHARED_DATA.lfw)
    .option('--pairs <file>', "LFW's pairs, which say which photos to take", SHARED_DATA.pairs)
    .option('--boxes <file>', "an album's ground-truth.json", SHARED_DATA.boxes)
    .option('--out <folder>', 'where the calibration is kept', path.join(root, 'docs'))
    .option('--orders <number>', 'orders of arrival', wholeNumber, 3)
    .addOption(new Option('--engine <name>').choices([...ENGINE_NAMES, 'auto']))
    .addOption(new Option('--detector <name>').choices(DETECTOR_NAMES))
    .addOption(new Option('--pack <name>').choices([FACE_API_PACK]))
    .parse(argv, { from: 'user' })
    .opts<Arguments>();
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of at least 1');
}

async function calibrate(options: Arguments, signal: AbortSignal): Promise<Calibration> {
  const { lfw: folder, pairs: pairsFile, boxes, orders } = options;
  const config = readConfig();
  const lfw = await readLfw({ folder, pairsFile, allPhotos: false });
  const sets = [lfw, albumSet(await readGroundTruth(boxes))];
  const looks = await lookAtPhotos(
    sets.flatMap(({ photos }) => photos.map((photo) => photo.path)),
    {
      config: {
        ...config,
        engine: options.engine ?? config.engine,
        detector: { ...config.detector, kind: options.detector ?? config.detector.kind },
      },
      useCache: true,
      signal,
    },
  );
  const model = [...looks.values()].find(({ seen }) => seen !== null)?.seen?.model;
  if (model === undefined) throw unusable(folder, 'expected photos, none could be looked at');
  const swept = await sweepAll({ sets, looks, orders, signal });
  const standard = swept.find(isStandard) as SweptThreshold;
  const { pack, engine, detector, descriptorRevision } = model;
  return {
    ...{ pack, engine, detector, descriptorRevision, orders, standard, swept },
    date: new Date().toISOString().slice(0, 10),
    data: Object.fromEntries(sets.map((set) => [set.name, sizeOf(set)])),
    best: bestOf(swept),
  };
}

/** All distances with the worker's own margin, then all margins at the best of them. */
async function sweepAll(options: {
  sets: readonly PhotoSet[];
  looks: Looks;
  orders: number;
  signal: AbortSignal;
}): Promise<SweptThreshold[]> {
  const { sets, orders } = options;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'face-worker-calibrate-'));
  const log = createLog({ level: 'warn', destination: 'stderr' });
  const store = await openStore({ dataDir: folder, log });
  const distances = [...new Set([...DISTANCES, DEFAULT_MATCH.distance])];
  const margins = MARGINS.filter((margin) => margin !== DEFAULT_MATCH.margin);
  const progress = createProgress({
    label: 'libraries filled',
    total: (distances.length + margins.length) * sets.length,
    stream: process.stderr,
  });
  let done = 0;
  const common = {
    ...options,
    store,
    rules: rulesOf(readConfig()),
    seeds: Array.from({ length: orders }, (_, i) => SEED + i),
    onLibrary: () => {
      progress.update(++done);
    },
  };
  try {
    const swept = await sweep({
      ...common,
      thresholds: distances.map((distance) => ({ distance, margin: DEFAULT_MATCH.margin })),
    });
    const { distance } = bestOf(swept);
    swept.push(
      ...(await sweep({ ...common, thresholds: margins.map((margin) => ({ distance, margin })) })),
    );
    return swept.sort((a, b) => a.distance - b.distance || a.margin - b.margin);
  } finally {
    progress.stop();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function isStandard({ distance, margin }: SweptThreshold): boolean {
  return distance === DEFAULT_MATCH.distance && margin === DEFAULT_MATCH.margin;
}

function bestOf(swept: readonly SweptThreshold[]): SweptThreshold {
  return swept.toSorted((a, b) => b.meanF - a.meanF)[0] as SweptThreshold;
}

function sizeOf({ photos }: PhotoSet): { photos: number; people: number } {
  const people = new Set(photos.flatMap(({ person }) => person ?? []));
  return { photos: photos.length, people: people.size };
}

async function write(calibration: Calibration, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, 'calibration.json');
  const all = { ...(await readCalibrations(file)), [keyOf(calibration)]: calibration };
  await writeFile(file, `${JSON.stringify(all, null, 2)}\n`);
  const page = path.join(folder, 'calibration.md');
  await writeFile(page, await format(markdownOf(all), { parser: 'markdown' }));
  console.error(`written: ${page}`);
}

void runMain(async (signal) => {
  const options = readArguments(process.argv.slice(2));
  const calibration = await calibrate(options, signal);
  console.log([keyOf(calibration), ...linesOf(calibration)].join('\n'));
  await write(calibration, options.out);
  return 0;
});
