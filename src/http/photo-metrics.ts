import { Counter, Histogram, type Registry } from 'prom-client';

import type { FaceRecord, PhotoRecord } from '../identities/photo-record.ts';
import type { PhotoOutcome } from '../queue/photo-worker.ts';

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** A wait may be that of a whole library. */
const WAIT_SECONDS = [0.1, 1, 10, 60, 600, 3600, 21_600, 86_400, 604_800];

/** Counts photos, their faces and their times in metrics of their own. */
export function countPhotos(registers: Registry[]): (outcome: PhotoOutcome) => void {
  const photos = new Counter({
    name: 'face_worker_photos_total',
    help: 'Photos by outcome; code is the error code of a failed one',
    labelNames: ['outcome', 'code'] as const,
    registers,
  });
  const photoSeconds = new Histogram({
    name: 'face_worker_photo_seconds',
    help: 'From taking a job to its result',
    buckets: SECONDS,
    registers,
  });
  const waitSeconds = new Histogram({
    name: 'face_worker_queue_wait_seconds',
    help: 'From adding a job to taking it',
    buckets: WAIT_SECONDS,
    registers,
  });
  const done = countDone(registers);
  const failed = countFailed(registers);
  return (outcome) => {
    photoSeconds.observe(outcome.millis / 1000);
    waitSeconds.observe(outcome.waitMillis / 1000);
    if (outcome.kind === 'failed') {
      photos.inc({ outcome: 'failed', code: outcome.code });
      failed(outcome.code, outcome.isFinal);
    } else {
      photos.inc({ outcome: 'done', code: '' });
      done(outcome.record);
    }
  };
}

function countFailed(registers: Registry[]): (code: string, isFinal: boolean) => void {
  const labels = { labelNames: ['code'] as const, registers };
  const retries = new Counter({
    name: 'face_worker_retries_total',
    help: 'Failed runs that are tried again by themselves',
    ...labels,
  });
  const dead = new Counter({
    name: 'face_worker_dead_letters_total',
    help: 'Photos that failed for good, until somebody retries them',
    ...labels,
  });
  return (code, isFinal) => {
    (isFinal ? dead : retries).inc({ code });
  };
}

function countDone(registers: Registry[]): (record: PhotoRecord) => void {
  const faces = new Counter({
    name: 'face_worker_faces_total',
    help: 'Faces found: of known people, of new ones, or unknown',
    labelNames: ['outcome'] as const,
    registers,
  });
  const people = new Counter({
    name: 'face_worker_new_people_total',
    help: 'People met for the first time',
    registers,
  });
  const stageSeconds = new Histogram({
    name: 'face_worker_stage_seconds',
    help: 'Time in one stage of a photo',
    labelNames: ['stage'] as const,
    buckets: SECONDS,
    registers,
  });
  return (record) => {
    for (const face of record.faces) {
      const outcome = outcomeOf(face);
      faces.inc({ outcome });
      if (outcome === 'new') people.inc();
    }
    for (const [stage, millis] of Object.entries(record.timings)) {
      stageSeconds.observe({ stage: stage.replace(/Millis$/, '') }, millis / 1000);
    }
  };
}

function outcomeOf({ personId, isNewPerson }: FaceRecord): 'known' | 'new' | 'unknown' {
  if (personId === null) return 'unknown';
  return isNewPerson ? 'new' : 'known';
}
