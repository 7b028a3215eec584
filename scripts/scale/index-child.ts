/** Fills the index of known faces and measures what it takes. */
import type { Fact } from '../../src/identities/journal/fact.ts';
import { KnownFaces } from '../../src/identities/known-faces.ts';
import { gaussian, nearby } from '../bench/made-up-faces.ts';
import { median } from '../bench/median.ts';
import { madeUpPhotos } from './made-up-photos.ts';
import { memoryMiB } from './memory.ts';

export interface IndexReport {
  readonly faces: number;
  readonly facesOfPerson: number;
  readonly memoryMiB: number;
  readonly bytesPerFace: number;
  /** One face asked for. */
  readonly searchMillis: number;
  /** The first question after a correction: every face is labelled anew. */
  readonly afterCorrectionMillis: number;
  /** A photo looked at again. */
  readonly replaceMillis: number;
}

const QUESTIONS = 21;

function measure(faces: number, facesOfPerson: number): IndexReport {
  const ownerId = 'owner';
  const before = memoryMiB();
  let known: KnownFaces | undefined;
  let lastAssetId = '';
  let asked = new Float32Array() as Float32Array;
  for (const record of madeUpPhotos({ faces, facesOfPerson, ownerId })) {
    known ??= new KnownFaces(record.model);
    known.apply({ kind: 'photo', sequence: record.sequence, record });
    lastAssetId = record.assetId;
    asked = record.faces[0]?.descriptor ?? asked;
  }
  if (known === undefined) throw new Error('expected at least one face');
  const index = known;
  const taken = memoryMiB() - before;
  const random = gaussian(faces + 1);
  const ask = (): number =>
    timed(() =>
      index.peopleNear(nearby(asked, random), { maxDistance: 0.51, exceptAssetId: 'none' }),
    );
  // The first few calls also compile.
  for (let i = 0; i < QUESTIONS; i++) ask();
  const searchMillis = median(Array.from({ length: QUESTIONS }, ask));
  index.apply({ kind: 'fact', sequence: index.sequence + 1, fact: ignoring(index.sequence + 1) });
  const afterCorrectionMillis = ask() - searchMillis;
  const sequence = index.sequence + 1;
  const emptied = { assetId: lastAssetId, sequence, model: index.model, faces: [] };
  const replaceMillis = timed(() => {
    index.apply({ kind: 'photo', sequence, record: emptied });
  });
  return {
    faces,
    facesOfPerson,
    memoryMiB: taken,
    bytesPerFace: (taken * 2 ** 20) / faces,
    searchMillis,
    afterCorrectionMillis,
    replaceMillis,
  };
}

function ignoring(sequence: number): Fact {
  const body = { kind: 'faces-ignored', faceIds: ['some face'], reason: 'a statue' } as const;
  const at = '2025-11-24T12:00:00.000Z';
  const changes = { people: [], faces: [] };
  return { ownerId: 'owner', sequence, factId: 'fact', at, by: 'scale', body, changes };
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const [, , faces, facesOfPerson] = process.argv;
process.stdout.write(`${JSON.stringify(measure(Number(faces), Number(facesOfPerson)))}\n`);
