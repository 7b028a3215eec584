import { readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';

import { createMetrics } from '../../../src/http/metrics.ts';
import { makeFaceRecord, makePhotoRecord } from '../../helpers/records.ts';

const docs = path.resolve(__dirname, '../../../docs');

async function figures(use: (metrics: ReturnType<typeof createMetrics>) => void): Promise<string> {
  const metrics = createMetrics({
    lockMillis: 60_000,
    knownFaces: () => 7,
    storedFaces: () => Promise.resolve({ faces: 20, unknown: 5, people: 3 }),
  });
  try {
    metrics.watchQueues([]);
    use(metrics);
    return await metrics.registry.metrics();
  } finally {
    await metrics.close();
  }
}

test('photos, faces, waits, retries, dead letters and mishaps are counted apart', async () => {
  const record = makePhotoRecord({
    faces: [
      makeFaceRecord({ isNewPerson: false }, 1),
      makeFaceRecord({}, 2),
      makeFaceRecord({ isNewPerson: false, personId: null }, 3),
    ],
    timings: { detectMillis: 110 },
  });
  const text = await figures((metrics) => {
    metrics.observe({ kind: 'done', record, millis: 200, waitMillis: 30_000 });
    const failed = { kind: 'failed', millis: 9, waitMillis: 0 } as const;
    metrics.observe({ ...failed, code: 'STORE_UNAVAILABLE', isFinal: false });
    metrics.observe({ ...failed, code: 'PHOTO_DAMAGED', isFinal: true });
    metrics.mishap('lock-lost', 2);
    metrics.childReplaced('worn');
    metrics.compared(4);
    const { immich } = metrics;
    immich.watchUsers(() => [{ state: 'ok' }, { state: 'refused' }, { state: 'ok' }]);
    immich.requested('done');
    immich.requested('IMMICH_UNAVAILABLE');
    immich.nudged();
    immich.swept('ada', 1500);
    immich.queued('backfill', 3);
    immich.wrote({ object: 'face', action: 'created' });
    immich.wrote({ object: 'face', action: 'deleted' });
  });
  for (const line of [
    'face_worker_photos_total{outcome="done",code=""} 1',
    'face_worker_photos_total{outcome="failed",code="PHOTO_DAMAGED"} 1',
    'face_worker_faces_total{outcome="known"} 1',
    'face_worker_faces_total{outcome="new"} 1',
    'face_worker_faces_total{outcome="unknown"} 1',
    'face_worker_retries_total{code="STORE_UNAVAILABLE"} 1',
    'face_worker_dead_letters_total{code="PHOTO_DAMAGED"} 1',
    'face_worker_queue_wait_seconds_sum 30',
    'face_worker_stage_seconds_sum{stage="detect"} 0.11',
    'face_worker_job_mishaps_total{mishap="lock-lost"} 2',
    'face_worker_children_replaced_total{reason="worn"} 1',
    'face_worker_nearest_neighbour_seconds_count 1',
    'face_worker_index_faces 7',
    'face_worker_stored_faces 20',
    'face_worker_people 3',
    'face_worker_unknown_share 0.25',
    'face_worker_lock_seconds 60',
    'face_worker_immich_users{state="ok"} 2',
    'face_worker_immich_users{state="refused"} 1',
    'face_worker_immich_users{state="unreachable"} 0',
    'face_worker_immich_requests_total{outcome="IMMICH_UNAVAILABLE"} 1',
    'face_worker_immich_nudges_total 1',
    'face_worker_immich_sweep_seconds{user="ada"} 1.5',
    'face_worker_immich_jobs_total{source="backfill"} 3',
    'face_worker_immich_writes_total{object="face",action="created"} 1',
    'face_worker_immich_withdrawn_total{object="face"} 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).toMatch(/^face_worker_immich_sweep_timestamp_seconds\{user="ada"\} 1\d{9}/m);
});

test('the dashboard and the alert rules ask only for metrics that there are, and for all of ours', async () => {
  const text = await figures(() => undefined);
  const there = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!));
  const dashboard = JSON.parse(readFileSync(path.join(docs, 'grafana-dashboard.json'), 'utf8')) as {
    panels: { targets: { expr: string }[] }[];
  };
  const alerts = parse(readFileSync(path.join(docs, 'alerts.yml'), 'utf8')) as {
    groups: { rules: { alert: string; expr: string }[] }[];
  };
  const asked = [
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
  ].flatMap((expr) => expr.match(/\b(face_worker|nodejs)_\w+/g) ?? []);
  const names = asked.map((name) => {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    return there.has(base) ? base : name;
  });
  expect(names.filter((name) => !there.has(name))).toEqual([]);
  const ours = [...there].filter((name) => name.startsWith('face_worker_'));
  expect(ours.filter((name) => !names.includes(name))).toEqual([]);
});

test('an alert for what did not happen also counts a worker to which it never did', async () => {
  // A counter with labels has no series before it counts, and nothing is compared with nothing.
  const text = await figures(() => undefined);
  expect(text).not.toMatch(/^face_worker_photos_total\{/m);
  const alerts = parse(readFileSync(path.join(docs, 'alerts.yml'), 'utf8')) as {
    groups: { rules: { alert: string; expr: string }[] }[];
  };
  const isZero = alerts.groups
    .flatMap(({ rules }) => rules)
    .filter(({ expr }) => /== 0\s*$/.test(expr));
  const ofCounters = isZero.filter(({ expr }) => expr.includes('increase('));
  expect(ofCounters.map(({ alert }) => alert)).toEqual(['FaceWorkerStuck']);
  for (const { expr } of ofCounters) {
    expect(expr).toMatch(/\(sum\(increase\([^)]*\)\) or vector\(0\)\) == 0\s*$/);
  }
});
