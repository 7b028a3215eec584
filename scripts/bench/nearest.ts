import { Index, MetricKind, ScalarKind } from 'usearch';

import { DESCRIPTOR_LENGTH } from '../../src/descriptors/descriptor.ts';
import { distanceTo } from '../../src/descriptors/distance.ts';
import { nearestWithin } from '../../src/identities/nearest-faces.ts';
import { gaussian, nearby, unit } from './made-up-faces.ts';
import { median } from './median.ts';

export interface NearestReport {
  /** One question, exact, by the worker's own search. */
  readonly exactMillis: number;
  /** The same without the native library. */
  readonly plainMillis: number;
  /** One question to an HNSW index, its candidates measured again; null where none was built. */
  readonly hnswMillis: number | null;
  /** Share of questions whose nearest face HNSW finds. */
  readonly hnswRecall: number | null;
  readonly hnswInsertMillis: number | null;
}

/** The reach of the match rule: 0.34 and the room that further voters add. */
const REACH = 0.38;
const FACES_OF_A_PERSON = 20;
const CANDIDATES = 16;

/** Times the search for one descriptor among `count` made-up ones: people of 20 faces each. */
export function benchNearest(
  count: number,
  options: { questions: number; hnsw: boolean },
): NearestReport {
  const random = gaussian(count);
  const known = makeFaces(count, random);
  const asked = Array.from({ length: options.questions }, (_, i) => {
    const place = Math.floor((i * count) / options.questions);
    return nearby(
      known.subarray(place * DESCRIPTOR_LENGTH, (place + 1) * DESCRIPTOR_LENGTH),
      random,
    );
  });
  const exact = timeEach(asked, (face) => nearestWithin(known, face, REACH));
  const plain = timeEach(asked.slice(0, 9), (face) => nearestWithin(known, face, REACH, null));
  if (!options.hnsw) {
    const none = { hnswMillis: null, hnswRecall: null, hnswInsertMillis: null };
    return { exactMillis: exact.millis, plainMillis: plain.millis, ...none };
  }
  const start = performance.now();
  const index = buildHnsw(known);
  const hnswInsertMillis = (performance.now() - start) / count;
  const approximate = timeEach(asked, (face) => rescored(index, known, face));
  const found = approximate.answers.filter((place, i) => place === exact.answers[i]?.[0]?.place);
  return {
    exactMillis: exact.millis,
    plainMillis: plain.millis,
    hnswMillis: approximate.millis,
    hnswRecall: found.length / asked.length,
    hnswInsertMillis,
  };
}

function buildHnsw(known: Float32Array): Index {
  const index = new Index({
    dimensions: DESCRIPTOR_LENGTH,
    metric: MetricKind.L2sq,
    quantization: ScalarKind.F16,
    connectivity: 16,
    expansion_add: 128,
    expansion_search: 64,
    multi: false,
  });
  const count = known.length / DESCRIPTOR_LENGTH;
  index.add(
    BigUint64Array.from({ length: count }, (_, place) => BigInt(place)),
    known,
    0,
  );
  return index;
}

/** The nearest of the index's candidates, measured on the full descriptors. */
function rescored(index: Index, known: Float32Array, face: Float32Array): number {
  const places = Array.from(index.search(face, CANDIDATES, 1).keys, Number);
  const distances = places.map((place) => distanceTo(known, place, face));
  return places[distances.indexOf(Math.min(...distances))] ?? -1;
}

function timeEach<T>(
  asked: readonly Float32Array[],
  search: (face: Float32Array) => T,
): { millis: number; answers: T[] } {
  const answers: T[] = [];
  const times = asked.map((face) => {
    const start = performance.now();
    answers.push(search(face));
    return performance.now() - start;
  });
  return { millis: median(times), answers };
}

function makeFaces(count: number, random: () => number): Float32Array {
  const known = new Float32Array(count * DESCRIPTOR_LENGTH);
  let centre: Float32Array = new Float32Array(DESCRIPTOR_LENGTH);
  for (let i = 0; i < count; i++) {
    if (i % FACES_OF_A_PERSON === 0) centre = unit(centre.map(random));
    known.set(nearby(centre, random), i * DESCRIPTOR_LENGTH);
  }
  return known;
}
