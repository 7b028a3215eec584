import {
  fileNameOf,
  doingText,
  failedText,
  partText,
  timeLeftText,
} from '../../../src/pages/app/status-words.ts';

const none = { count: 0, isAll: true };

test.each([
  [{ waiting: 0, secondsLeft: 0, failed: none }, 'All photos have been looked at.', '–'],
  [
    { waiting: 0, secondsLeft: 0, failed: { count: 5000, isAll: true } },
    'Nothing is waiting; 5,000 photos could not be looked at.',
    '–',
  ],
  [
    { waiting: 0, secondsLeft: 0, failed: { count: 1000, isAll: false } },
    'Nothing is waiting; at least 1,000 photos could not be looked at.',
    '–',
  ],
  [
    { waiting: 1, secondsLeft: 4, failed: none },
    '1 photo to look at, about 4 seconds left.',
    '4 s',
  ],
  [{ waiting: 2, secondsLeft: null, failed: none }, '2 photos to look at.', '–'],
])('what the worker is about is said as it is: %j', (status, doing, left) => {
  expect([doingText(status), timeLeftText(status)]).toEqual([doing, left]);
});

test('how many failed is told also where not all could be counted', () => {
  expect(failedText({ count: 5000, isAll: true })).toBe('5,000');
  expect(failedText({ count: 1000, isAll: false })).toBe('1,000+');
});

test('what the worker runs with is said in words', () => {
  expect(partText({ children: 2, threads: 1, memoryLimitMiB: 4096, recycleMiB: 3072 })).toBe(
    '2 photos at a time, 1 thread for each, at most 4,096 MiB of memory for each, started afresh above 3,072 MiB',
  );
  expect(partText({ name: 'onnx', version: '1.2', nested: {} })).toBe('onnx, version 1.2');
  expect(partText({ name: 'onnx', reason: 'the fastest' })).toBe('onnx, the fastest');
  expect(partText('sqlite')).toBe('sqlite');
});

test('a file is called by the last part of its path', () => {
  expect(['/photos/a b.jpg', 'C:\\photos\\b.jpg', 'c.jpg'].map(fileNameOf)).toEqual([
    'a b.jpg',
    'b.jpg',
    'c.jpg',
  ]);
  expect(fileNameOf(`/data/uploads/${'0a'.repeat(32)}`)).toBe('Uploaded photo');
});
