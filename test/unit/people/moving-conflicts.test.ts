import { MACHINE, type Fact } from '../../../src/identities/journal/fact.ts';
import type { Correction } from '../../../src/identities/journal/plan-fact.ts';
import type { FaceRecord } from '../../../src/identities/photo-record.ts';
import { listHistory } from '../../../src/people/list-history.ts';
import { house } from '../../helpers/house.ts';
import { exported, moveInto, type House } from '../../helpers/moving.ts';
import { unitDescriptor } from '../../helpers/records.ts';
import { descriptorAt, seenFace } from '../../helpers/seen.ts';

const [ada, bo] = [unitDescriptor(1), unitDescriptor(2)];

interface Town {
  readonly place: House;
  readonly say: (correction: Correction, by?: string) => Promise<Fact>;
  /** Ada's on the photo a, Bo's on b, and another of Ada's on c. */
  readonly a: FaceRecord;
  readonly b: FaceRecord;
  readonly c: FaceRecord;
  readonly adaId: string;
  readonly boId: string;
}

async function town(others = bo): Promise<Town> {
  const place = await house();
  const [a] = (await place.look('a', seenFace(ada))).faces;
  const [b] = (await place.look('b', seenFace(others))).faces;
  const [c] = (await place.look('c', seenFace(descriptorAt(ada, 0.2, 5)))).faces;
  const say: Town['say'] = (correction, by = 'u') => place.correct('o', correction, by);
  return { place, say, a: a!, b: b!, c: c!, adaId: a!.personId!, boId: b!.personId! };
}

const nameIt = (personId: string, name: string | null): Correction => {
  return { kind: 'person-named', personId, name };
};
const mergeOf = (from: string, into: string, name: string | null = null): Correction => {
  return { kind: 'people-merged', from, into, name };
};
const reasonsOf = ({ skipped }: Awaited<ReturnType<typeof moveInto>>): string[] =>
  skipped.map(({ reason }) => reason);

test('what a user said here goes before what the file says of the same, and the report says so', async () => {
  const [old, home] = [await town(), await town()];
  await old.say({ kind: 'person-deleted', personId: old.boId });
  await old.say({ kind: 'person-hidden', personId: old.adaId, hidden: true });
  await old.say({ kind: 'faces-ignored', faceIds: [old.c.faceId], reason: 'junk' });
  await home.say(nameIt(home.adaId, 'Ada'));
  await home.say(nameIt(home.boId, 'Bo'));
  const confirmed = { faceIds: [home.c.faceId], personId: home.adaId };
  await home.say({ kind: 'faces-confirmed', ...confirmed });
  const report = await moveInto(home.place, await exported(old.place));
  expect(report.facts).toBe(0);
  expect(reasonsOf(report)).toEqual([
    'the person was named, hidden, shown or merged here, or given faces',
    'the person was named here',
    'it was given to somebody here',
  ]);
  const { people } = await home.place.directories.current('o');
  expect(people.stateOf(home.boId)).toMatchObject({ name: 'Bo', deleted: false });
  expect(people.stateOf(home.adaId)).toMatchObject({ name: 'Ada', hidden: false });
  expect(people.personOf(home.c)).toBe(home.adaId);
});

type Said = (town: Town) => Promise<unknown>;
test.each<[string, Said, Said, string]>([
  [
    'a merge of two told apart here',
    ({ say, adaId, boId }) => say(mergeOf(adaId, boId)),
    ({ say, adaId, boId }) => say({ kind: 'people-distinct', personA: adaId, personB: boId }),
    'the two were told apart here',
  ],
  [
    'a merge that was taken back here',
    ({ say, adaId, boId }) => say(mergeOf(adaId, boId)),
    async ({ say, adaId, boId }) => {
      const { factId } = await say(mergeOf(boId, adaId), MACHINE);
      return say({ kind: 'undone', factId });
    },
    'the two were told apart here',
  ],
  [
    'a merge of two of different names',
    ({ say, adaId, boId }) => say(mergeOf(adaId, boId, 'Both')),
    async ({ say, adaId, boId }) => {
      await say(nameIt(adaId, 'Ada'));
      return say(nameIt(boId, 'Bo'));
    },
    'the two are called Ada and Bo here',
  ],
  [
    'a name that was taken away here',
    ({ say, adaId }) => say(nameIt(adaId, 'Ada')),
    async ({ say, adaId }) => {
      await say(nameIt(adaId, 'Eve'));
      return say(nameIt(adaId, null));
    },
    'the name was taken away here',
  ],
  [
    'showing who was hidden here',
    async ({ say, adaId }) => {
      const { factId } = await say({ kind: 'person-hidden', personId: adaId, hidden: true });
      await say({ kind: 'undone', factId });
      await say({ kind: 'person-hidden', personId: adaId, hidden: true });
      return say({ kind: 'person-hidden', personId: adaId, hidden: false });
    },
    ({ say, adaId }) => say({ kind: 'person-hidden', personId: adaId, hidden: true }),
    'the person was hidden here',
  ],
  [
    'a name of who was deleted here',
    ({ say, boId }) => say(nameIt(boId, 'Bo')),
    ({ say, boId }) => say({ kind: 'person-deleted', personId: boId }),
    'the person was deleted here',
  ],
  [
    'a merge into who was deleted here',
    ({ say, adaId, boId }) => say(mergeOf(adaId, boId)),
    ({ say, boId }) => say({ kind: 'person-deleted', personId: boId }),
    'the person was deleted here',
  ],
  [
    'a face that was given to another here',
    ({ say, c, boId }) => say({ kind: 'faces-assigned', faceIds: [c.faceId], personId: boId }),
    ({ say, c, adaId }) => say({ kind: 'faces-confirmed', faceIds: [c.faceId], personId: adaId }),
    'it was given to somebody else here',
  ],
  [
    'a face that was said not to be the person here',
    ({ say, c, adaId }) => say({ kind: 'faces-confirmed', faceIds: [c.faceId], personId: adaId }),
    ({ say, c, adaId }) => say({ kind: 'faces-denied', faceIds: [c.faceId], personId: adaId }),
    "it was said not to be the person's here",
  ],
  [
    'a face that was ignored here',
    ({ say, c, adaId }) => say({ kind: 'faces-confirmed', faceIds: [c.faceId], personId: adaId }),
    ({ say, c }) => say({ kind: 'faces-ignored', faceIds: [c.faceId], reason: 'junk' }),
    'it was ignored here',
  ],
  [
    'a denial of a face that was confirmed here',
    ({ say, c, adaId }) => say({ kind: 'faces-denied', faceIds: [c.faceId], personId: adaId }),
    ({ say, c, adaId }) => say({ kind: 'faces-confirmed', faceIds: [c.faceId], personId: adaId }),
    "it was said to be the person's here",
  ],
])('the file does not overrule with %s', async (_what, there, here, reason) => {
  const [old, home] = [await town(), await town()];
  await there(old);
  await here(home);
  const view = async (): Promise<unknown> => {
    const { people } = await home.place.directories.current('o');
    const states = [home.adaId, home.boId].map((id) => people.stateOf(id));
    return [states, [home.a, home.b, home.c].map((face) => people.personOf(face))];
  };
  const before = await view();
  const report = await moveInto(home.place, await exported(old.place));
  expect(reasonsOf(report)).toContain(reason);
  expect(await view()).toEqual(before);
});

test('of two who are one here the first name stays, and that they were told apart is reported', async () => {
  const old = await town();
  const home = await town(descriptorAt(ada, 0.1, 9));
  expect(home.boId).toBe(home.adaId);
  const { say, adaId, boId } = old;
  await say({ kind: 'people-distinct', personA: adaId, personB: boId });
  await say(nameIt(adaId, 'Ada'));
  await say(nameIt(boId, 'Bo'));
  await say({ kind: 'person-hidden', personId: boId, hidden: true });
  await say({ kind: 'person-deleted', personId: boId });
  const report = await moveInto(home.place, await exported(old.place));
  expect(report).toMatchObject({ facts: 1, names: 1 });
  expect(reasonsOf(report)).toEqual([
    'the two are one person here',
    'the person is called Ada here',
    'the person is also somebody else of the file here',
    'the person is also somebody else of the file here',
  ]);
  const { people } = await home.place.directories.current('o');
  expect(people.stateOf(home.adaId)).toMatchObject({ name: 'Ada', hidden: false, deleted: false });
});

test('a later file of the same house changes what an earlier one brought', async () => {
  const [old, home] = [await town(), await town()];
  await old.say(nameIt(old.adaId, 'Ada'));
  await old.say(nameIt(old.boId, 'Bo'));
  await moveInto(home.place, await exported(old.place));
  await old.say(nameIt(old.adaId, 'Ada L.'));
  await old.say({ kind: 'person-deleted', personId: old.boId });
  const report = await moveInto(home.place, await exported(old.place));
  expect(report).toMatchObject({ facts: 2, skipped: [] });
  const { people } = await home.place.directories.current('o');
  expect(people.stateOf(home.adaId).name).toBe('Ada L.');
  expect(people.isDeleted(home.boId)).toBe(true);
});

/** Merged and taken back, named and taken back, named, denied, merged by the machine. */
async function eventful(): Promise<{ old: Town; facts: readonly Fact[] }> {
  const old = await town();
  const { say, adaId, boId } = old;
  const merged = await say(mergeOf(boId, adaId));
  await say({ kind: 'undone', factId: merged.factId });
  const named = await say(nameIt(adaId, 'Eve'));
  await say({ kind: 'undone', factId: named.factId });
  await say(nameIt(adaId, 'Ada'));
  await say({ kind: 'faces-denied', faceIds: [old.c.faceId], personId: boId });
  const evidence = {
    ...{ distance: 0.3, limitDistance: 0.35, crowdDistance: null, otherDistance: null },
    ...{ nearestDistance: 0.2, faces: [1, 1] as const },
    nearestFaceIds: [old.a.faceId, old.b.faceId] as const,
  };
  const body = { kind: 'people-merged', from: adaId, into: boId, name: null, evidence } as const;
  await say(body, MACHINE);
  await say({ kind: 'person-hidden', personId: boId, hidden: true });
  const { people } = await old.place.directories.current('o');
  return { old, facts: people.facts };
}

test('an empty house takes all over: consumers are told the same, and History says the same', async () => {
  const { old, facts } = await eventful();
  const data = await exported(old.place);
  const home = await house();
  const told: Fact[] = [];
  expect(await moveInto(home, data, told)).toMatchObject({ facts: facts.length, skipped: [] });
  expect(told.map(({ body, changes }) => [body, changes])).toEqual(
    facts.map(({ body, changes }) => [body, changes]),
  );
  const reasons = async (place: House): Promise<unknown> =>
    listHistory(await place.directories.current('o'), { limit: 50 }).items.map((item) => [
      item.describe,
      item.reason,
    ]);
  expect(await reasons(home)).toEqual(await reasons(old.place));
  for (const place of [home, old.place]) {
    expect(await moveInto(place, data)).toMatchObject({ facts: 0, skipped: [] });
  }
});

test('a name for somebody who was merged here since is told of whom they are one with now', async () => {
  const [old, home] = [await town(), await town()];
  await old.say(nameIt(old.adaId, 'Ada'));
  await home.say(mergeOf(home.adaId, home.boId), MACHINE);
  const told: Fact[] = [];
  await moveInto(home.place, await exported(old.place), told);
  expect(told[0]?.changes.people).toMatchObject([{ personId: home.boId, after: { name: 'Ada' } }]);
});

test('the evidence of a merge names the faces of here', async () => {
  const { old } = await eventful();
  const home = await town();
  await moveInto(home.place, await exported(old.place));
  const { people } = await home.place.directories.current('o');
  const merges = people.facts.flatMap(({ body }) =>
    body.kind === 'people-merged' ? (body.evidence?.nearestFaceIds ?? []) : [],
  );
  expect(merges).toEqual([home.a.faceId, home.b.faceId]);
});
