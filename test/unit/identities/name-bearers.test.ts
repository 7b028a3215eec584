import type { Fact, FactBody } from '../../../src/identities/journal/fact.ts';
import { indexBearers } from '../../../src/identities/journal/name-bearers.ts';
import { People } from '../../../src/identities/journal/people.ts';

function bearers(name: string, ...bodies: readonly FactBody[]): readonly string[] {
  const facts = bodies.map((body, i): Fact => ({
    ...{ ownerId: 'o', sequence: i + 1, factId: `f${i}`, at: '', by: 'test', body },
    changes: { people: [], faces: [] },
  }));
  return indexBearers(People.of(facts))(name);
}

const named = (personId: string, name: string | null): FactBody => ({
  ...{ kind: 'person-named', personId, name },
});
const merged = (from: string, into: string, name: string | null): FactBody => ({
  ...{ kind: 'people-merged', from, into, name },
});

test('a name is of everybody who has it', () => {
  expect(bearers('Ada')).toEqual([]);
  expect(bearers('Ada', named('p1', 'Ada'), named('p2', 'Ada'), named('p3', 'Grace'))).toEqual([
    'p1',
    'p2',
  ]);
});

test('where nobody has it, it is of who was last given it, also after a merge', () => {
  expect(bearers('Ada', named('p1', 'Ada'), named('p1', 'Ida'))).toEqual(['p1']);
  const twice = [named('p1', 'Ada'), named('p1', null), named('p2', 'Ada'), named('p2', 'Ida')];
  expect(bearers('Ada', ...twice)).toEqual(['p2']);
  expect(bearers('Ada', named('p1', 'Ada'), merged('p1', 'p2', 'Grace'))).toEqual(['p2']);
  expect(bearers('Grace', named('p1', 'Ada'), merged('p1', 'p2', 'Grace'))).toEqual(['p2']);
  // Somebody without a name takes over that of who was merged into it.
  expect(bearers('Ada', named('p1', 'Ada'), merged('p1', 'p2', null))).toEqual(['p2']);
});

test('a name that was taken back was never given, and the deleted have none', () => {
  const undone: FactBody = { kind: 'undone', factId: 'f0' };
  expect(bearers('Ada', named('p1', 'Ada'), undone)).toEqual([]);
  const gone: FactBody = { kind: 'person-deleted', personId: 'p1' };
  expect(bearers('Ada', named('p2', 'Ada'), named('p1', 'Ada'), gone)).toEqual(['p2']);
});
