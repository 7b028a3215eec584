import type { FactBody } from '../../../../src/identities/journal/fact.ts';
import { People } from '../../../../src/identities/journal/people.ts';
import { planFact, type Correction } from '../../../../src/identities/journal/plan-fact.ts';
import {
  OutdatedError,
  refuseOutdated,
} from '../../../../src/identities/journal/refuse-outdated.ts';
import { makeFact } from '../../../helpers/records.ts';

const FACES = ['ada', 'ada', 'bo', 'cy'].map((personId, i) => ({
  assetId: `asset-${i}`,
  faceId: `face-${i}`,
  personId,
}));

/** The journal after what others did, one after the other. */
function journalOf(corrections: readonly Correction[]): People {
  const people = new People();
  for (const [i, correction] of corrections.entries()) {
    const known = { people, faces: FACES, newId: () => `new-${i}` };
    people.apply(makeFact({ sequence: i + 1, ...planFact(correction, known) }));
  }
  return people;
}

/** Kinds of what was done since nothing was seen, of which the correction is told. */
function told(correction: Correction, ...since: readonly Correction[]): FactBody['kind'][] {
  try {
    refuseOutdated(correction, journalOf(since), 0);
    return [];
  } catch (error) {
    if (!(error instanceof OutdatedError)) throw error;
    return error.facts.map(({ body }) => body.kind);
  }
}

const named: Correction = { kind: 'person-named', personId: 'bo', name: 'Bo' };
const hidden: Correction = { kind: 'person-hidden', personId: 'bo', hidden: true };
const deleted: Correction = { kind: 'person-deleted', personId: 'bo' };
const merged: Correction = { kind: 'people-merged', from: 'cy', into: 'bo', name: null };
const distinct: Correction = { kind: 'people-distinct', personA: 'ada', personB: 'bo' };
const moved: Correction = { kind: 'faces-assigned', faceIds: ['face-0'], personId: 'bo' };
const otherMoved: Correction = { kind: 'faces-assigned', faceIds: ['face-1'], personId: 'bo' };
const denied: Correction = { kind: 'faces-denied', faceIds: ['face-0'], personId: 'ada' };
const confirmed: Correction = { kind: 'faces-confirmed', faceIds: ['face-2'], personId: 'bo' };

test.each<[string, Correction, readonly Correction[]]>([
  [
    'moving a face to somebody who was renamed, hidden, confirmed',
    moved,
    [named, hidden, confirmed],
  ],
  ['moving a face beside others that were moved', moved, [otherMoved]],
  ['naming somebody who was hidden and got a face', named, [hidden, otherMoved]],
  ['hiding somebody who was named', hidden, [named]],
  ['not this person, of a face of somebody who was named', denied, [{ ...named, personId: 'ada' }]],
  ['merging people one of whom is told apart from a third', merged, [distinct]],
  ['telling two apart of whom one was named', distinct, [named]],
  [
    'leaving out a face',
    { kind: 'faces-ignored', faceIds: ['face-0'], reason: '' },
    [named, otherMoved],
  ],
])('%s is no conflict', (_what, correction, since) => {
  expect(told(correction, ...since)).toEqual([]);
});

test.each<[string, Correction, Correction]>([
  ['naming somebody who was named', { ...named, name: 'Bob' }, named],
  ['naming somebody who was deleted', named, deleted],
  ['naming somebody who took in another', named, merged],
  ['hiding somebody who was hidden', hidden, hidden],
  ['deleting somebody who was named', deleted, named],
  ['deleting somebody who got a face', deleted, moved],
  ['deleting somebody who lost a face', { ...deleted, personId: 'ada' }, moved],
  ['moving a face that was moved', moved, { ...moved, personId: 'cy' }],
  ['moving a face that was denied', moved, denied],
  ['moving a face to somebody who was merged', moved, merged],
  ['moving a face to somebody who was deleted', moved, deleted],
  ['not this person, of a face that was moved', denied, moved],
  ['merging people one of whom was named', merged, named],
  ['merging people who were told apart', { ...merged, from: 'ada' }, distinct],
  ['splitting a face off that was moved', { kind: 'split', faceIds: ['face-0'] }, moved],
])('%s is told', (_what, correction, since) => {
  expect(told(correction, since)).toHaveLength(1);
});

test('what was taken back meanwhile is none; the undoing of what was seen is', () => {
  const undone: Correction = { kind: 'undone', factId: 'fact-1' };
  expect(told(named, named, undone)).toEqual(['undone']);
  const people = journalOf([named, undone]);
  expect(() => {
    refuseOutdated(named, people, 2);
  }).not.toThrow();
});
