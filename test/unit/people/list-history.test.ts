import type { FactBody } from '../../../src/identities/journal/fact.ts';
import { Directory } from '../../../src/people/directory.ts';
import { listHistory } from '../../../src/people/list-history.ts';
import { makeFaceRecord, makeFact, makePhotoRecord } from '../../helpers/records.ts';

function directoryWith(...bodies: readonly FactBody[]): Directory {
  const directory = new Directory();
  ['ada', 'bob'].forEach((personId, i) => {
    const faces = [{ ...makeFaceRecord(), faceId: `face-of-${personId}`, personId }];
    directory.applyPhoto(makePhotoRecord({ assetId: personId, sequence: i + 1, faces }));
  });
  bodies.forEach((body, i) => {
    directory.applyFact(makeFact({ sequence: i + 3, body }));
  });
  return directory;
}

const evidence = {
  distance: 0.31,
  limitDistance: 0.35,
  crowdDistance: null,
  otherDistance: null,
  nearestDistance: 0.3,
  nearestFaceIds: ['face-of-bob', 'face-of-ada'],
  faces: [1, 4],
} as const;

test('each entry shows the faces it was about, and why the machine did it', () => {
  const merge = { kind: 'people-merged', from: 'bob', into: 'ada', name: null } as const;
  const directory = directoryWith(
    { kind: 'person-named', personId: 'ada', name: 'Ada' },
    { ...merge, evidence },
    { kind: 'undone', factId: 'fact-4' },
    merge,
    { kind: 'faces-ignored', faceIds: ['face-gone'], reason: 'a poster' },
  );
  const { items } = listHistory(directory, { limit: 10 });
  expect(items.map(({ faces, reason }) => [faces.map(({ faceId }) => faceId), reason])).toEqual([
    [[], null],
    [['face-of-bob', 'face-of-ada'], null],
    [['face-of-bob', 'face-of-ada'], null],
    [['face-of-bob', 'face-of-ada'], '1 and 4 faces, difference 0.31, at most 0.35 allowed'],
    [['face-of-ada'], null],
  ]);
  expect(items[4]?.faces).toEqual([{ faceId: 'face-of-ada', assetId: 'ada' }]);
});
