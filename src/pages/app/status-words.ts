import type { Status } from '../api/types.ts';
import { counted, durationText, numberText, shortDurationText } from './words.ts';

/** What the worker is about, in a sentence. */
export function doingText({
  waiting,
  secondsLeft,
  failed,
}: Pick<Status, 'waiting' | 'secondsLeft' | 'failed'>): string {
  if (waiting === 0) {
    const { count, isAll } = failed;
    return count === 0 && isAll
      ? 'All photos have been looked at.'
      : `Nothing is waiting; ${isAll ? '' : 'at least '}${counted(count, 'photo')} could not be looked at.`;
  }
  const left = secondsLeft === null ? '' : `, ${durationText(secondsLeft)} left`;
  return `${counted(waiting, 'photo')} to look at${left}.`;
}

/** `5,000`, or `1,000+` where not all could be counted. */
export function failedText({ count, isAll }: Status['failed']): string {
  return `${numberText(count)}${isAll ? '' : '+'}`;
}

/** A dash where nothing is waiting, or nobody knows. */
export function timeLeftText({
  waiting,
  secondsLeft,
}: Pick<Status, 'waiting' | 'secondsLeft'>): string {
  return waiting === 0 || secondsLeft === null ? '–' : shortDurationText(secondsLeft);
}

/** What is told of a part: its name or kind as it is, its figures in words. */
export function partText(part: unknown): string {
  if (typeof part !== 'object' || part === null) return String(part);
  return Object.entries(part)
    .filter(([, value]) => value !== null && typeof value !== 'object')
    .map(([name, value]) => figureText(name, value as string | number | boolean))
    .join(', ');
}

const FIGURES: Readonly<Record<string, (value: number) => string>> = {
  children: (value) => counted(value, 'photo at a time', 'photos at a time'),
  threads: (value) => `${counted(value, 'thread')} for each`,
  memoryLimitMiB: (value) => `at most ${numberText(value)} MiB of memory for each`,
  recycleMiB: (value) => `started afresh above ${numberText(Math.round(value))} MiB`,
};

/** These say what they are without their name. */
const PLAIN: readonly string[] = ['name', 'kind', 'reason'];

function figureText(name: string, value: string | number | boolean): string {
  const words = FIGURES[name];
  if (words !== undefined && typeof value === 'number') return words(value);
  return PLAIN.includes(name) ? String(value) : `${name} ${String(value)}`;
}

/** An upload is kept under its checksum, which is no name to a reader. */
const CHECKSUM = /^[0-9a-f]{64}$/;

/** The last part of a path, also of one with the other kind of slashes. */
export function fileNameOf(path: string): string {
  const name = path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
  return CHECKSUM.test(name) ? 'Uploaded photo' : name;
}
