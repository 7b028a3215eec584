const LONGEST = 255;

/** Ids that a careless join, comparison, encoding or cut would take for one another. */
export const ODD_IDS: readonly string[] = [
  ...['a', 'b', 'c', 'a.b', 'b.c', 'a.b.c', 'a.', '.a', 'A', 'a ', ' a', 'a\t', 'a\n'],
  ...['a%2Eb', 'a%252Eb', 'a%2eb', 'a%', 'a:b', 'b:c', 'a%3Ab', 'a/b', 'a%2Fb', 'a+b', 'a%20b'],
  ...['a@b', '@people', 'a,b', '{a}', '$where', '{"$ne":null}', "a'--", 'a"b'],
  ...['1', '01', '1.0', '1e0', '0', 'null', 'undefined', 'true', '__proto__', 'constructor'],
  // The same letters to a reader: composed and decomposed, folded, of another width.
  ...['\u00e9', 'e\u0301', '\u212b', '\u00c5', '\ufb00', 'ff', 'ß', 'ss', '\uff41', 'ı', 'i', '🎉'],
  ...['a', 'b'].map((end) => 'x'.repeat(LONGEST - 1) + end),
  ...['a', 'b'].map((end) => '写'.repeat(LONGEST - 1) + end),
];
