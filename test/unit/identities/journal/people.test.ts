import {
  MACHINE,
  type Fact,
  type FactBody,
  type FacePlace,
} from '../../../../src/identities/journal/fact.ts';
import { listPeople } from '../../../../src/identities/journal/people-list.ts';
import { People } from '../../../../src/identities/journal/people.ts';
import {
  facesToSee,
  planFact,
  type Correction,
} from '../../../../src/identities/journal/plan-fact.ts';
import { makeFact } from '../../../helpers/records.ts';

const faces: readonly FacePlace[] = [
  { assetId: 'p1', faceId: 'f1', personId: 'ada' },
  { assetId: 'p2', faceId: 'f2', personId: 'ada' },
  { assetId: 'p2', faceId: 'f3', personId: 'bob' },
  { assetId: 'p3', faceId: 'f4', personId: 'cyd' },
  { assetId: 'p4', faceId: 'f5', personId: null },
];

/** An owner's journal that plans each correction as the corrector does. */
class Journal {
  people = new People();
  #ids = 0;

  do(correction: Correction, by = 'tester'): Fact {
    const wanted = facesToSee(correction, this.people);
    const seen = faces.filter(
      ({ faceId, personId }) =>
        wanted.faceIds.includes(faceId) || wanted.personIds.includes(personId ?? ''),
    );
    const newId = (): string => `new-${++this.#ids}`;
    const planned = planFact(correction, { people: this.people, faces: seen, newId });
    const fact = makeFact({ sequence: this.people.facts.length + 1, by, ...planned });
    this.people.apply(fact);
    return fact;
  }

  undo(fact: Fact): Fact {
    return this.do({ kind: 'undone', factId: fact.factId });
  }

  whose(faceId: string): string | null {
    return this.people.personOf(faces.find((face) => face.faceId === faceId) as FacePlace);
  }

  all(): (string | null)[] {
    return faces.map(({ faceId }) => this.whose(faceId));
  }
}

const untouched = ['ada', 'ada', 'bob', 'cyd', null];
const merge = (from: string, into: string, name: string | null = null): Correction => ({
  kind: 'people-merged',
  from,
  into,
  name,
});
const nameIt = (personId: string, name: string | null): Correction => ({
  kind: 'person-named',
  personId,
  name,
});

let journal: Journal;
beforeEach(() => {
  journal = new Journal();
});

test.each<[string, Correction, (string | null)[]]>([
  ['merge', merge('ada', 'bob'), ['bob', 'bob', 'bob', 'cyd', null]],
  [
    'move',
    { kind: 'faces-assigned', faceIds: ['f1'], personId: 'cyd' },
    ['cyd', 'ada', 'bob', 'cyd', null],
  ],
  [
    'a name for nobody yet',
    { kind: 'faces-assigned', faceIds: ['f5'], personId: 'cyd' },
    ['ada', 'ada', 'bob', 'cyd', 'cyd'],
  ],
  ['split', { kind: 'split', faceIds: ['f2'] }, ['ada', 'new-1', 'bob', 'cyd', null]],
  [
    'not this person',
    { kind: 'faces-denied', faceIds: ['f2'], personId: 'ada' },
    ['ada', null, 'bob', 'cyd', null],
  ],
  [
    'ignore',
    { kind: 'faces-ignored', faceIds: ['f4'], reason: 'a statue' },
    ['ada', 'ada', 'bob', null, null],
  ],
  [
    'not this person, of several faces',
    { kind: 'faces-denied', faceIds: ['f1', 'f2'], personId: 'ada' },
    [null, null, 'bob', 'cyd', null],
  ],
  [
    'ignore several faces',
    { kind: 'faces-ignored', faceIds: ['f1', 'f4'], reason: 'statues' },
    [null, 'ada', 'bob', null, null],
  ],
  ['delete', { kind: 'person-deleted', personId: 'ada' }, [null, null, 'bob', 'cyd', null]],
])('%s takes effect, can be undone, and done again', (_name, correction, after) => {
  const fact = journal.do(correction);
  expect(journal.all()).toEqual(after);
  const undoing = journal.undo(fact);
  expect(journal.all()).toEqual(untouched);
  expect(undoing.changes.faces.map(({ faceId }) => faceId).sort()).toEqual(
    faces.filter((_face, i) => after[i] !== untouched[i]).map(({ faceId }) => faceId),
  );
  journal.undo(undoing);
  expect(journal.all()).toEqual(after);
});

test('a fact says what was before', () => {
  journal.do(nameIt('ada', 'Ada'));
  const renamed = journal.do(nameIt('ada', ' Ada L. '));
  expect(renamed.changes.people).toMatchObject([
    { personId: 'ada', before: { name: 'Ada' }, after: { name: 'Ada L.' } },
  ]);
  const moved = journal.do({ kind: 'faces-assigned', faceIds: ['f1', 'f3'], personId: 'cyd' });
  expect(moved.changes.faces).toEqual([
    { assetId: 'p1', faceId: 'f1', before: 'ada', after: 'cyd' },
    { assetId: 'p2', faceId: 'f3', before: 'bob', after: 'cyd' },
  ]);
  expect(moved.body).toMatchObject({ as: 'moved' });
  const same = journal.do({ kind: 'faces-assigned', faceIds: ['f1'], personId: 'cyd' });
  expect(same.body).toMatchObject({ as: 'confirmed' });
});

test("a confirmation moves nothing, says whose the face is, and is refused for another's face", () => {
  const confirmed = journal.do({ kind: 'faces-confirmed', faceIds: ['f1'], personId: 'ada' });
  expect(confirmed.body).toMatchObject({ kind: 'faces-assigned', as: 'confirmed' });
  expect(confirmed.changes.faces).toEqual([]);
  expect(journal.people.isAssigned('f1')).toBe(true);
  for (const faceId of ['f3', 'f5']) {
    const wrong: Correction = { kind: 'faces-confirmed', faceIds: [faceId], personId: 'ada' };
    expect(() => journal.do(wrong)).toThrow('to move it, assign it');
  }
  journal.undo(confirmed);
  expect(journal.people.isAssigned('f1')).toBe(false);
});

test('people who were told apart stay so under later ids, until that is undone', () => {
  const told = journal.do({ kind: 'people-distinct', personA: 'ada', personB: 'bob' });
  expect(journal.all()).toEqual(untouched);
  expect(journal.people.areDistinct('bob', 'ada')).toBe(true);
  journal.do(merge('ada', 'cyd'));
  expect(journal.people.areDistinct('cyd', 'bob')).toBe(true);
  const again: Correction = { kind: 'people-distinct', personA: 'bob', personB: 'ada' };
  expect(() => journal.do(again)).toThrow('change nothing');
  journal.undo(told);
  expect(journal.people.areDistinct('cyd', 'bob')).toBe(false);
});

test('who were told apart are merged only once that is undone, which the refusal names', () => {
  const told = journal.do({ kind: 'people-distinct', personA: 'ada', personB: 'bob' });
  journal.do(merge('ada', 'cyd'));
  for (const [from, into] of [
    ['cyd', 'bob'],
    ['bob', 'ada'],
  ] as const) {
    expect(() => journal.do(merge(from, into))).toThrow(`undo that first (fact ${told.factId} `);
  }
  const undoing = journal.undo(told);
  const merged = journal.do(merge('bob', 'ada'));
  expect(journal.people.resolve('bob')).toBe('cyd');
  journal.undo(undoing);
  expect(journal.people.resolve('bob')).toBe('cyd');
  journal.undo(merged);
  expect(journal.people.resolve('bob')).toBe('bob');
});

test("a user's merge that was taken back leaves open whether the two are one", () => {
  const undoing = journal.undo(journal.do(merge('ada', 'bob')));
  expect(journal.people.areDistinct('ada', 'bob')).toBe(false);
  expect(journal.people.partedPairs()).toEqual([['ada', 'bob']]);
  const told = journal.do({ kind: 'people-distinct', personA: 'ada', personB: 'bob' });
  expect(journal.people.areDistinct('ada', 'bob')).toBe(true);
  journal.undo(told);
  journal.undo(undoing);
  expect(journal.people.partedPairs()).toEqual([]);
});

test("a machine's merge that was taken back tells the two apart, until it is done again", () => {
  const merged = journal.do(merge('ada', 'bob'), MACHINE);
  expect(() => journal.do({ kind: 'people-distinct', personA: 'ada', personB: 'bob' })).toThrow(
    'undo their merge instead',
  );
  const undoing = journal.undo(merged);
  expect(journal.people.areDistinct('ada', 'bob')).toBe(true);
  journal.undo(undoing);
  expect(journal.whose('f1')).toBe('bob');
});

test('who had a name that was taken away goes by the name of whom it is merged with', () => {
  journal.do(nameIt('ada', 'Ada'));
  journal.do(nameIt('bob', 'Bob'));
  const unnamed = journal.do(nameIt('bob', null));
  const merged = journal.do(merge('ada', 'bob'));
  expect(merged.changes.people[1]).toMatchObject({ personId: 'bob', after: { name: 'Ada' } });
  const taken = journal.do(nameIt('bob', null));
  journal.do(merge('bob', 'cyd'));
  expect(journal.people.stateOf('cyd').name).toBeNull();
  journal.undo(taken);
  expect(journal.people.stateOf('cyd').name).toBe('Ada');
  journal.undo(unnamed);
  expect(journal.people.stateOf('cyd').name).toBe('Bob');
});

test('facts can be undone in any order', () => {
  const first = journal.do(merge('ada', 'bob', 'Both'));
  const second = journal.do(merge('bob', 'cyd'));
  const third = journal.do({ kind: 'faces-denied', faceIds: ['f1'], personId: 'cyd' });
  expect(journal.all()).toEqual([null, 'cyd', 'cyd', 'cyd', null]);
  expect(journal.people.stateOf('cyd').name).toBe('Both');
  journal.undo(first);
  expect(journal.all()).toEqual(['ada', 'ada', 'cyd', 'cyd', null]);
  journal.undo(third);
  expect(journal.all()).toEqual(['ada', 'ada', 'cyd', 'cyd', null]);
  journal.undo(second);
  expect(journal.all()).toEqual(untouched);
});

test('merges that are undone and turned round make no circle', () => {
  const there = journal.do(merge('ada', 'bob'));
  const undoing = journal.undo(there);
  journal.do(merge('bob', 'ada'));
  journal.undo(undoing);
  expect(new Set(journal.all().slice(0, 3)).size).toBe(1);
});

test('"not this person" holds under every id of the person', () => {
  journal.do({ kind: 'faces-denied', faceIds: ['f1'], personId: 'bob' });
  journal.do(merge('ada', 'bob'));
  expect(journal.whose('f1')).toBeNull();
  expect(journal.whose('f2')).toBe('bob');
});

test("a later word on a face counts, and the person's history is kept", () => {
  journal.do({ kind: 'faces-denied', faceIds: ['f1'], personId: 'ada' });
  journal.do({ kind: 'faces-assigned', faceIds: ['f1'], personId: 'ada' });
  expect(journal.whose('f1')).toBe('ada');
  journal.do({ kind: 'faces-denied', faceIds: ['f1'], personId: 'ada' });
  expect(journal.whose('f1')).toBeNull();
  expect(journal.people.facts).toHaveLength(3);
});

test.each<[string, Correction, RegExp]>([
  ['a person that is not there', nameIt('eve', 'Eve'), /there is no person eve/],
  ['a face that is not there', { kind: 'split', faceIds: ['f9'] }, /there is no face f9/],
  ['an empty name', nameIt('ada', '  '), /a name of 1 to 200 characters/],
  ['a merge with itself', merge('ada', 'ada'), /one person already/],
  ['what changes nothing', nameIt('ada', null), /change nothing/],
  ['no faces', { kind: 'split', faceIds: [] }, /at least one face/],
  ['an unknown fact', { kind: 'undone', factId: 'x' }, /no fact x/],
])('%s is refused and nothing is written', (_what, correction, message) => {
  expect(() => journal.do(correction)).toThrow(message);
  expect(journal.people.facts).toHaveLength(0);
});

test('what no longer makes sense cannot be undone, and the message says what to undo first', () => {
  const split = journal.do({ kind: 'split', faceIds: ['f1', 'f2'] });
  const named = journal.do(nameIt('new-1', 'Ada'));
  expect(() => journal.undo(split)).toThrow(`undo ${named.factId} first`);
  journal.undo(named);
  journal.undo(split);
  expect(journal.all()).toEqual(untouched);
  expect(() => journal.undo(split)).toThrow('undone already');
});

test('nothing is done to a deleted person but undoing', () => {
  const deleted = journal.do({ kind: 'person-deleted', personId: 'ada' });
  expect(() => journal.do(nameIt('ada', 'Ada'))).toThrow('was deleted');
  journal.undo(deleted);
  journal.do(nameIt('ada', 'Ada'));
});

test('the list counts photos once and shows names', () => {
  journal.do(merge('ada', 'bob', 'Ada B.'));
  journal.do({ kind: 'person-hidden', personId: 'cyd', hidden: true });
  expect(listPeople(faces, journal.people)).toEqual([
    { personId: 'bob', name: 'Ada B.', hidden: false, faces: 3, photos: 2 },
    { personId: 'cyd', name: null, hidden: true, faces: 1, photos: 1 },
  ]);
});

test('what was folded step by step is what is folded at once', () => {
  const bodies: FactBody[] = [
    { kind: 'person-named', personId: 'ada', name: 'Ada' },
    { kind: 'people-merged', from: 'ada', into: 'bob', name: null },
    { kind: 'faces-assigned', faceIds: ['f4'], personId: 'bob', as: 'moved' },
    { kind: 'undone', factId: 'fact-2' },
    { kind: 'faces-denied', faceIds: ['f4'], personId: 'bob' },
  ];
  const facts = bodies.map((body, i) => makeFact({ sequence: i + 1, body }));
  const steps = new People();
  for (const fact of facts) steps.apply(fact);
  const once = People.of(facts);
  for (const face of faces) expect(steps.personOf(face)).toBe(once.personOf(face));
  expect(steps.stateOf('bob')).toEqual(once.stateOf('bob'));
});

test('a face given to a person stays, when whom it was denied turns out to be the same', () => {
  const bodies: FactBody[] = [
    { kind: 'faces-denied', faceIds: ['f'], personId: 'ada' },
    { kind: 'faces-assigned', faceIds: ['f'], personId: 'bob', as: 'moved' },
    { kind: 'people-merged', from: 'ada', into: 'bob', name: null },
  ];
  const people = People.of(bodies.map((body, i) => makeFact({ sequence: i + 1, body })));
  expect(people.personOf({ faceId: 'f', personId: 'ada' })).toBe('bob');
});
