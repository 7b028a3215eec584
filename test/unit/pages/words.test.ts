import {
  dayAndTimeText,
  photoDayText,
  saidText,
  shortId,
  spanText,
} from '../../../src/pages/app/words.ts';

test('a photo has the day of its place, or the day on which it was looked at', () => {
  const at = '2010-12-31T23:59:00.000Z';
  expect(photoDayText({ takenAt: at, at })).toBe('Dec 31, 2010');
  expect(photoDayText({ takenAt: null, at: '2026-11-24T12:00:00.000Z' })).toBe(
    'looked at Nov 24, 2026',
  );
  expect(spanText(at, '2012-01-01T00:00:00.000Z')).toBe('Dec 2010 – Jan 2012');
});

test('of an owner whom nobody names the first part of a UUID is shown, and any other id whole', () => {
  expect(shortId('52457ed6-1b1f-4c4c-9d0e-0a1b2c3d4e5f')).toBe('52457ed6');
  expect(shortId('default-owner')).toBe('default-owner');
});

test('what was said has its time, and who said it where there are logins', () => {
  const at = '2026-11-24T12:00:00.000Z';
  const time = dayAndTimeText(at);
  expect(saidText(at, 'ada')).toBe(`${time} · by ada`);
  expect(saidText(at, 'machine')).toBe(`${time} · by the worker`);
  expect(saidText(at, 'local')).toBe(time);
});
