import { DESCRIPTOR_LENGTH, DESCRIPTOR_REVISION } from '../../src/descriptors/descriptor.ts';
import type { Fact } from '../../src/identities/journal/fact.ts';
import type { OwnerEntry } from '../../src/identities/known-faces.ts';
import type { FaceRecord, PhotoRecord, PhotoView } from '../../src/identities/photo-record.ts';

/** A unit vector that looks random and is the same for the same seed; other seeds lie far away. */
export function unitDescriptor(seed: number): Float32Array {
  let state = (seed * 2654435761 + 1) >>> 0;
  const values = Float32Array.from({ length: DESCRIPTOR_LENGTH }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/** A face with every field filled in; the descriptor comes of `seed`. */
export function makeFaceRecord(overrides: Partial<FaceRecord> = {}, seed = 1): FaceRecord {
  return {
    faceId: `face-${seed}`,
    personId: `person-${seed}`,
    isNewPerson: true,
    assignedBy: 'auto',
    box: { x: 12.25, y: 1 / 3, width: 100.5, height: 120 },
    score: 0.987654321,
    quality: { value: 0.75, reasons: ['turned'] },
    landmarks: Array.from({ length: 136 }, (_, i) => 20 + i / 7),
    descriptor: unitDescriptor(seed),
    distance: 0.31,
    nearestFaceId: 'face-0',
    explanation: {
      rule: 'matched',
      threshold: 0.5,
      margin: 0.05,
      candidates: [
        {
          personId: 'person-0',
          basePersonId: 'person-0',
          nearestFaceId: 'face-0',
          nearestDistance: 0.31,
          evidenceDistance: 0.34,
          voters: 3,
          limitDistance: 0.38,
        },
      ],
    },
    ...overrides,
  };
}

/** A photo of one face, the owner's first; give at least what the test is about. */
export function makePhotoRecord(overrides: Partial<PhotoRecord> = {}): PhotoRecord {
  return {
    ownerId: 'owner-a',
    assetId: 'asset-1',
    sequence: 1,
    revision: 1,
    runId: 'run-1',
    path: '/photos/asset-1.jpg',
    checksum: 'ab'.repeat(32),
    image: { width: 1440, height: 1080 },
    model: {
      pack: 'face-api',
      descriptorRevision: DESCRIPTOR_REVISION,
      engine: 'wasm',
      detector: 'ssd-mobilenet-v1',
    },
    faces: [makeFaceRecord()],
    removed: false,
    timings: { decode: 12.5, detect: 110, describe: 40.125 },
    decidedAt: '2024-05-06T07:08:09.000Z',
    ...overrides,
  };
}

/** The record as users see it who have corrected nothing. */
export function uncorrected(record: PhotoRecord): PhotoView {
  return { ...record, asOf: 0 };
}

/** The record as an entry of its owner's order. */
export function photoEntry(overrides: Partial<PhotoRecord> = {}): OwnerEntry {
  const record = makePhotoRecord(overrides);
  return { kind: 'photo', sequence: record.sequence, record };
}

/** A fact of an owner's journal; give at least its body. */
export function makeFact(overrides: Partial<Fact> & Pick<Fact, 'body'>): Fact {
  const sequence = overrides.sequence ?? 1;
  return {
    ownerId: 'owner-a',
    sequence,
    factId: `fact-${sequence}`,
    at: '2024-05-06T07:08:09.000Z',
    by: 'tester',
    changes: { people: [], faces: [] },
    ...overrides,
  };
}
