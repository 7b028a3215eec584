import { UnrecoverableError } from 'bullmq';

import { WorkerError } from '../../../src/errors.ts';
import { toJobError } from '../../../src/queue/retry.ts';

const killed = new WorkerError('VISION_CHILD_KILLED', 'it ended with SIGKILL');

test('a child that ended before the photo came to it is not counted against the photo', () => {
  const before = new WorkerError('VISION_FAILED', `no child process to look: ${killed.line}`);
  const earlier = [toJobError(before, []).stack ?? ''];
  expect(toJobError(killed, earlier)).not.toBeInstanceOf(UnrecoverableError);
});

test('a second child that the photo ended is the last', () => {
  const earlier = [toJobError(killed, []).stack ?? ''];
  expect(toJobError(killed, earlier)).toBeInstanceOf(UnrecoverableError);
});
