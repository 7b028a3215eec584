import type { SeenFace } from '../../../src/descriptors/seen-photo.ts';
import type { Box } from '../../../src/faces/face.ts';
import type { TruthPhoto } from '../../../scripts/eval/data/read-ground-truth.ts';
import { turnPoint } from '../../../scripts/eval/data/make-tilted.ts';
import { averagePrecision } from '../../../scripts/eval/detection/average-precision.ts';
import { recallByTilt } from '../../../scripts/eval/detection/by-tilt.ts';
import { detect } from '../../../scripts/eval/detection/detect.ts';
import { matchPhoto } from '../../../scripts/eval/detection/match-photo.ts';
import type { LookedPhoto } from '../../../scripts/eval/look/looked-photo.ts';
import { seenFace, seenPhoto } from '../../helpers/seen.ts';

const square = (x: number, y: number, side: number): Box => ({ x, y, width: side, height: side });

function found(box: Box, score: number): SeenFace {
  return { ...seenFace(null), box, score };
}

function truth(overrides: Partial<TruthPhoto>): TruthPhoto {
  return {
    path: '/p/a.jpg',
    person: null,
    peoplePresent: [],
    faces: null,
    boxes: null,
    ignored: [],
    noses: null,
    ...overrides,
  };
}

function looked(faces: readonly SeenFace[]): LookedPhoto {
  return { seen: seenPhoto(faces), error: null };
}

describe('boxes', () => {
  test('half an overlap is enough, less is not', () => {
    const boxes = [square(0, 0, 30)];
    // Moved by 10 of 30: overlap 600 of 1,200. By 11: 570 of 1,230.
    expect(matchPhoto(truth({ boxes }), [found(square(10, 0, 30), 0.9)])?.missed).toEqual([]);
    expect(matchPhoto(truth({ boxes }), [found(square(11, 0, 30), 0.9)])).toMatchObject({
      missed: [0],
      faces: [{ verdict: 'wrong' }],
    });
  });

  test('each label is found once, by the better score; the double is wrong', () => {
    const double = [found(square(1, 0, 30), 0.7), found(square(0, 0, 30), 0.9)];
    const matched = matchPhoto(truth({ boxes: [square(0, 0, 30)] }), double);
    expect(matched?.faces.map(({ face, verdict }) => [face.score, verdict])).toEqual([
      [0.9, 'right'],
      [0.7, 'wrong'],
    ]);
  });

  test('where a face is to be ignored it is neither right nor wrong', () => {
    const photo = truth({ boxes: [], ignored: [square(0, 0, 30)] });
    expect(matchPhoto(photo, [found(square(0, 0, 30), 0.9)])?.faces[0]?.verdict).toBe('ignored');
  });
});

describe('noses', () => {
  test('a box that holds the nose has found it, the better middle first', () => {
    const photo = truth({ noses: [[50, 50]] });
    expect(matchPhoto(photo, [found(square(30, 30, 40), 0.9)])?.missed).toEqual([]);
    expect(matchPhoto(photo, [found(square(60, 30, 40), 0.9)])?.missed).toEqual([0]);
  });

  test('without any label of places there is nothing to match; with none of a face all is wrong', () => {
    expect(matchPhoto(truth({ faces: 2 }), [])).toBeNull();
    expect(matchPhoto(truth({ faces: 0 }), [found(square(0, 0, 9), 1)])?.faces[0]?.verdict).toBe(
      'wrong',
    );
  });
});

describe('average precision', () => {
  test('by hand: right, wrong, right, of three labels', () => {
    // Recall 1/3 at precision 1, 2/3 at 2/3; the third is never found.
    const ap = averagePrecision(
      [
        { score: 0.5, right: true },
        { score: 0.9, right: true },
        { score: 0.7, right: false },
      ],
      3,
    );
    expect(ap).toBeCloseTo(1 / 3 + (1 / 3) * (2 / 3), 12);
  });

  test('the envelope lifts what a later right one makes up for', () => {
    // Wrong first: precision 1/2 then 2/3 at full recall; the envelope is 2/3 throughout.
    const ap = averagePrecision(
      [
        { score: 0.9, right: false },
        { score: 0.8, right: true },
        { score: 0.7, right: true },
      ],
      2,
    );
    expect(ap).toBeCloseTo(2 / 3, 12);
  });

  test('nothing found, nothing labelled', () => {
    expect(averagePrecision([], 4)).toBe(0);
    expect(averagePrecision([], 0)).toBeNull();
  });
});

test('a small album, by hand', () => {
  const truths = [
    truth({ path: '/boxes', boxes: [square(0, 0, 40), square(100, 0, 80)], faces: 2 }),
    truth({ path: '/noses', noses: [[20, 20]], faces: 1 }),
    truth({ path: '/none', faces: 0 }),
    truth({ path: '/count', faces: 3 }),
    truth({ path: '/person', person: 'ada' }),
    truth({ path: '/unlabelled' }),
    truth({ path: '/broken', person: 'ada' }),
  ];
  const looks = new Map<string, LookedPhoto>([
    ['/boxes', looked([found(square(0, 0, 40), 0.9), found(square(300, 0, 40), 0.6)])],
    ['/noses', looked([found(square(0, 0, 40), 0.8)])],
    ['/none', looked([found(square(0, 0, 40), 0.55)])],
    ['/count', looked([found(square(0, 0, 40), 0.9), found(square(60, 0, 40), 0.9)])],
    ['/person', looked([])],
    ['/unlabelled', looked([])],
    ['/broken', { seen: null, error: 'not a photo' }],
  ]);
  const { detection, withoutFace } = detect(truths, looks);
  expect(detection).toMatchObject({
    labelled: 3,
    recall: 2 / 3,
    precision: 2 / 4,
    wrong: 2,
    averagePrecision: 1 / 2,
    boxes: { labelled: 2, recall: 1 / 2 },
    noses: { labelled: 1, recall: 1 },
    photos: 5,
    photosWithoutFace: 2,
    counts: { photos: 2, exact: 0, tooFew: 1, tooMany: 1 },
  });
  expect(withoutFace).toEqual(['/person', '/broken']);
  expect(detection.bySize.map(({ labelled, recall }) => [labelled, recall])).toEqual([
    [0, null],
    [1, 1],
    [1, 0],
    [0, null],
  ]);
  expect(detection.byFacesOnPhoto.map(({ labelled, recall }) => [labelled, recall])).toEqual([
    [1, 1],
    [2, 1 / 2],
    [0, null],
  ]);
});

test('points follow a photo that is turned clockwise', () => {
  const size = { width: 100, height: 40 };
  const turned = (degrees: number): number[] =>
    turnPoint([10, 5], size, degrees).map((px) => Math.round(px * 1e6) / 1e6);
  expect(turned(0)).toEqual([10, 5]);
  // The canvas is 40 × 100 then: the top goes to the right.
  expect(turned(90)).toEqual([35, 10]);
  expect(turned(180)).toEqual([90, 35]);
});

test('recall by tilt, by hand', () => {
  const tilted = [0, 90].map((degrees) => ({
    degrees,
    truth: truth({ path: `/turned-${degrees}`, noses: [[20, 20]] as const }),
  }));
  const looks = new Map<string, LookedPhoto>([
    ['/turned-0', looked([found(square(0, 0, 40), 0.9)])],
    ['/turned-90', looked([found(square(50, 0, 40), 0.9)])],
  ]);
  expect(recallByTilt(tilted, looks)).toEqual([
    { name: 'turned by 0°', labelled: 1, recall: 1 },
    { name: 'turned by 90°', labelled: 1, recall: 0 },
  ]);
});
