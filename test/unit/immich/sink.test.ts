import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { readConfig } from '../../../src/config.ts';
import type { ImmichFace } from '../../../src/immich/client/faces.ts';
import { ImmichPerson } from '../../../src/immich/client/people.ts';
import { albumsFor, tagsFor } from '../../../src/immich/sink/album-rules.ts';
import { isDoubtful, judgePerson } from '../../../src/immich/sink/judge-changes.ts';
import { overlapOf, placeOf, wholePixels } from '../../../src/immich/sink/overlap.ts';
import { planMembers } from '../../../src/immich/sink/plan-members.ts';
import { planNames } from '../../../src/immich/sink/plan-names.ts';

const ADA = { personId: 'p1', name: 'Ada' };
const GRACE = { personId: 'p2', name: 'Grace' };
/** Both are known by their names alone. */
const of = (ownerId: string): Parameters<typeof albumsFor>[2] => ({
  ownerId,
  known: {
    resolve: (personId) => personId,
    bearersOf: (wanted) =>
      [ADA, GRACE].flatMap(({ personId, name }) => (name === wanted ? personId : [])),
  },
});

describe('boxes', () => {
  test('compare across images of other sizes', () => {
    const large = placeOf(
      { x: 100, y: 100, width: 200, height: 200 },
      { width: 1000, height: 800 },
    );
    const small = placeOf({ x: 50, y: 50, width: 100, height: 100 }, { width: 500, height: 400 });
    const half = placeOf({ x: 200, y: 100, width: 200, height: 200 }, { width: 1000, height: 800 });
    expect(overlapOf(large, small)).toBeCloseTo(1);
    expect(overlapOf(large, half)).toBeCloseTo(1 / 3);
  });

  test('become whole pixels inside the image', () => {
    const image = { width: 100, height: 50 };
    expect(wholePixels({ x: -3.2, y: 40.6, width: 20, height: 30 }, image)).toEqual({
      ...{ x: 0, y: 41, width: 17, height: 9 },
    });
    expect(wholePixels({ x: 99.9, y: 10, width: 0.2, height: 0.2 }, image)).toEqual({
      ...{ x: 99, y: 10, width: 1, height: 1 },
    });
  });
});

test('names follow whoever has changed them, and Immich’s user where both have', () => {
  const naming = (name: string): { name: string; hidden: boolean } => ({ name, hidden: false });
  expect(planNames(naming(''), naming('Ada'), naming(''))).toMatchObject({
    ...{ write: { name: 'Ada' }, take: {} },
  });
  expect(planNames(naming('Ada'), naming('Ada'), naming('A.'))).toMatchObject({
    ...{ write: {}, take: { name: 'A.' } },
  });
  expect(planNames(naming('Ada'), naming('B'), naming('C'))).toEqual({
    ...{ write: {}, take: { name: 'C' }, agreed: naming('C') },
  });
  expect(planNames(naming('x'), naming('Ada'), naming('Ada'))).toMatchObject({
    write: {},
    take: {},
  });
});

describe('the faces of a person who is gone in Immich', () => {
  const person = (name: string, id = 'q'): ImmichPerson => ImmichPerson.parse({ id, name });
  const face = (whose: ImmichPerson | null, sourceType = 'manual'): ImmichFace =>
    ({ person: whose, sourceType }) as ImmichFace;
  const found = (whose: ImmichPerson | null): ImmichFace => face(whose, 'machine-learning');
  const judge = (
    left: readonly ImmichFace[],
    { name = 'Ada', isOurs = false } = {},
  ): ReturnType<typeof judgePerson> => judgePerson(left, { name, isOurs: () => isOurs });

  test('tell into whom it was merged, unless they are scattered or nobody’s', () => {
    const into = person('Grace');
    expect(judge([face(into), found(into)])).toEqual({ into, isProven: true });
    expect(judge([found(into), found(into)])).toEqual({ into, isProven: false });
    expect(judge([face(into), face(person('Grace', 'r'))])).toBeNull();
    expect(judge([face(null), found(into)])).toBeNull();
    expect(judge([found(into), face(null)])).toBeNull();
    expect(judge([])).toBeNull();
  });

  test('tell of no merge where somebody without a name has them, who would have got the name', () => {
    const into = person('');
    expect(judge([face(into)])).toBeNull();
    expect(judge([face(into)], { name: '' })).toEqual({ into, isProven: true });
    expect(judge([found(into)], { name: '', isOurs: true })).toEqual({ into, isProven: false });
    // Whom Immich's recognition has made of them.
    expect(judge([found(into)], { name: '' })).toBeNull();
  });
});

test('more changes than a user makes are doubted, resets apart from moves', () => {
  const link = {} as never;
  const removed = (count: number): { kind: 'removed'; link: never }[] =>
    Array.from({ length: count }, () => ({ kind: 'removed', link }));
  expect(isDoubtful(removed(20), 25)).toBe(false);
  expect(isDoubtful(removed(21), 25)).toBe(true);
  expect(isDoubtful(removed(21), 1000)).toBe(false);
});

describe('albums', () => {
  test('are of each person, or of all who are named together, once', () => {
    const rules = {
      everyone: false,
      albums: [
        { people: ['Ada', 'p2'], name: 'Both', ownerId: null },
        { people: ['Ada'], name: 'Ada', ownerId: 'somebody-else' },
      ],
    };
    expect(albumsFor([ADA, GRACE], rules, of('me')).map(({ name }) => name)).toEqual(['Both']);
    expect(albumsFor([ADA], rules, of('me'))).toEqual([]);
    const everyone = albumsFor([ADA, GRACE], { ...rules, everyone: true }, of('somebody-else'));
    expect(everyone.map(({ name }) => name)).toEqual(['Ada', 'Grace', 'Both', 'Ada']);
    expect(tagsFor([ADA])).toMatchObject([{ key: 'tag:Faces/Ada', name: 'Faces/Ada' }]);
  });

  test('keep a user’s additions and removals', () => {
    const [collection] = tagsFor([ADA]);
    const link = (state: 'adding' | 'added' | 'declined'): never =>
      ({ group: collection!.key, id: 'asset', details: { state } }) as never;
    const kinds = (
      wanted: boolean,
      state: 'adding' | 'added' | 'declined',
      isThere: boolean,
    ): string[] =>
      planMembers(wanted ? [collection!] : [], [link(state)], () => isThere).map(
        ({ kind }) => kind,
      );
    expect(planMembers([collection!], [], () => true)).toEqual([]);
    expect(kinds(true, 'added', false)).toEqual(['decline']);
    expect(kinds(true, 'declined', false)).toEqual([]);
    expect(kinds(true, 'declined', true)).toEqual(['forget']);
    expect(kinds(true, 'adding', true)).toEqual(['note']);
    expect(kinds(false, 'added', true)).toEqual(['remove']);
    expect(kinds(false, 'added', false)).toEqual(['forget']);
    expect(kinds(false, 'declined', true)).toEqual([]);
  });
});

describe('the settings of writing', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'albums-'));
  const file = path.join(folder, 'albums.yaml');
  const given = { IMMICH_URL: 'http://immich:2283', IMMICH_API_KEY: 'a-key-of-nobody' };

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('read the albums’ file', () => {
    writeFileSync(
      file,
      'albums:\n  - people: Ada\n  - people: [Ada, Alan, Grace]\n    owner: me\n',
    );
    const config = readConfig({ ...given, IMMICH_WRITE: 'albums', IMMICH_ALBUMS_FILE: file });
    expect(config.immichWrite?.albumRules).toEqual({
      everyone: false,
      albums: [
        { people: ['Ada'], name: 'Ada', ownerId: null },
        { people: ['Ada', 'Alan', 'Grace'], name: 'Ada, Alan and Grace', ownerId: 'me' },
      ],
    });
  });

  test.each([
    ['album: []', 'Unrecognized key'],
    ['albums: [{ people: [] }]', 'albums.0.people'],
    ['albums: [', 'IMMICH_ALBUMS_FILE'],
  ])('say what is wrong with it: %s', (content, message) => {
    writeFileSync(file, content);
    expect(() => readConfig({ ...given, IMMICH_ALBUMS_FILE: file })).toThrow(message);
  });

  test('are refused when they cannot be', () => {
    expect(() => readConfig({ ...given, IMMICH_WRITE: 'people,faces' })).toThrow('IMMICH_WRITE');
    expect(() => readConfig({ IMMICH_WRITE: 'people' })).toThrow('IMMICH_URL');
    expect(readConfig({ ...given, IMMICH_WRITE: 'none' }).immichWrite).toBeUndefined();
  });
});
