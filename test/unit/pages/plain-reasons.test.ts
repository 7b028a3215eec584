import type { AssignmentRule } from '../../../src/identities/photo-record.ts';
import type { FaceDetails } from '../../../src/pages/api/types.ts';
import { ruleText } from '../../../src/pages/app/plain-reasons.ts';

const candidate = {
  ...{ personId: 'bo', name: 'Bo', nearestFaceId: 'g', nearestDistance: 0.3 },
  ...{ evidenceDistance: 0.3, voters: 3, limitDistance: 0.4 },
};

function face(rule: AssignmentRule, changes: Partial<FaceDetails> = {}): FaceDetails {
  return {
    ...{ faceId: 'f', assetId: 'a', personId: 'bo', name: 'Bo', assignedBy: 'auto', rule },
    ...{ box: { x: 0, y: 0, width: 1, height: 1 }, image: { width: 2, height: 2 }, score: 1 },
    ...{ quality: { value: 1, reasons: [] }, takenAt: null, at: '2026-11-24T12:00:00.000Z' },
    ...{ distance: null, nearestFaceId: null, denied: [], ignored: null },
    explanation: { rule, threshold: 0.5, margin: 0, candidates: [candidate] },
    ...changes,
  };
}

const RULES: Readonly<Record<AssignmentRule, string>> = {
  matched: 'It looks like 3 other faces of Bo, and nobody else comes as close.',
  'new-person': 'It looked like nobody known at the time, so somebody new began with this face.',
  'assigned-by-user': 'You said that this is Bo. That stays.',
  'denied-by-user': 'You said that this is not Ada, and nobody else looked close enough.',
  'ignored-by-user': 'You left this face out.',
  'person-deleted-by-user': 'You deleted the person whom this face was taken for.',
  'kept-from-earlier-run': 'It was Bo when the photo was looked at before, and stays so.',
  'not-seen-again':
    'It was not found when the photo was looked at again. It stays because you decided about it.',
  imported: 'It came as Bo with a backup, and its photo has not been looked at here yet.',
  'low-quality-unmatched': 'It looks like nobody known, and it is too poor to begin somebody new.',
  'descriptor-refused': 'No usable picture of the face could be made.',
};

test.each(Object.entries(RULES) as [AssignmentRule, string][])('%s has words', (rule, words) => {
  const denied = [{ personId: 'ada', name: 'Ada' }];
  expect(ruleText(face(rule, { denied }))).toBe(words);
});

test('whom a face is not is said also where the person has no name', () => {
  const denied = [
    { personId: 'x', name: null },
    { personId: 'ada', name: 'Ada' },
  ];
  expect(ruleText(face('denied-by-user', { denied }))).toContain(
    'not the person it was taken for and Ada,',
  );
});

test('a face that was left out says why', () => {
  expect(ruleText(face('ignored-by-user', { ignored: 'a poster' }))).toBe(
    'You left this face out: a poster',
  );
});
