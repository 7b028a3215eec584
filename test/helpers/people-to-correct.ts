import type { FaceRecord } from '../../src/identities/photo-record.ts';
import { fillStore } from './fill-store.ts';
import { makeFaceRecord, unitDescriptor } from './records.ts';
import { descriptorAt } from './seen.ts';

interface Put {
  readonly faceId: string;
  readonly descriptor: Float32Array;
  /** Whom the face came near to when it was decided, and by how much too far away. */
  readonly near?: { readonly personId: string; readonly excess: number };
}

const EXTRAS = 200;
const EXTRAS_ON_ONE = 10;

/** Everything that is asked on the pages: each face is of the person whose name it begins with. */
export async function fillPeopleToCorrect(dataDir: string): Promise<void> {
  const face = (faceId: string, seed: number): Put => ({
    faceId,
    descriptor: unitDescriptor(seed),
  });
  const ada = unitDescriptor(10);
  const child = descriptorAt(ada, 0.34, 11);
  const left = unitDescriptor(30);
  const photos: Put[][] = [
    [{ faceId: 'ada-1', descriptor: ada }],
    // A child's, taken for Ada's, and a second one of the child.
    [{ faceId: 'ada-2', descriptor: child }],
    [{ faceId: 'ada-3', descriptor: descriptorAt(child, 0.1, 12) }],
    [{ faceId: 'ada-4', descriptor: descriptorAt(ada, 0.1, 13) }, face('bo-1', 20)],
    [face('bo-2', 20)],
    [face('eve-1', 26)],
    [{ ...face('eve-2', 26), near: { personId: 'eve', excess: -0.01 } }],
    [{ faceId: 'left-1', descriptor: left }],
    [
      {
        ...{ faceId: 'right-1', descriptor: descriptorAt(left, 0.345, 31) },
        near: { personId: 'left', excess: 0.03 },
      },
    ],
    ...Array.from({ length: EXTRAS / EXTRAS_ON_ONE }, (_, photo) =>
      Array.from({ length: EXTRAS_ON_ONE }, (_none, i) =>
        face(`extra${photo * EXTRAS_ON_ONE + i}-1`, 100 + photo * EXTRAS_ON_ONE + i),
      ),
    ),
  ];
  const names = { ada: 'Ada', bo: 'Bo', eve: 'Eve' };
  await fillStore(dataDir, {
    default: {
      photos: photos.map((puts) => puts.map(recordOf)),
      facts: Object.entries(names).map(([personId, name]) => {
        return { kind: 'person-named', personId, name } as const;
      }),
    },
    bob: { photos: [[recordOf(face('cat-1', 90), 0)]] },
  });
}

function recordOf({ faceId, descriptor, near }: Put, column: number): FaceRecord {
  const { explanation } = makeFaceRecord();
  const candidates = explanation.candidates.map((candidate) => ({
    ...candidate,
    ...{ personId: near?.personId ?? '', basePersonId: near?.personId ?? '' },
    ...{ nearestFaceId: `${near?.personId ?? ''}-1`, voters: 1 },
    ...{ evidenceDistance: 0.35 + (near?.excess ?? 0), limitDistance: 0.35 },
  }));
  return makeFaceRecord({
    ...{ faceId, personId: faceId.split('-', 1)[0] ?? '', descriptor },
    quality: { value: 0.9, reasons: [] },
    box: { x: 60 + column * 130, y: 300, width: 100, height: 120 },
    explanation: { ...explanation, candidates: near === undefined ? [] : candidates },
  });
}
