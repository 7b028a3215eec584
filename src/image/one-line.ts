import { messageOf } from '../errors.ts';

/** What went wrong, short and on one line; libvips repeats a line for every block that it cannot read. */
export function oneLine(error: unknown): string {
  const lines = messageOf(error)
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '');
  return [...new Set(lines)].join('; ').slice(0, 200);
}
