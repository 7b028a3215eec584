import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { createProgress } from '../../src/commands/progress.ts';
import type { Config } from '../../src/config.ts';
import { matchThresholds, mergeThresholds } from '../../src/identities/thresholds.ts';
import { createLog } from '../../src/log.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { EvalArguments } from './arguments.ts';
import type { PhotoSet } from './data/labelled-photo.ts';
import { withStrangers, type EvalData } from './data/read-sets.ts';
import { recallByTilt } from './detection/by-tilt.ts';
import { detect, type Bin, type Detected } from './detection/detect.ts';
import { albumPeople, albumSet, type AlbumPeople } from './identification/album-people.ts';
import { identify, type LibraryRun } from './identification/identify.ts';
import type { IdentityRules } from './identification/open-library.ts';
import { summarise, type Identification } from './identification/summarise.ts';
import { lookAtPhotos } from './look/look-at-photos.ts';
import { labelledFacePlace } from './look/labelled-face.ts';
import type { Looks } from './look/looked-photo.ts';
import { tabulate } from './verification/descriptor-table.ts';
import type { PairDistances } from './verification/pair-distances.ts';
import { verify, type Verification } from './verification/verify.ts';

/** Everything that was measured on one set of labelled people. */
export interface SetResult {
  readonly set: PhotoSet;
  /** The photos of the library, when strangers were made of some people. */
  readonly library: PhotoSet;
  readonly verification: Verification;
  readonly distances: PairDistances;
  readonly identification: Identification | null;
  readonly runs: readonly LibraryRun[];
  /** Paths of photos without a labelled face. */
  readonly withoutFace: readonly string[];
}

export interface AlbumResult {
  readonly set: PhotoSet;
  readonly detected: Detected;
  readonly byTilt: readonly Bin[];
  readonly identification: Identification | null;
  readonly runs: readonly LibraryRun[];
  /** One for each order of arrival. */
  readonly people: readonly AlbumPeople[];
}

export interface EvalResult {
  readonly sets: readonly SetResult[];
  readonly album: AlbumResult | null;
  readonly looks: Looks;
  readonly seconds: number;
}

interface Evaluation {
  readonly options: EvalArguments;
  readonly config: Config;
  readonly store: Store;
  readonly looks: Looks;
  readonly signal: AbortSignal;
}

/** Looks at all photos once and measures everything that was asked for. */
export async function evaluate(
  data: EvalData,
  { options, config, signal }: { options: EvalArguments; config: Config; signal: AbortSignal },
): Promise<EvalResult> {
  const start = performance.now();
  const paths = [
    ...data.sets.flatMap(({ photos }) => photos),
    ...(data.truths ?? []),
    ...data.tilted.map(({ truth }) => truth),
  ];
  const looks = await lookAtPhotos(
    paths.map((photo) => photo.path),
    { config, useCache: options.cache, signal },
  );
  const folder = await mkdtemp(path.join(os.tmpdir(), 'face-worker-eval-'));
  const store = await openStore({
    dataDir: folder,
    log: createLog({ level: 'warn', destination: 'stderr' }),
  });
  try {
    const evaluation: Evaluation = { options, config, store, looks, signal };
    const sets: SetResult[] = [];
    for (const set of data.sets) sets.push(await evaluateSet(set, evaluation));
    const album = data.truths === null ? null : await evaluateAlbum(data, data.truths, evaluation);
    return { sets, album, looks, seconds: (performance.now() - start) / 1000 };
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function evaluateSet(set: PhotoSet, evaluation: Evaluation): Promise<SetResult> {
  const { options, looks } = evaluation;
  const { verification, distances } = verify(set, tabulate(set, looks));
  const library = withStrangers(set, options.strangers, options.seed);
  const hasLabels = set.photos.some(({ person }) => person !== null);
  const runs = options.identify && hasLabels ? await fill(library, evaluation) : [];
  return {
    set,
    library,
    verification,
    distances,
    identification: runs.length === 0 ? null : summarise(runs, library.photos),
    runs,
    withoutFace: set.photos
      .map(({ path: file }) => file)
      .filter((file) => !hasFace(file, set, looks)),
  };
}

async function evaluateAlbum(
  { tilted }: EvalData,
  truths: NonNullable<EvalData['truths']>,
  evaluation: Evaluation,
): Promise<AlbumResult> {
  const set = albumSet(truths);
  const hasLabels = set.photos.some(({ person }) => person !== null);
  const runs = evaluation.options.identify && hasLabels ? await fill(set, evaluation) : [];
  return {
    set,
    detected: detect(truths, evaluation.looks),
    byTilt: recallByTilt(tilted, evaluation.looks),
    identification: runs.length === 0 ? null : summarise(runs, set.photos),
    runs,
    people: runs.map((run) => albumPeople(set, run)),
  };
}

async function fill(set: PhotoSet, evaluation: Evaluation): Promise<LibraryRun[]> {
  const { options, config, store, looks, signal } = evaluation;
  const { seed, orders } = options;
  const progress = createProgress({
    label: `${set.name}: photos decided`,
    total: set.photos.length * orders,
    stream: process.stderr,
  });
  let done = 0;
  const runs = await identify({
    set,
    looks,
    store,
    signal,
    rules: rulesOf(config),
    seeds: Array.from({ length: orders }, (_, i) => seed + i),
    onPhoto: () => {
      progress.update(++done);
    },
  });
  progress.stop();
  return runs;
}

/** Who is who as the worker with these settings decides it. */
export function rulesOf({ match, tidy, minQuality }: Config): IdentityRules {
  return {
    match: matchThresholds(match),
    merge: mergeThresholds(tidy.mergeDistance),
    minQuality,
  };
}

function hasFace(file: string, set: PhotoSet, looks: Looks): boolean {
  const seen = looks.get(file)?.seen ?? null;
  return seen !== null && labelledFacePlace(seen, set.labelledFace) !== null;
}
