import type { Fact, FactBody } from '../../../src/identities/journal/fact.ts';
import { Directory } from '../../../src/people/directory.ts';
import { listFaces, listPhotos } from '../../../src/people/list-photos.ts';
import { listPeople } from '../../../src/people/list-people.ts';
import { makeFaceRecord, makeFact, makePhotoRecord } from '../../helpers/records.ts';

/** Numbers that look random and are the same for the same seed. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const someFace = makeFaceRecord();

const photo = (i: number, sequence: number, personId: string): ReturnType<typeof makePhotoRecord> =>
  makePhotoRecord({
    assetId: `asset-${i}`,
    sequence,
    decidedAt: new Date(1_700_000_000_000 + sequence * 1000).toISOString(),
    faces: [{ ...someFace, faceId: `face-${i}`, personId }],
  });

function randomBody(roll: (sides: number) => number, facts: readonly Fact[]): FactBody {
  const person = (): string => `person-${roll(6)}`;
  const face = (): string => `face-${roll(30)}`;
  switch (roll(8)) {
    case 0:
      return { kind: 'people-merged', from: person(), into: person(), name: null };
    case 1:
      return {
        kind: 'faces-assigned',
        faceIds: [face(), face()],
        personId: person(),
        as: 'moved',
      };
    case 2:
      return { kind: 'faces-denied', faceIds: [face()], personId: person() };
    case 3:
      return { kind: 'faces-ignored', faceIds: [face()], reason: 'a poster' };
    case 4:
      return { kind: 'person-deleted', personId: person() };
    case 5:
      return { kind: 'person-named', personId: person(), name: `Name ${roll(100)}` };
    default:
      return { kind: 'undone', factId: facts[roll(facts.length)]?.factId ?? 'none' };
  }
}

test('after any corrections and re-runs in any order, it is as if it were read anew', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const roll = dice(seed);
    const kept = new Directory();
    const records = new Map<string, ReturnType<typeof photo>>();
    const facts: Fact[] = [];
    for (let sequence = 1; sequence <= 120; sequence++) {
      if (sequence <= 30 || roll(4) === 0) {
        const record = photo(roll(30), sequence, `person-${roll(6)}`);
        records.set(record.assetId, record);
        kept.applyPhoto(record);
      } else {
        const fact = makeFact({ sequence, body: randomBody(roll, facts) });
        facts.push(fact);
        kept.applyFact(fact);
      }
    }
    const anew = new Directory();
    for (const fact of facts) anew.applyFact(fact);
    for (const record of records.values()) anew.applyPhoto(record);
    const wish = { limit: 500, show: 'all', q: '' } as const;
    expect(listPeople(kept, wish)).toEqual(listPeople(anew, wish));
    const whose = (directory: Directory): unknown =>
      [...directory.faces.values()].map((face) => [face.faceId, face.personId]).sort();
    expect(whose(kept)).toEqual(whose(anew));
  }
});

test('pages neither double nor hide what came or went between them', () => {
  const directory = new Directory();
  for (let i = 0; i < 25; i++) directory.applyPhoto(photo(i, i + 1, 'ada'));
  const first = listPhotos(directory, [], { limit: 10 });
  directory.applyPhoto(photo(25, 26, 'ada'));
  directory.applyPhoto({ ...photo(20, 27, 'ada'), removed: true });
  const second = listPhotos(directory, [], { limit: 10, cursor: first.next! });
  const third = listPhotos(directory, [], { limit: 10, cursor: second.next! });
  const ids = [first, second, third].flatMap(({ items }) => items.map(({ assetId }) => assetId));
  expect(ids).toEqual(Array.from({ length: 25 }, (_, i) => `asset-${24 - i}`));
  expect(third.next).toBeNull();
});

test('a person of thousands of faces is listed whole, page by page', () => {
  const directory = new Directory();
  for (let i = 0; i < 6000; i++) {
    directory.applyPhoto(photo(i, i + 1, i < 4000 ? 'ada' : `person-${i}`));
  }
  const wish = { limit: 100, show: 'known', q: '' } as const;
  const page = listPeople(directory, wish);
  expect(page).toMatchObject({ total: 2001, items: { length: 100 } });
  expect(page.items[0]).toMatchObject({ personId: 'ada', faces: 4000 });
  let cursor: string | null = null;
  let faces = 0;
  do {
    const part = listFaces(directory, 'ada', {
      limit: 500,
      ...(cursor === null ? {} : { cursor }),
    });
    faces += part.items.length;
    cursor = part.next;
  } while (cursor !== null);
  expect(faces).toBe(4000);
});

test('photos are listed by when they were taken, those of unknown date by when they were looked at', () => {
  const directory = new Directory();
  const dates = ['2010-05-04T14:30:00.000Z', undefined, '2012-01-01T00:00:00.000Z', null];
  dates.forEach((takenAt, i) => {
    const record = photo(i, i + 1, 'person-1');
    directory.applyPhoto(takenAt === undefined ? record : { ...record, takenAt });
  });
  const { items } = listPhotos(directory, [], { limit: 10 });
  expect(items.map(({ assetId }) => assetId)).toEqual(['asset-3', 'asset-1', 'asset-2', 'asset-0']);
  expect(items.map(({ takenAt }) => takenAt)).toEqual([null, null, dates[2], dates[0]]);
  expect(directory.tallyOf('person-1')).toMatchObject({ firstAt: dates[0] });
});
