import { Directory } from '../../../src/people/directory.ts';
import { previewCorrection } from '../../../src/people/preview-correction.ts';
import { makeFaceRecord, makePhotoRecord } from '../../helpers/records.ts';

/** Each photo with the people on it; faces are called `photo-person`, or `photo-number` of nobody. */
function directoryOf(photos: Readonly<Record<string, readonly (string | null)[]>>): Directory {
  const directory = new Directory();
  for (const [i, [assetId, people]] of Object.entries(photos).entries()) {
    const faces = people.map((personId, nth) =>
      makeFaceRecord({ faceId: `${assetId}-${personId ?? nth}`, personId }),
    );
    directory.applyPhoto(makePhotoRecord({ assetId, sequence: i + 1, faces }));
  }
  return directory;
}

const directory = directoryOf({
  wedding: ['ada', 'bo', null, null],
  beach: ['ada', 'bo'],
  garden: ['ada'],
  street: ['bo'],
});
const twiceBy = (correction: Parameters<typeof previewCorrection>[1]): number =>
  previewCorrection(directory, correction).twice;

test('a merge of two who stand together says on how many photos', () => {
  expect(twiceBy({ kind: 'people-merged', from: 'bo', into: 'ada', name: null })).toBe(2);
});

test('a face that moves to somebody on the same photo is told of', () => {
  const to = (faceIds: string[], personId: string): number =>
    twiceBy({ kind: 'faces-assigned', faceIds, personId });
  expect(to(['wedding-bo'], 'ada')).toBe(1);
  expect(to(['wedding-2'], 'ada')).toBe(1);
  expect(to(['wedding-2', 'wedding-3'], 'ada')).toBe(1);
  expect(to(['street-bo'], 'ada')).toBe(0);
  expect(to(['wedding-ada'], 'ada')).toBe(0);
});

test('faces of one photo made one new person are told of', () => {
  expect(twiceBy({ kind: 'split', faceIds: ['wedding-2', 'wedding-3'] })).toBe(1);
  expect(twiceBy({ kind: 'split', faceIds: ['wedding-ada', 'wedding-bo', 'beach-bo'] })).toBe(1);
  expect(twiceBy({ kind: 'split', faceIds: ['wedding-ada', 'garden-ada'] })).toBe(0);
});

test('faces that are one person on the photo already are not told of again', () => {
  const mirrored = directoryOf({ mirror: ['ada'], street: ['bo'] });
  const [{ faceId } = { faceId: '' }] = mirrored.photos.get('mirror')?.faces ?? [];
  mirrored.applyPhoto(
    makePhotoRecord({
      assetId: 'mirror',
      sequence: 9,
      faces: [faceId, 'mirrored'].map((id) => makeFaceRecord({ faceId: id, personId: 'ada' })),
    }),
  );
  const merge = { kind: 'people-merged', from: 'ada', into: 'bo', name: null } as const;
  expect(previewCorrection(mirrored, merge)).toMatchObject({ faces: 2, photos: 1, twice: 0 });
  const split = { kind: 'split', faceIds: ['mirror-ada', 'mirrored'] } as const;
  expect(previewCorrection(mirrored, split).twice).toBe(0);
});
