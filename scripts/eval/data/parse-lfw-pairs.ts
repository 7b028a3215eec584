import { unusable } from './read-text.ts';

/** A photo as LFW's files name it: the person and the photo's number. */
export interface LfwPhoto {
  readonly person: string;
  readonly number: number;
}

export interface LfwPair {
  readonly first: LfwPhoto;
  readonly second: LfwPhoto;
  readonly same: boolean;
  readonly fold: number;
}

/**
 * LFW's pairs files in both forms: `pairs.txt`, whose header is the number of folds and of same (and
 * of different) pairs in each, and `pairsDevTest.txt`, whose header is that count alone. Lines of
 * three fields (`name i j`) are one person, lines of four (`name1 i name2 j`) two people.
 * Throws EVAL_DATA_UNUSABLE with the line that is wrong.
 */
export function parseLfwPairs(text: string, file: string): { pairs: LfwPair[]; folds: number } {
  const [header = '', ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const numbers = header.trim().split(/\s+/);
  if (numbers.length > 2 || !numbers.every((word) => /^[1-9]\d*$/.test(word))) {
    throw unusable(
      file,
      `expected a header of one or two numbers, got ${JSON.stringify(header.slice(0, 80))}`,
    );
  }
  const [folds, count] = (numbers.length === 2 ? numbers : ['1', ...numbers]).map(Number) as [
    number,
    number,
  ];
  if (lines.length !== folds * count * 2) {
    throw unusable(
      file,
      `expected ${folds * count * 2} pairs (${folds} × ${count} same and as many different), got ${lines.length} lines`,
    );
  }
  const pairs = lines.map((line, i) => ({
    ...parsePair(line, `${file}, line ${i + 2}`),
    fold: Math.floor(i / (count * 2)),
  }));
  return { pairs, folds };
}

function parsePair(line: string, place: string): Omit<LfwPair, 'fold'> {
  const [person = '', number = '', ...other] = line.trim().split(/\s+/);
  const second = other.length === 1 ? [person, other[0]] : other;
  const photos = [
    [person, number],
    [second[0] ?? '', second[1] ?? ''],
  ] as const;
  const sound = photos.every(([name, digits]) => name !== '' && /^\d+$/.test(digits));
  if (!sound || other.length < 1 || other.length > 2) {
    throw unusable(
      place,
      `expected "name i j" or "name1 i name2 j", got ${JSON.stringify(line.slice(0, 80))}`,
    );
  }
  const [first, last] = photos.map(([name, digits]) => ({ person: name, number: Number(digits) }));
  return { first: first as LfwPhoto, second: last as LfwPhoto, same: other.length === 1 };
}
