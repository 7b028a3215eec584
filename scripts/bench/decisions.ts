/** What a decision and a run of the maintenance cost as the library grows. */
import Table from 'cli-table3';
import { Command } from 'commander';

import type { SeenPhoto } from '../../src/descriptors/seen-photo.ts';
import { messageOf } from '../../src/errors.ts';
import { decidePhoto } from '../../src/identities/decide-photo.ts';
import { KnownFaces } from '../../src/identities/known-faces.ts';
import type { PhotoRecord } from '../../src/identities/photo-record.ts';
import { DEFAULT_MATCH, DEFAULT_MERGE } from '../../src/identities/thresholds.ts';
import { findMerges } from '../../src/identities/tidy/find-merges.ts';
import { NearPeople } from '../../src/identities/tidy/near-people.ts';
import { madeUpPhotos } from '../scale/made-up-photos.ts';
import { gaussian, nearby } from './made-up-faces.ts';
import { median } from './median.ts';

const FACES_OF_PERSON = 20;
const TIMES = 15;

interface Cost {
  readonly faces: number;
  /** A photo with one new face of a known person. */
  readonly decideMillis: number;
  /** All people measured against all, as after a start. */
  readonly firstTidyMillis: number;
  /** After one photo more. */
  readonly nextTidyMillis: number;
}

async function measure(faces: number): Promise<Cost> {
  let known: KnownFaces | undefined;
  let last: PhotoRecord | undefined;
  for (const record of madeUpPhotos({ faces, facesOfPerson: FACES_OF_PERSON, ownerId: 'owner' })) {
    known ??= new KnownFaces(record.model);
    known.apply({ kind: 'photo', sequence: record.sequence, record });
    last = record;
  }
  if (known === undefined || last === undefined) throw new Error('expected at least one face');
  const random = gaussian(faces + 1);
  const near = new NearPeople();
  const firstTidyMillis = await timed(() => tidy(known, near));
  const decideMillis: number[] = [];
  const nextTidyMillis: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    const record = decide(last, { known, random, place: i, decideMillis });
    known.apply({ kind: 'photo', sequence: record.sequence, record });
    nextTidyMillis.push(await timed(() => tidy(known, near)));
  }
  return {
    faces,
    decideMillis: median(decideMillis),
    firstTidyMillis,
    nextTidyMillis: median(nextTidyMillis),
  };
}

/** The next photo, with one face near to one of `like`. */
function decide(
  like: PhotoRecord,
  options: { known: KnownFaces; random: () => number; place: number; decideMillis: number[] },
): PhotoRecord {
  const { known, random, place, decideMillis } = options;
  const [face] = like.faces;
  if (face?.descriptor == null) throw new Error('expected a face with a descriptor');
  const descriptor = nearby(face.descriptor, random);
  const seen: SeenPhoto = { ...like, faces: [{ ...face, descriptor, descriptorRefusal: null }] };
  const assetId = `photo ${place}`;
  let ids = 0;
  const start = performance.now();
  const faces = decidePhoto({
    seen,
    former: null,
    known,
    assetId,
    thresholds: DEFAULT_MATCH,
    newId: () => `${assetId} ${++ids}`,
  });
  decideMillis.push(performance.now() - start);
  return { ...like, assetId, sequence: known.sequence + 1, faces };
}

async function tidy(known: KnownFaces, near: NearPeople): Promise<void> {
  await near.update(known);
  findMerges(known, near, { thresholds: DEFAULT_MERGE, limit: 0 });
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function main(): Promise<void> {
  new Command('npm run bench:decisions')
    .description('Times decisions and maintenance among 1,000, 10,000 and 100,000 made-up faces.')
    .parse();
  const head = ['faces known', 'decide a face', 'tidy after a start', 'tidy after one photo'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const faces of [1e3, 1e4, 1e5]) {
    const cost = await measure(faces);
    const millis = [cost.decideMillis, cost.firstTidyMillis, cost.nextTidyMillis];
    table.push([faces, ...millis.map((value) => `${value.toFixed(1)} ms`)]);
  }
  process.stdout.write(`${table.toString()}\n`);
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
