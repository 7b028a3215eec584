import { parseLfwPairs } from '../../../scripts/eval/data/parse-lfw-pairs.ts';

/** Ten folds of two same and two different pairs each, as pairs.txt has them with 300. */
function tenFolds(): string {
  const folds = Array.from({ length: 10 }, (_, fold) => [
    `Ada_Lovelace\t1\t${fold + 2}`,
    `Grace_Hopper\t${fold + 1}\t30`,
    `Ada_Lovelace\t1\tAlan_Turing\t${fold + 1}`,
    `Grace_Hopper\t2\tAlan_Turing\t12`,
  ]);
  return ['10\t2', ...folds.flat(), ''].join('\n');
}

test('pairs.txt: ten folds, each with same pairs first', () => {
  const { pairs, folds } = parseLfwPairs(tenFolds(), 'pairs.txt');
  expect(folds).toBe(10);
  expect(pairs).toHaveLength(40);
  expect(pairs.map(({ fold }) => fold).slice(0, 9)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2]);
  expect(pairs[4]).toEqual({
    first: { person: 'Ada_Lovelace', number: 1 },
    second: { person: 'Ada_Lovelace', number: 3 },
    same: true,
    fold: 1,
  });
  expect(pairs[39]).toEqual({
    first: { person: 'Grace_Hopper', number: 2 },
    second: { person: 'Alan_Turing', number: 12 },
    same: false,
    fold: 9,
  });
});

test('pairsDevTest.txt: one set, its count alone in the header, Windows line ends', () => {
  const { pairs, folds } = parseLfwPairs('1\r\nAda\t1\t2\r\nAda\t1\tAlan\t3\r\n', 'dev.txt');
  expect(folds).toBe(1);
  expect(pairs.map(({ same, fold }) => [same, fold])).toEqual([
    [true, 0],
    [false, 0],
  ]);
});

test.each([
  ['no header', 'Ada\t1\t2\n', 'header'],
  ['fewer pairs than the header says', '2\nAda\t1\t2\n', 'expected 4 pairs'],
  ['a line that is no pair', '1\nAda\t1\t2\nAda\tone\tAlan\t1\n', 'line 3'],
  ['a line of five fields', '1\nAda\t1\t2\nAda\t1\tAlan\t1\t9\n', 'line 3'],
])('%s is refused', (_, text, message) => {
  expect(() => parseLfwPairs(text, 'pairs.txt')).toThrow(message);
});
