/** What grows with library and workers, measured; see `npm run scale -- --help`, docs/scaling.md. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { messageOf } from '../../src/errors.ts';
import { startMongo, type TestMongo } from '../harness/mongodb.ts';
import { recordOnce } from '../soak/record.ts';
import { readArguments, type ScaleArguments } from './arguments.ts';
import type { ClientReport } from './client-child.ts';
import { measureCommits } from './commits.ts';
import { fillStore, type StorePlace } from './fill-store.ts';
import type { IndexReport } from './index-child.ts';
import { madeUpPhotos } from './made-up-photos.ts';
import type { ReadingReport } from './reading-child.ts';
import { runChild } from './run-child.ts';
import { describe, type ScaleReport } from './tables.ts';

const OWNER = 'owner';
const FACES_OF_PERSON = 20;
const MANY_OWNERS = 16;
const RECORDED_PHOTOS = 400;
/** Sizes of one person in a library, up to a person who is on every photo. */
const LARGE_PEOPLE = [1000, 10_000, 100_000];

const say = (line: string): void => {
  console.error(line);
};

/** A new, empty store at each call. */
interface StoreKind {
  readonly name: string;
  readonly faces: number;
  newPlace(): Promise<StorePlace>;
}

async function measureIndex(
  { faces }: ScaleArguments,
  signal: AbortSignal,
): Promise<IndexReport[]> {
  const sizes = [1000, 10_000, 100_000, faces].filter((size, i) => i === 3 || size < faces);
  const libraries = [
    ...sizes.map((size) => [size, FACES_OF_PERSON] as const),
    ...LARGE_PEOPLE.filter((size) => size < faces).map((size) => [LARGE_PEOPLE[2], size] as const),
  ];
  const rows: IndexReport[] = [];
  for (const [count = 0, ofPerson] of libraries) {
    say(`an index of ${count} faces, ${ofPerson} of a person`);
    rows.push(await runChild('index-child.js', [String(count), String(ofPerson)], signal));
  }
  return rows;
}

async function measureStart(
  kind: StoreKind,
  signal: AbortSignal,
): Promise<ScaleReport['start'][number]> {
  const place = await kind.newPlace();
  say(`filling ${kind.name} with ${kind.faces} faces`);
  const library = { faces: kind.faces, facesOfPerson: FACES_OF_PERSON, ownerId: OWNER };
  await fillStore(place, madeUpPhotos(library), signal);
  const file = await stat(path.join(place.dataDir, 'faces.db')).catch(() => null);
  say(`reading ${kind.name}`);
  const task = JSON.stringify({ ...place, ownerId: OWNER });
  const report = await runChild<ReadingReport>('reading-child.js', [task], signal);
  return { ...report, store: kind.name, storeMiB: file === null ? null : file.size / 2 ** 20 };
}

async function measureAllCommits(
  kind: StoreKind,
  options: ScaleArguments,
  signal: AbortSignal,
): Promise<ScaleReport['commits']> {
  const recordingsFile = await recordOnce(RECORDED_PHOTOS, { signal, say });
  const rows: ScaleReport['commits'][number][] = [];
  for (const owners of [1, MANY_OWNERS]) {
    for (const workers of options.workers) {
      say(`${kind.name}: ${workers} workers, ${owners} owners`);
      const place = await kind.newPlace();
      const task = { place, recordingsFile, workers, owners, photos: options.photos };
      rows.push({ store: kind.name, ...(await measureCommits(task, signal)) });
    }
  }
  return rows;
}

function storesOf(options: ScaleArguments, folder: string, mongo: TestMongo | null): StoreKind[] {
  const newFolder = (): Promise<string> => mkdtemp(path.join(folder, 'store-'));
  const sqlite: StoreKind = {
    name: 'SQLite',
    faces: options.faces,
    newPlace: async () => ({ dataDir: await newFolder(), mongodbUri: undefined }),
  };
  if (mongo === null) return [sqlite];
  const mongodb: StoreKind = {
    name: `MongoDB (${mongo.description})`,
    faces: options.mongodbFaces,
    newPlace: async () => ({ dataDir: await newFolder(), mongodbUri: mongo.newDatabaseUri() }),
  };
  return options.store === 'mongodb' ? [mongodb] : [sqlite, mongodb];
}

async function measureAll(options: ScaleArguments, signal: AbortSignal): Promise<ScaleReport> {
  const wants = (part: string): boolean => options.part === 'all' || options.part === part;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'face-worker-scale-'));
  let mongo: TestMongo | null = null;
  try {
    const index = wants('index') ? await measureIndex(options, signal) : [];
    const start: ScaleReport['start'][number][] = [];
    const commits: ScaleReport['commits'][number][] = [];
    const stores = wants('start') || wants('commits');
    if (stores && options.store !== 'sqlite') mongo = await startMongo();
    for (const kind of stores ? storesOf(options, folder, mongo) : []) {
      if (wants('commits')) commits.push(...(await measureAllCommits(kind, options, signal)));
      if (wants('start')) start.push(await measureStart(kind, signal));
    }
    const client =
      wants('start') && options.store !== 'sqlite'
        ? await runChild<ClientReport>('client-child.js', [String(options.faces)], signal)
        : null;
    return { index, start, client, commits };
  } finally {
    await mongo?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  try {
    const report = await measureAll(options, stop.signal);
    (options.json ? console.error : console.log)(describe(report));
    if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    return 0;
  } catch (error) {
    say(stop.signal.aborted ? 'Stopped.' : messageOf(error));
    return stop.signal.aborted ? 130 : 1;
  }
}

void main().then((exitCode) => {
  process.exitCode = exitCode;
});
