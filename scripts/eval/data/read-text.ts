import { readFile } from 'node:fs/promises';

import { messageOf, WorkerError } from '../../../src/errors.ts';

/** A text file that the evaluation was given. Throws EVAL_DATA_UNUSABLE. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw unusable(file, `expected a readable file, got: ${messageOf(cause)}`, cause);
  }
}

/** What is wrong with something that the evaluation was given. */
export function unusable(place: string, problem: string, cause?: unknown): WorkerError {
  return new WorkerError('EVAL_DATA_UNUSABLE', `${place}: ${problem}`, { cause });
}
