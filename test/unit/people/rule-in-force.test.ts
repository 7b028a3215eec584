import type { FactBody } from '../../../src/identities/journal/fact.ts';
import { People } from '../../../src/identities/journal/people.ts';
import type { AssignmentRule } from '../../../src/identities/photo-record.ts';
import { ruleInForce } from '../../../src/people/rule-in-force.ts';
import { makeFact } from '../../helpers/records.ts';

const face = (rule: AssignmentRule, storedPersonId: string | null = 'ada') =>
  ({ faceId: 'f', storedPersonId, rule, descriptor: true }) as const;
const peopleAfter = (...bodies: FactBody[]): People =>
  People.of(bodies.map((body, i) => makeFact({ sequence: i + 1, body })));

const moved: FactBody = { kind: 'faces-assigned', faceIds: ['f'], personId: 'bo', as: 'moved' };
const denied: FactBody = { kind: 'faces-denied', faceIds: ['f'], personId: 'ada' };
const ignored: FactBody = { kind: 'faces-ignored', faceIds: ['f'], reason: 'a poster' };
const deleted: FactBody = { kind: 'person-deleted', personId: 'ada' };
const merged: FactBody = { kind: 'people-merged', from: 'ada', into: 'bo', name: null };
const undo = (sequence: number): FactBody => ({ kind: 'undone', factId: `fact-${sequence}` });

test.each<[string, FactBody[], AssignmentRule]>([
  ['nothing was said', [], 'matched'],
  ['it was moved', [moved], 'assigned-by-user'],
  ['it was moved after a denial', [denied, moved], 'assigned-by-user'],
  ['it was denied', [denied], 'denied-by-user'],
  ['whom it was denied was merged into another', [denied, merged], 'denied-by-user'],
  ['it was left out, though moved before', [moved, ignored], 'ignored-by-user'],
  ['its person was deleted', [deleted], 'person-deleted-by-user'],
  ['it was moved away from whom was deleted', [moved, deleted], 'assigned-by-user'],
  ['its person was merged', [merged], 'matched'],
  ['what was said was taken back', [moved, undo(1)], 'matched'],
])('the rule in force of a matched face: %s', (_, bodies, rule) => {
  expect(ruleInForce(face('matched'), peopleAfter(...bodies))).toBe(rule);
});

test("a user's word that was taken back after a re-run is no rule any more", () => {
  for (const rule of ['assigned-by-user', 'denied-by-user', 'ignored-by-user'] as const) {
    expect(ruleInForce(face(rule), peopleAfter())).toBe('kept-from-earlier-run');
  }
  const nobodys = face('ignored-by-user', null);
  expect(ruleInForce(nobodys, peopleAfter())).toBe('low-quality-unmatched');
  expect(ruleInForce({ ...nobodys, descriptor: null }, peopleAfter())).toBe('descriptor-refused');
});
