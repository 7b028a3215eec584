import type { SeenPhoto } from '../../../src/descriptors/seen-photo.ts';
import { decidePhoto } from '../../../src/identities/decide-photo.ts';
import { KnownFaces } from '../../../src/identities/known-faces.ts';
import type { FaceRecord, PhotoRecord } from '../../../src/identities/photo-record.ts';
import { makePhotoRecord, unitDescriptor } from '../../helpers/records.ts';
import { blurred, descriptorAt, seenFace, seenPhoto } from '../../helpers/seen.ts';

/** 0.34 among the few people here. */
const thresholds = { distance: 0.3095, margin: 0.02 };
const model = { pack: 'face-api', descriptorRevision: 1 };

/** An owner's library that decides photo after photo, as the worker does. */
class Library {
  readonly known = new KnownFaces(model);
  readonly records = new Map<string, PhotoRecord>();
  #ids = 0;

  add(assetId: string, seen: SeenPhoto): readonly FaceRecord[] {
    const former = this.records.get(assetId) ?? null;
    const newId = (): string => `id-${++this.#ids}`;
    const faces = decidePhoto({ seen, former, known: this.known, assetId, thresholds, newId });
    const sequence = this.known.sequence + 1;
    const { model: seenModel, checksum } = seen;
    const record = makePhotoRecord({ assetId, sequence, faces, checksum, model: seenModel });
    this.records.set(assetId, record);
    this.known.apply({ kind: 'photo', sequence, record });
    return faces;
  }
}

const ada = unitDescriptor(1);
const bob = unitDescriptor(2);

test('the first face founds a person, the same face again joins it', () => {
  const library = new Library();
  const [first] = library.add('a', seenPhoto([seenFace(ada)]));
  const [again] = library.add('b', seenPhoto([seenFace(descriptorAt(ada, 0.2, 9))], 'c2'));
  const [other] = library.add('c', seenPhoto([seenFace(bob)], 'c3'));
  expect(first).toMatchObject({ isNewPerson: true, distance: null, nearestFaceId: null });
  expect(again).toMatchObject({ isNewPerson: false, personId: first?.personId });
  expect(again?.nearestFaceId).toBe(first?.faceId);
  expect(again?.distance).toBeCloseTo(0.2, 4);
  expect(other?.personId).not.toBe(first?.personId);
});

test('two faces of one photo are two people, the nearer one being the known', () => {
  const library = new Library();
  const [known] = library.add('a', seenPhoto([seenFace(ada)]));
  const faces = library.add(
    'b',
    seenPhoto(
      [seenFace(descriptorAt(ada, 0.3, 5), 0), seenFace(descriptorAt(ada, 0.1, 6), 1)],
      'c2',
    ),
  );
  expect(faces[1]?.personId).toBe(known?.personId);
  expect(faces[0]).toMatchObject({ isNewPerson: true });
  expect(faces[0]?.personId).not.toBe(known?.personId);
  const twins = library.add('c', seenPhoto([seenFace(bob, 0), seenFace(bob, 1)], 'c3'));
  expect(new Set(twins.map(({ personId }) => personId)).size).toBe(2);
});

test('one lucky neighbour of a well-known person is not enough', () => {
  const library = new Library();
  const [first] = library.add('a', seenPhoto([seenFace(ada)]));
  library.add('b', seenPhoto([seenFace(descriptorAt(ada, 0.27, 11))], 'c2'));
  library.add('c', seenPhoto([seenFace(descriptorAt(ada, 0.27, 12))], 'c3'));
  // Near enough to the first face alone, but far from the two others of that person.
  const [face] = library.add('d', seenPhoto([seenFace(descriptorAt(ada, 0.33, 13))], 'c4'));
  expect(face?.distance).toBeCloseTo(0.33, 3);
  const [candidate] = face?.explanation.candidates ?? [];
  expect(candidate).toMatchObject({ personId: first?.personId, voters: 3 });
  expect(candidate?.evidenceDistance).toBeGreaterThan(candidate?.limitDistance ?? 1);
  expect(face?.personId).not.toBe(first?.personId);
});

test('three agreeing faces earn a little more room than one', () => {
  const library = new Library();
  const [first] = library.add('a', seenPhoto([seenFace(ada)]));
  library.add('b', seenPhoto([seenFace(descriptorAt(ada, 0.01, 11))], 'c2'));
  library.add('c', seenPhoto([seenFace(descriptorAt(ada, 0.01, 12))], 'c3'));
  const [face] = library.add('d', seenPhoto([seenFace(descriptorAt(ada, 0.37, 13))], 'c4'));
  expect(face?.personId).toBe(first?.personId);
  library.add('e', seenPhoto([seenFace(bob)], 'c5'));
  const [other] = library.add('f', seenPhoto([seenFace(descriptorAt(bob, 0.37, 13))], 'c6'));
  expect(other).toMatchObject({ isNewPerson: true });
});

test('between two near people the surer one must be clearly sure', () => {
  const library = new Library();
  library.add('a', seenPhoto([seenFace(ada, 0)]));
  const twin = descriptorAt(ada, 0.5, 21);
  library.add('b', seenPhoto([seenFace(twin, 0)], 'c2'));
  const middle = ada.map((value, i) => value + (twin[i] as number));
  const length = Math.hypot(...middle);
  const between = middle.map((value) => value / length);
  const asked = descriptorAt(between, 0.217, 22);
  const [face] = library.add('c', seenPhoto([seenFace(asked)], 'c3'));
  const [nearest, second] = face?.explanation.candidates ?? [];
  expect(nearest?.evidenceDistance).toBeGreaterThan(0.32);
  expect(nearest?.evidenceDistance).toBeLessThan(0.34);
  expect((second?.evidenceDistance ?? 1) - (nearest?.evidenceDistance ?? 0)).toBeLessThan(0.02);
  expect(face?.isNewPerson).toBe(true);
});

test('a poor face joins but neither founds a person nor serves as a neighbour', () => {
  const library = new Library();
  const [stranger] = library.add('a', seenPhoto([blurred(seenFace(bob))]));
  expect(stranger).toMatchObject({
    personId: null,
    explanation: { rule: 'low-quality-unmatched' },
  });
  const [founder] = library.add('b', seenPhoto([seenFace(ada)], 'c2'));
  const [joined] = library.add(
    'c',
    seenPhoto([blurred(seenFace(descriptorAt(ada, 0.1, 4)))], 'c3'),
  );
  expect(joined?.personId).toBe(founder?.personId);
  expect(library.known.size).toBe(1);
  const [later] = library.add('d', seenPhoto([seenFace(bob)], 'c4'));
  expect(later).toMatchObject({ isNewPerson: true, nearestFaceId: null });
});

test('a refused descriptor is kept without a person and meets nobody', () => {
  const library = new Library();
  const [face] = library.add('a', seenPhoto([seenFace(null)]));
  expect(face).toMatchObject({
    personId: null,
    descriptor: null,
    explanation: { rule: 'descriptor-refused' },
  });
  expect(library.known.size).toBe(0);
});

test('a re-run keeps face ids and people, whatever else was learned since', () => {
  const library = new Library();
  const before = library.add('a', seenPhoto([seenFace(ada, 0), seenFace(bob, 1)]));
  library.add('b', seenPhoto([seenFace(descriptorAt(ada, 0.2, 7))], 'c2'));
  const after = library.add('a', seenPhoto([seenFace(bob, 1), seenFace(ada, 0)]));
  expect(after.map(({ faceId, personId }) => [faceId, personId])).toEqual(
    [...before].reverse().map(({ faceId, personId }) => [faceId, personId]),
  );
  expect(after.every(({ isNewPerson }) => !isNewPerson)).toBe(true);
});

test('another picture under the same id does not inherit people by place alone', () => {
  const library = new Library();
  const [before] = library.add('a', seenPhoto([seenFace(ada)]));
  const [after] = library.add('a', seenPhoto([seenFace(bob)], 'other-bytes'));
  expect(after?.faceId).not.toBe(before?.faceId);
  expect(after?.personId).not.toBe(before?.personId);
});

test.each([0.5, 0.7215, 1, 1.39, 3])(
  'the picture at %d times the size keeps ids and people by place and descriptor',
  (scale) => {
    const library = new Library();
    const picture = seenPhoto([seenFace(ada, 0), seenFace(bob, 1)]);
    const before = library.add('a', picture);
    const again = seenPhoto([
      seenFace(descriptorAt(ada, 0.1, 7), 0),
      seenFace(descriptorAt(bob, 0.1, 8), 1),
    ]);
    expect(idsOf(library.add('a', madeAnew(again, scale)))).toEqual(idsOf(before));
  },
);

test.each<[string, SeenPhoto]>([
  ['by other faces at the same places', seenPhoto([seenFace(unitDescriptor(3))], 'x')],
  ['by the same person elsewhere', seenPhoto([seenFace(ada, 2)], 'x')],
  [
    'by one of another shape',
    { ...seenPhoto([seenFace(ada)], 'x'), image: { width: 2160, height: 1080 } },
  ],
])('a picture that was replaced at another size %s inherits no face', (_what, replaced) => {
  const library = new Library();
  const [before] = library.add('a', seenPhoto([seenFace(ada)]));
  const [after] = library.add('a', madeAnew(replaced, 2));
  expect(after?.faceId).not.toBe(before?.faceId);
});

/** A look by a raised revision, whose descriptors tell nothing of the earlier ones. */
function lookRaised(library: Library, seen: SeenPhoto): readonly FaceRecord[] {
  const raised = { ...model, descriptorRevision: 2 };
  const known = new KnownFaces(raised);
  for (const record of library.records.values()) {
    known.apply({ kind: 'photo', sequence: record.sequence, record });
  }
  expect(known.size).toBe(0);
  let ids = 0;
  return decidePhoto({
    seen: { ...seen, model: { ...raised, engine: 'wasm', detector: 'ssd' } },
    former: library.records.get('a') ?? null,
    known,
    assetId: 'a',
    thresholds,
    newId: () => `fresh-${++ids}`,
  });
}

const idsOf = (faces: readonly FaceRecord[]): unknown =>
  faces.map(({ faceId, personId }) => [faceId, personId]);

/** The picture as a preview of another size and other bytes; boxes are found a little elsewhere. */
function madeAnew({ image, faces }: SeenPhoto, scale: number): SeenPhoto {
  const moved = faces.map((face) => {
    const { x, y, width, height } = face.box;
    const box = { x: x + 3, y: y - 2, width: width * 1.03, height };
    const [left, top] = [box.x * scale, box.y * scale];
    return {
      ...face,
      box: { x: left, y: top, width: box.width * scale, height: box.height * scale },
    };
  });
  const size = { width: Math.round(image.width * scale), height: Math.round(image.height * scale) };
  return { ...seenPhoto(moved, 'other-bytes'), image: size };
}

test('a raised descriptor revision keeps people by place and compares nothing across it', () => {
  const library = new Library();
  const before = library.add('a', seenPhoto([seenFace(ada)]));
  expect(idsOf(lookRaised(library, seenPhoto([seenFace(bob)])))).toEqual(idsOf(before));
});

test.each([1, 0.5, 0.7215, 2])(
  'a preview made anew at %d times the size keeps them too, when the revision was raised meanwhile',
  (scale) => {
    const library = new Library();
    const picture = seenPhoto([seenFace(ada, 0), seenFace(bob, 1)]);
    const before = library.add('a', picture);
    expect(idsOf(lookRaised(library, madeAnew(picture, scale)))).toEqual(idsOf(before));
    const withOneMore = seenPhoto([seenFace(ada, 0), seenFace(bob, 1), seenFace(ada, 4)]);
    const more = lookRaised(library, madeAnew(withOneMore, scale));
    expect(idsOf(more.slice(0, 2))).toEqual(idsOf(before));
  },
);

test.each<[string, SeenPhoto]>([
  [
    'of another shape',
    { ...seenPhoto([seenFace(bob)], 'x'), image: { width: 1080, height: 1440 } },
  ],
  ['with its face elsewhere', seenPhoto([seenFace(bob, 1)], 'x')],
  [
    'with a face that only overlaps',
    seenPhoto([{ ...seenFace(bob), box: { x: 35, y: 45, width: 100, height: 120 } }], 'x'),
  ],
])('a replaced picture %s inherits nobody, also under a raised revision', (_what, replaced) => {
  const library = new Library();
  library.add('a', seenPhoto([seenFace(ada)]));
  expect(idsOf(lookRaised(library, replaced))).toEqual([['fresh-2', 'fresh-1']]);
});

test('one face in place among several is chance, and none of a replaced group is kept', () => {
  const library = new Library();
  library.add('a', seenPhoto([seenFace(ada, 0), seenFace(bob, 1)]));
  const replaced = seenPhoto([seenFace(unitDescriptor(3), 0), seenFace(unitDescriptor(4), 4)], 'x');
  const fresh = lookRaised(library, replaced).map(({ faceId }) => faceId);
  expect(fresh.every((id) => id.startsWith('fresh'))).toBe(true);
});

test('the same input gives the same answer', () => {
  const decide = (): string => {
    const library = new Library();
    library.add('a', seenPhoto([seenFace(ada, 0), seenFace(bob, 1)]));
    return JSON.stringify(library.add('b', seenPhoto([seenFace(descriptorAt(bob, 0.2, 3))], 'c2')));
  };
  expect(decide()).toBe(decide());
});
