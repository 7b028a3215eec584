import { listFaces } from '../client/faces.ts';
import type { CollectionLink, FaceLink, PersonLink } from './links.ts';
import { mayAll, unlessGone, type OwnerContext } from './owner-context.ts';
import { planPhoto, type Step } from './plan-photo.ts';
import { ROOT_KEY } from './tag-root.ts';
import { isTag, removeMember, withdrawEmptyCollection } from './write-collections.ts';
import { runStep, unassign } from './write-faces.ts';
import { withdrawEmptyPerson } from './write-people.ts';

/** What was, or in a dry run would be, taken back. */
export interface Withdrawn {
  readonly tagged: number;
  readonly inAlbums: number;
  /** Photos that stay tagged or in albums, since the key may not take them out. */
  readonly left: number;
  readonly faces: number;
  readonly unassigned: number;
  /** Faces of Immich's that stay our people's, and people, since the key may not delete anybody. */
  readonly leftFaces: number;
  readonly leftPeople: number;
  readonly people: number;
  /** People, tags and albums that stay, since a user has touched them or put something in. */
  readonly kept: number;
}

/**
 * Takes back everything that the worker wrote for a user: tags, places in albums, faces, people, and
 * the tags and albums themselves. What a user made or touched stays. Run again after it was stopped,
 * it goes on.
 */
export async function withdrawAll(
  context: OwnerContext,
  { dryRun, signal }: { readonly dryRun: boolean; readonly signal: AbortSignal },
): Promise<Withdrawn> {
  const options = { dryRun, signal };
  const members = await withdrawMembers(context, options);
  const collections = dryRun ? 0 : await withdrawCollections(context);
  const faces = await withdrawFaces(context, options);
  const { kept, ...people } = await withdrawPeople(context, options);
  return { ...members, ...faces, ...people, kept: collections + kept };
}

interface Options {
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

async function withdrawMembers(
  context: OwnerContext,
  { dryRun, signal }: Options,
): Promise<Pick<Withdrawn, 'tagged' | 'inAlbums' | 'left'>> {
  const counts = { tagged: 0, inAlbums: 0, left: 0 };
  for await (const link of context.links.all('member')) {
    signal.throwIfAborted();
    if (link.details.state === 'declined') {
      if (!dryRun) await context.links.remove(link);
      continue;
    }
    const isLeft = !dryRun && !(await removeMember(context, link));
    counts[isLeft ? 'left' : isTag(link.group) ? 'tagged' : 'inAlbums'] += 1;
  }
  return counts;
}

async function withdrawFaces(
  context: OwnerContext,
  { dryRun, signal }: Options,
): Promise<Pick<Withdrawn, 'faces' | 'unassigned' | 'leftFaces'>> {
  const counts = { faces: 0, unassigned: 0, leftFaces: 0 };
  for await (const { group, links } of facesByAsset(context)) {
    signal.throwIfAborted();
    const left = new Set<string>();
    for (const step of await stepsWithout(context, group, links)) {
      if (step.kind === 'delete') counts.faces += 1;
      if (step.kind === 'unassign') {
        const isLeft = !dryRun && !(await unassign(context, step.link));
        counts[isLeft ? 'leftFaces' : 'unassigned'] += 1;
        if (isLeft) left.add(step.link.id);
      } else if (!dryRun) {
        await runStep({ ...context, assetId: group, photo: null, pixels: null }, step);
      }
    }
    if (!dryRun) await context.links.remove(...links.filter(({ id }) => !left.has(id)));
  }
  return counts;
}

async function withdrawPeople(
  context: OwnerContext,
  { dryRun, signal }: Options,
): Promise<Pick<Withdrawn, 'people' | 'leftPeople' | 'kept'>> {
  const counts = { people: 0, leftPeople: 0, kept: 0 };
  for await (const link of context.links.all('person')) {
    signal.throwIfAborted();
    const became = dryRun ? wouldBecome(link) : await withdrawPerson(context, link);
    if (became !== null) counts[became] += 1;
  }
  return counts;
}

function isOnlyOurs({ details: { origin, touched, state } }: PersonLink): boolean {
  return origin === 'created' && !touched && state !== 'gone';
}

/** As what a person is counted; null for somebody who was there before us. */
function wouldBecome(link: PersonLink): 'people' | 'kept' | null {
  if (isOnlyOurs(link)) return 'people';
  return link.details.origin === 'created' ? 'kept' : null;
}

async function withdrawPerson(
  context: OwnerContext,
  link: PersonLink,
): Promise<'people' | 'leftPeople' | 'kept' | null> {
  if (link.immichId !== null) await withdrawEmptyPerson(context, link.immichId);
  const isGone = (await context.links.person(link.id)) === undefined;
  // Needed to delete it another time.
  if (!isGone && isOnlyOurs(link) && !mayAll(context, 'person.delete')) return 'leftPeople';
  await context.links.remove(link);
  if (isGone) return 'people';
  return link.details.origin === 'created' ? 'kept' : null;
}

async function withdrawCollections(context: OwnerContext): Promise<number> {
  let kept = 0;
  const withdraw = async (link: CollectionLink): Promise<void> => {
    await withdrawEmptyCollection(context, link.id);
    if ((await context.links.collection(link.id)) === undefined) return;
    kept += 1;
    // Needed to take out, another time, what the key may not take out now.
    const [left] = await context.links.find(
      'member',
      { group: link.id },
      { after: null, limit: 1 },
    );
    if (left === undefined) await context.links.remove(link);
  };
  for await (const link of context.links.all('collection')) {
    if (link.id !== ROOT_KEY) await withdraw(link);
  }
  // After those below it, with which it would not be empty.
  const root = await context.links.collection(ROOT_KEY);
  if (root !== undefined) await withdraw(root);
  return kept;
}

async function* facesByAsset({
  links,
}: OwnerContext): AsyncGenerator<{ group: string; links: FaceLink[] }> {
  let together: FaceLink[] = [];
  for await (const link of links.all('face')) {
    const [first] = together;
    if (first !== undefined && first.group !== link.group) {
      yield { group: first.group, links: together };
      together = [];
    }
    together.push(link);
  }
  const [first] = together;
  if (first !== undefined) yield { group: first.group, links: together };
}

/** As for a photo that is not ours. */
async function stepsWithout(
  { api }: OwnerContext,
  assetId: string,
  faceLinks: readonly FaceLink[],
): Promise<Step[]> {
  const immichFaces = await unlessGone(listFaces(api, assetId));
  if (immichFaces === null) return [];
  return planPhoto({
    ...{ photo: null, immichFaces, faceLinks },
    personLinks: new Map(),
    ourPersonOf: new Map(),
    isWritten: () => false,
    nameOf: () => null,
  });
}
