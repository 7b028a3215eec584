import { standingOf } from '../../../src/queue/immich-jobs.ts';
import { makePhotoRecord } from '../../helpers/records.ts';

const job = { ownerId: 'ada', assetId: 'a.1', number: 3 };
const run = (number: number, kind = 'immich'): string => `${kind}.ada.a%2E1.${number}.1700000.0`;
const today = (): boolean => true;

test('a job is done when it or a later one of the asset wrote the photo, also revisions ago', () => {
  expect(standingOf(null, job, today)).toBe('none');
  expect(standingOf(makePhotoRecord({ runId: run(3) }), job, today)).toBe('done');
  expect(standingOf(makePhotoRecord({ runId: run(12) }), job, today)).toBe('done');
  const reconsidered = makePhotoRecord({ runId: '17.1700000.0', pastRunIds: [run(3), run(1)] });
  expect(standingOf(reconsidered, job, today)).toBe('done');
});

test("an earlier job's photo may be of an earlier picture, one of an older model is looked at again", () => {
  expect(standingOf(makePhotoRecord({ runId: run(2) }), job, today)).toBe('earlier');
  expect(standingOf(makePhotoRecord({ runId: run(3) }), job, () => false)).toBe('none');
  const other = makePhotoRecord({ runId: 'immich.ada.a%2E10.2.1700000.0' });
  expect(standingOf(other, job, today)).toBe('done');
});

test('what was removed before a restored asset was queued is looked at; what was by hand is not', () => {
  const removed = makePhotoRecord({ runId: run(2, 'immich-gone'), removed: true, faces: [] });
  expect(standingOf(removed, job, today)).toBe('none');
  const byHand = { ...removed, runId: '18.1700000.0', pastRunIds: [run(3)] };
  expect(standingOf(byHand, job, () => false)).toBe('done');
});
