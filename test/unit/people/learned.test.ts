import type { MergeProposal } from '../../../src/identities/tidy/merge-proposal.ts';
import { ReviewList } from '../../../src/people/review-list.ts';
import { similarPeople } from '../../../src/people/similar-people.ts';
import { house } from '../../helpers/house.ts';
import { codeOf } from '../../helpers/pictures.ts';
import { unitDescriptor } from '../../helpers/records.ts';
import { blurred, descriptorAt, seenFace } from '../../helpers/seen.ts';

const ada = unitDescriptor(1);
const LIMITS = { limit: 10 };

test('after a face was given away, the faces like it are counted and follow when they are decided again', async () => {
  const home = await house();
  const child = descriptorAt(ada, 0.34, 5);
  await home.look('first', seenFace(ada));
  const person = (await home.look('child', seenFace(child))).faces[0]!;
  const like = (await home.look('like', seenFace(descriptorAt(child, 0.1, 9)))).faces[0]!;
  expect(like.personId).toBe(person.personId);
  const fact = await home.correct('o', { kind: 'split', faceIds: [person.faceId] }, 'tester');
  const counted = await home.learned.learn(fact, 10_000);
  expect(counted).toEqual({ faces: 1, photos: 1, counting: false });
  expect(await home.learned.apply('o')).toBe(1);
  expect(home.reruns).toEqual(['like']);
  const applied = { faces: 0, photos: 0, counting: false };
  expect(await home.learned.progress('o')).toEqual({ ...applied, applying: 1 });
  const again = await home.run('like', { reconsider: true });
  expect(await home.learned.progress('o')).toEqual({ ...applied, applying: 0 });
  const founded = fact.body.kind === 'faces-assigned' ? fact.body.personId : '';
  expect(again.faces[0]).toMatchObject({ faceId: like.faceId, personId: founded });
  expect(again.path).toBe('like');
  const undone = await home.correct('o', { kind: 'undone', factId: fact.factId }, 'tester');
  expect((await home.learned.learn(undone, 10_000)).counting).toBe(false);
});

test('what could not be queued for a while is still to be applied', async () => {
  const home = await house();
  const child = descriptorAt(ada, 0.34, 5);
  await home.look('first', seenFace(ada));
  const person = (await home.look('child', seenFace(child))).faces[0]!;
  for (const like of ['like', 'too']) {
    await home.look(like, seenFace(descriptorAt(child, 0.1, like.length)));
  }
  const fact = await home.correct('o', { kind: 'split', faceIds: [person.faceId] }, 'tester');
  expect(await home.learned.learn(fact, 10_000)).toMatchObject({ photos: 2 });
  const push = jest.spyOn(home.reruns, 'push').mockImplementationOnce(() => {
    throw new Error('Redis is away');
  });
  await expect(home.learned.apply('o')).rejects.toThrow('Redis is away');
  expect(await home.learned.progress('o')).toMatchObject({ photos: 2, applying: 0 });
  const jobs = await Promise.all([home.learned.apply('o'), home.learned.apply('o')]);
  expect(jobs[0] + jobs[1]).toBe(2);
  expect(home.reruns.toSorted()).toEqual(['like', 'too']);
  push.mockRestore();
});

test('who does not wait is told that it is still being counted, and hears the number later', async () => {
  const home = await house();
  const child = descriptorAt(ada, 0.34, 5);
  await home.look('first', seenFace(ada));
  const person = (await home.look('child', seenFace(child))).faces[0]!;
  await home.look('like', seenFace(descriptorAt(child, 0.1, 9)));
  const fact = await home.correct('o', { kind: 'split', faceIds: [person.faceId] }, 'tester');
  let goOn = (): void => undefined;
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const find = home.store.findPhoto.bind(home.store);
  home.store.findPhoto = (...photo) => mayGoOn.then(() => find(...photo));
  const none = { faces: 0, photos: 0, counting: true };
  expect(await home.learned.learn(fact, 0)).toEqual(none);
  expect(await home.learned.progress('o')).toEqual({ ...none, applying: 0 });
  goOn();
  expect(await home.learned.apply('o')).toBe(1);
});

test('deciding again takes nobody from another face, and no person from a face that matches nobody', async () => {
  const home = await house();
  const [left, right] = [seenFace(ada), seenFace(unitDescriptor(2), 1)];
  const before = await home.look('both', left, right);
  const again = await home.run('both', { reconsider: true });
  const people = (record: typeof before): unknown =>
    record.faces.map(({ faceId, personId }) => [faceId, personId]);
  expect(people(again)).toEqual(people(before));
});

test('questions are about doubtful faces and people who may be one, and each is answered once', async () => {
  const home = await house();
  await home.look('a', seenFace(ada));
  const doubtful = await home.look('b', blurred(seenFace(descriptorAt(ada, 0.36, 3))));
  const two = await home.look('c', seenFace(descriptorAt(ada, 0.38, 4)));
  expect(doubtful.faces[0]?.personId).toBeNull();
  const page = await home.review.page('o', { limit: 10 });
  expect(page.items.map(({ kind }) => kind)).toEqual(['proposed-merge', 'uncertain-face']);
  const [merge, face] = page.items as [(typeof page.items)[0], (typeof page.items)[0]];
  expect(face.faces[0]?.faceId).toBe(doubtful.faces[0]?.faceId);
  const no = await home.review.answer('o', merge.id, { answer: 'no', name: null });
  expect(no).toMatchObject({ kind: 'people-distinct' });
  await home.correct('o', no!, 'tester');
  const yes = await home.review.answer('o', face.id, { answer: 'yes', name: null });
  expect(yes).toEqual({
    kind: 'faces-assigned',
    faceIds: [doubtful.faces[0]!.faceId],
    personId: face.people[0]!.personId,
  });
  expect(await home.review.answer('o', face.id, { answer: 'skip', name: null })).toBeNull();
  expect((await home.review.page('o', { limit: 10 })).items).toEqual([]);
  const over = home.review.answer('o', merge.id, { answer: 'yes', name: null });
  expect(await codeOf(over)).toBe('REVIEW_OVER');
  expect(two.faces[0]?.isNewPerson).toBe(true);
});

test('questions that are skipped meanwhile hide none of the next page', async () => {
  const home = await house();
  await home.look('a', seenFace(ada));
  for (let i = 0; i < 6; i++) {
    await home.look(`doubtful-${i}`, blurred(seenFace(descriptorAt(ada, 0.36, 3 + i))));
  }
  const all = (await home.review.page('o', { limit: 10 })).items.map(({ id }) => id);
  const first = await home.review.page('o', { limit: 3 });
  for (const { id } of first.items.slice(0, 2)) {
    await home.review.answer('o', id, { answer: 'skip', name: null });
  }
  const { items, total } = await home.review.page('o', { limit: 9, cursor: first.next! });
  expect([all.length, total, items.map(({ id }) => id)]).toEqual([6, 4, all.slice(3)]);
});

test('a yes that is taken back is the question again, and those who look alike are shown again', async () => {
  const home = await house();
  await home.look('a', seenFace(ada));
  const [two] = (await home.look('b', seenFace(descriptorAt(ada, 0.38, 4)))).faces;
  const asked = async (): Promise<string[]> =>
    (await home.review.page('o', LIMITS)).items.map(({ id }) => id);
  const similar = async (): Promise<number> =>
    similarPeople(await home.directories.current('o'), two!.personId!).length;
  const before = [await asked(), await similar()];
  expect(before).toEqual([[expect.any(String)], 1]);
  const [id] = await asked();
  const yes = await home.review.answer('o', id!, { answer: 'yes', name: null });
  const { factId } = await home.correct('o', yes!, 'tester');
  expect(await asked()).not.toContain(id);
  await home.correct('o', { kind: 'undone', factId }, 'tester');
  expect([await asked(), await similar()]).toEqual(before);
});

test('who would be merged without a question is asked about only where nothing is tidied', async () => {
  const home = await house();
  const [a] = (await home.look('a', seenFace(ada))).faces;
  const [b] = (await home.look('b', seenFace(unitDescriptor(2)))).faces;
  const evidence = {
    ...{ distance: 0.2, limitDistance: 0.36, nearestDistance: 0.2, faces: [1, 1] as const },
    ...{
      nearestFaceIds: [a!.faceId, b!.faceId] as const,
      crowdDistance: null,
      otherDistance: null,
    },
  };
  const pair = { from: a!.personId!, into: b!.personId!, reason: 'sure' as const, evidence };
  const asked = async (mergesByItself: boolean): Promise<string[]> => {
    const proposeMerges = (): Promise<MergeProposal[]> => Promise.resolve([pair]);
    const { directories } = home;
    const review = new ReviewList({ directories, mergesByItself, proposeMerges });
    return (await review.page('o', { limit: 10 })).items.map(({ reason }) => reason);
  };
  expect(await asked(false)).toEqual(['they look the same, and nothing speaks against it']);
  expect(await asked(true)).toEqual([]);
});

test('nobody is asked whether two are the same who stand on one photo', async () => {
  const home = await house();
  const twin = descriptorAt(ada, 0.38, 4);
  await home.look('a', seenFace(ada));
  await home.look('b', seenFace(twin));
  const kinds = async (): Promise<string[]> =>
    (await home.review.page('o', LIMITS)).items.map(({ kind }) => kind);
  const other = await house();
  await other.look('a', seenFace(ada));
  const together = await other.look('both', seenFace(ada), seenFace(twin, 1));
  await other.look('blurred', seenFace(ada), blurred(seenFace(descriptorAt(ada, 0.36, 3), 1)));
  expect(await kinds()).toEqual(['proposed-merge']);
  expect((await other.review.page('o', LIMITS)).items).toEqual([]);
  const personId = together.faces[1]!.personId!;
  expect(similarPeople(await other.directories.current('o'), personId)).toEqual([]);
});

test('those who look alike are shown until somebody tells them apart, and again when that is undone', async () => {
  const home = await house();
  const [one] = (await home.look('a', seenFace(ada))).faces;
  const [two] = (await home.look('b', seenFace(descriptorAt(ada, 0.38, 4)))).faces;
  const similar = async (personId: string): Promise<string[]> =>
    similarPeople(await home.directories.current('o'), personId).map(
      ({ person }) => person.personId,
    );
  const [personA, personB] = [one!.personId!, two!.personId!];
  expect(await similar(personB)).toEqual([personA]);
  const apart = { kind: 'people-distinct', personA, personB } as const;
  const { factId } = await home.correct('o', apart, 'tester');
  expect(await similar(personB)).toEqual([]);
  await home.correct('o', { kind: 'undone', factId }, 'tester');
  expect(await similar(personB)).toEqual([personA]);
});
