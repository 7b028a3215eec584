import { doubtOf } from '../../../src/identities/doubtful-face.ts';
import { People } from '../../../src/identities/journal/people.ts';
import type { Candidate, FaceRecord } from '../../../src/identities/photo-record.ts';
import { makeFaceRecord, makeFact } from '../../helpers/records.ts';

const candidate = (personId: string, evidenceDistance: number): Candidate => ({
  personId,
  basePersonId: personId,
  nearestFaceId: `face of ${personId}`,
  nearestDistance: evidenceDistance,
  evidenceDistance,
  voters: 1,
  limitDistance: 0.34,
});

function face(personId: string | null, candidates: Candidate[]): FaceRecord {
  const explanation = { rule: 'matched', threshold: 0.34, margin: 0.02, candidates } as const;
  return makeFaceRecord({ faceId: 'f', personId, explanation });
}

const nobodySpoke = new People();

test.each<[string, FaceRecord, object | null]>([
  ['far inside the limit', face('ada', [candidate('ada', 0.2)]), null],
  [
    'just inside the limit',
    face('ada', [candidate('ada', 0.33)]),
    { reason: 'near-its-limit', suggestedPersonId: 'ada', limitDistance: 0.34 },
  ],
  [
    'another as near',
    face('ada', [candidate('ada', 0.2), candidate('bob', 0.22)]),
    { reason: 'near-another-person', otherPersonId: 'bob' },
  ],
  [
    "nobody's, but nearly somebody's",
    face(null, [candidate('ada', 0.36)]),
    { reason: 'nearly-somebody', personId: null, suggestedPersonId: 'ada' },
  ],
  ["nobody's and far from all", face(null, [candidate('ada', 0.45)]), null],
  ['its own founder', face('new', [candidate('ada', 0.35)]), null],
])('%s', (_what, record, expected) => {
  const doubt = doubtOf(record, 'photo', nobodySpoke);
  if (expected === null) expect(doubt).toBeNull();
  else expect(doubt).toMatchObject({ assetId: 'photo', faceId: 'f', ...expected });
});

test('what a user has spoken of is in doubt no more', () => {
  const doubtful = face('ada', [candidate('ada', 0.33)]);
  for (const body of [
    { kind: 'faces-assigned', faceIds: ['f'], personId: 'ada', as: 'confirmed' },
    { kind: 'faces-denied', faceIds: ['f'], personId: 'ada' },
    { kind: 'faces-ignored', faceIds: ['f'], reason: 'a statue' },
  ] as const) {
    expect(doubtOf(doubtful, 'photo', People.of([makeFact({ body })]))).toBeNull();
  }
});
