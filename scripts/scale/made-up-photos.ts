import { randomUUID } from 'node:crypto';

import { DESCRIPTOR_LENGTH, DESCRIPTOR_REVISION } from '../../src/descriptors/descriptor.ts';
import type { Candidate, FaceRecord, PhotoRecord } from '../../src/identities/photo-record.ts';
import { FACE_API_PACK } from '../../src/nets/net.ts';
import { gaussian, nearby, unit } from '../bench/made-up-faces.ts';

const FACES_OF_A_PHOTO = 2;
const LANDMARK_NUMBERS = 136;

/** In one piece, as a store gives ids back; Node's own are made of twenty, which count in memory. */
function newId(): string {
  return Buffer.from(randomUUID()).toString('latin1');
}

/**
 * Photos as a library would have them, as large as real ones: two faces each, a person after the
 * other, every face with landmarks, quality and a full explanation. Sequences are 1, 2, 3 …
 */
export function* madeUpPhotos(options: {
  faces: number;
  facesOfPerson: number;
  ownerId: string;
}): Generator<PhotoRecord> {
  const random = gaussian(options.faces);
  let person = { id: '', centre: new Float32Array(DESCRIPTOR_LENGTH) as Float32Array };
  let made = 0;
  for (let sequence = 1; made < options.faces; sequence++) {
    const faces: FaceRecord[] = [];
    while (faces.length < FACES_OF_A_PHOTO && made < options.faces) {
      if (made % options.facesOfPerson === 0) {
        person = { id: newId(), centre: unit(person.centre.map(random)) };
      }
      faces.push(madeUpFace(person.id, nearby(person.centre, random)));
      made += 1;
    }
    yield madeUpPhoto(options.ownerId, sequence, faces);
  }
}

function madeUpPhoto(ownerId: string, sequence: number, faces: FaceRecord[]): PhotoRecord {
  return {
    ownerId,
    assetId: newId(),
    sequence,
    revision: 1,
    runId: `${sequence}.1764000000000.0`,
    path: `/photos/2025/IMG_${sequence}.jpg`,
    checksum: '5f'.repeat(32),
    image: { width: 1440, height: 1080 },
    model: {
      pack: FACE_API_PACK,
      descriptorRevision: DESCRIPTOR_REVISION,
      engine: 'onnx',
      detector: 'ssd',
    },
    faces,
    removed: false,
    timings: { readMillis: 1.2, decodeMillis: 40.3, detectMillis: 110.4, describeMillis: 60.1 },
    decidedAt: '2025-11-24T12:00:00.000Z',
  };
}

function madeUpFace(personId: string, descriptor: Float32Array): FaceRecord {
  const nearestFaceId = newId();
  return {
    faceId: newId(),
    personId,
    isNewPerson: false,
    assignedBy: 'auto',
    box: { x: 411.31, y: 354.42, width: 180.63, height: 238.34 },
    score: 0.9962,
    quality: { value: 0.8642, reasons: [] },
    landmarks: Array.from({ length: LANDMARK_NUMBERS }, (_, i) => 400 + i / 7),
    descriptor,
    distance: 0.2871,
    nearestFaceId,
    explanation: {
      rule: 'matched',
      threshold: 0.34,
      margin: 0.02,
      candidates: [candidate(personId, nearestFaceId), candidate(newId(), newId())],
    },
  };
}

function candidate(personId: string, nearestFaceId: string): Candidate {
  return {
    personId,
    basePersonId: personId,
    nearestFaceId,
    nearestDistance: 0.2871345,
    evidenceDistance: 0.2993456,
    voters: 3,
    limitDistance: 0.38,
  };
}
