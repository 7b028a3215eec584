import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { readGroundTruth } from '../../../scripts/eval/data/read-ground-truth.ts';
import { readLfw } from '../../../scripts/eval/data/read-lfw.ts';
import { readPathPairs } from '../../../scripts/eval/data/read-path-pairs.ts';
import { readPeopleFolder } from '../../../scripts/eval/data/read-people-folder.ts';
import { withStrangers } from '../../../scripts/eval/data/read-sets.ts';
import { labelledFacePlace } from '../../../scripts/eval/look/labelled-face.ts';
import { codeOf, tempFolder } from '../../helpers/pictures.ts';
import { unitDescriptor } from '../../helpers/records.ts';
import { seenFace, seenPhoto } from '../../helpers/seen.ts';

let folder: Awaited<ReturnType<typeof tempFolder>>;

beforeEach(async () => {
  folder = await tempFolder();
});

afterEach(() => folder.remove());

/** Empty files under these names. */
async function make(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const file = path.join(folder.path, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, '');
  }
}

async function text(name: string, content: string): Promise<string> {
  const file = path.join(folder.path, name);
  await writeFile(file, content);
  return file;
}

const PAIRS = '2\t1\nAda_L\t1\t2\nAda_L\t1\tBob\t1\nBob\t1\t2\nAda_L\t3\tBob\t2\n';

describe('lfw', () => {
  test.each([
    ['a folder per person', ['Ada_L/Ada_L_', 'Bob/Bob_']],
    ['all in one', ['Ada_L_', 'Bob_']],
  ])('%s: the photos of the pairs, or all', async (_, [ada = '', bob = '']) => {
    const numbers = ['0001', '0002', '0003'];
    await make(...[ada, bob].flatMap((start) => numbers.map((n) => `lfw/${start}${n}.jpg`)));
    const lfw = path.join(folder.path, 'lfw');
    const pairsFile = await text('pairs.txt', PAIRS);
    const set = await readLfw({ folder: lfw, pairsFile, allPhotos: false });
    expect(set).toMatchObject({ folds: 2, labelledFace: 'central' });
    expect(set.photos.map(({ person }) => person)).toEqual([
      'Ada_L',
      'Ada_L',
      'Bob',
      'Bob',
      'Ada_L',
    ]);
    expect(set.pairs).toEqual([
      { first: 0, second: 1, same: true, fold: 0 },
      { first: 0, second: 2, same: false, fold: 0 },
      { first: 2, second: 3, same: true, fold: 1 },
      { first: 4, second: 3, same: false, fold: 1 },
    ]);
    const all = await readLfw({ folder: lfw, pairsFile, allPhotos: true });
    expect([all.photos.length, all.pairs]).toEqual([6, set.pairs]);
    const unpaired = await readLfw({ folder: lfw, pairsFile: null, allPhotos: false });
    expect([unpaired.photos.length, unpaired.pairs]).toEqual([6, null]);
  });

  test('a photo that is missing is named', async () => {
    await make('lfw/Ada_L_0001.jpg');
    const pairsFile = await text('pairs.txt', PAIRS);
    const reading = readLfw({ folder: path.join(folder.path, 'lfw'), pairsFile, allPhotos: false });
    await expect(reading).rejects.toMatchObject({
      code: 'EVAL_DATA_UNUSABLE',
      message: expect.stringContaining('Ada_L_0002.jpg') as string,
    });
  });
});

test('a folder per person, and pairs by path below it or beside the file', async () => {
  await make('people/ada/1.jpg', 'people/ada/old/2.png', 'people/bob/my photo.jpg', 'x/other.jpg');
  const people = path.join(folder.path, 'people');
  const set = await readPeopleFolder(people);
  expect(set.photos.map(({ person }) => person)).toEqual(['ada', 'ada', 'bob']);
  const file = await text(
    'pairs.tsv',
    'ada/1.jpg\tbob/my photo.jpg\t0\n\nada/1.jpg ada/old/2.png 1\nx/other.jpg ada/1.jpg 0\n',
  );
  const paired = await readPathPairs(file, { set, folder: people });
  expect(paired.pairs?.map(({ first, second, same }) => [first, second, same])).toEqual([
    [0, 2, false],
    [0, 1, true],
    [3, 0, false],
  ]);
  expect(paired.photos[3]).toEqual({
    path: path.join(folder.path, 'x/other.jpg'),
    person: null,
  });
});

test.each([
  ['ada/1.jpg', 'line 1'],
  ['a.jpg a.jpg 2', 'line 1'],
  ['a.jpg nowhere.jpg 1', 'nowhere.jpg'],
  ['', 'got none'],
])('pairs by path: %j is refused', async (line, message) => {
  await make('a.jpg');
  const file = await text('pairs.txt', line);
  await expect(readPathPairs(file, null)).rejects.toThrow(message);
});

test('links to photos and folders are followed, once, and broken ones passed over', async () => {
  await make('store/1.jpg', 'store/2.jpg', 'people/bob/1.jpg');
  const people = path.join(folder.path, 'people');
  await symlink('../store', path.join(people, 'ada'));
  await symlink('../../store/2.jpg', path.join(people, 'bob/2.jpg'));
  await symlink('..', path.join(people, 'bob/up'));
  await symlink('nowhere', path.join(people, 'cyd'));
  const { photos } = await readPeopleFolder(people);
  const ofBob = photos.filter(({ person }) => person === 'bob').map(({ path: file }) => file);
  expect(photos.filter(({ person }) => person === 'ada')).toHaveLength(2);
  expect(ofBob.slice(0, 2)).toEqual([
    path.join(people, 'bob/1.jpg'),
    path.join(people, 'bob/2.jpg'),
  ]);
});

test('labels of boxes in the form of the album', async () => {
  const file = await text(
    'truth.json',
    JSON.stringify([
      { path: 'a/1.jpg', faces: 1, boxes_xywh: [[1, 2, 3, 4]], ignore_xywh: [], source: 'here' },
      { path: '2.jpg', person: 'ada', note: null },
    ]),
  );
  expect(await readGroundTruth(file)).toEqual([
    {
      path: path.join(folder.path, 'a/1.jpg'),
      person: null,
      peoplePresent: [],
      faces: 1,
      boxes: [{ x: 1, y: 2, width: 3, height: 4 }],
      ignored: [],
      noses: null,
    },
    expect.objectContaining({ person: 'ada', faces: null, boxes: null }),
  ]);
  expect(await codeOf(readGroundTruth(await text('bad.json', '[{"path":1}]')))).toBe(
    'EVAL_DATA_UNUSABLE',
  );
});

test('strangers keep one photo each, the same ones for the same seed', () => {
  const photos = Array.from('aaabbbcccddd', (person, i) => ({ path: `/p/${i}`, person }));
  const set = { name: 'x', photos, pairs: null, folds: 0, labelledFace: 'largest' } as const;
  const library = withStrangers(set, 0.5, 7);
  const counts = ['a', 'b', 'c', 'd'].map(
    (name) => library.photos.filter(({ person }) => person === name).length,
  );
  expect(counts.toSorted()).toEqual([1, 1, 3, 3]);
  expect(withStrangers(set, 0.5, 7)).toEqual(library);
  expect(withStrangers(set, 0, 7)).toBe(set);
});

test('the labelled face: nearest to the middle, or the largest; never one without a descriptor', () => {
  const at = (x: number, side: number, described = true): ReturnType<typeof seenFace> => ({
    ...seenFace(described ? unitDescriptor(1) : null),
    box: { x, y: 540 - side / 2, width: side, height: side },
  });
  const photo = seenPhoto([at(0, 300), at(670, 100), at(300, 500, false)]);
  expect(labelledFacePlace(photo, 'central')).toBe(1);
  expect(labelledFacePlace(photo, 'largest')).toBe(0);
  expect(labelledFacePlace(seenPhoto([at(0, 50, false)]), 'largest')).toBeNull();
});
