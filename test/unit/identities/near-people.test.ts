import { setImmediate } from 'node:timers/promises';

import { KnownFaces } from '../../../src/identities/known-faces.ts';
import { NearPeople } from '../../../src/identities/tidy/near-people.ts';
import { makeFaceRecord, makePhotoRecord, photoEntry } from '../../helpers/records.ts';

/** Measuring so many against all takes several slices. */
const PEOPLE = 400;

function crowd(): KnownFaces {
  const known = new KnownFaces(makePhotoRecord().model);
  const faces = Array.from({ length: PEOPLE }, (_, i) =>
    makeFaceRecord({ faceId: `face-${i}`, quality: { value: 0.9, reasons: [] } }, i),
  );
  known.apply(photoEntry({ sequence: 1, faces }));
  return known;
}

test('measuring a crowd ends soon after the signal, and nobody is taken for measured who is not', async () => {
  const known = crowd();
  const near = new NearPeople();
  const stop = new AbortController();
  const update = near.update(known, stop.signal);
  const outcome = expect(update).rejects.toMatchObject({ code: 'JOB_ABORTED' });
  await setImmediate();
  stop.abort(new Error('enough'));
  await outcome;
  const changed = await near.update(known);
  expect(changed.size).toBe(PEOPLE);
  const untouched = new NearPeople();
  await untouched.update(known);
  expect(near.standings).toEqual(untouched.standings);
}, 30_000);

test('who waits for the turn of another one stops waiting', async () => {
  const known = crowd();
  const near = new NearPeople();
  const first = near.update(known);
  const stop = new AbortController();
  const order: string[] = [];
  const second = near.update(known, stop.signal).catch(() => order.push('stopped'));
  void first.then(() => order.push('measured'));
  await setImmediate();
  stop.abort();
  await Promise.all([first, second]);
  expect(order).toEqual(['stopped', 'measured']);
  await expect(near.update(known, stop.signal)).rejects.toMatchObject({ code: 'JOB_ABORTED' });
}, 30_000);
