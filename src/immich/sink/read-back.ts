import { getPerson, listPeople, type ImmichPerson } from '../client/people.ts';
import { compareFacesOf, compareGroupPhotos, isReset, type Compared } from './compare-faces.ts';
import { joinNamed } from './join-named.ts';
import type { FaceChange } from './judge-changes.ts';
import type { FaceLink, PersonLink } from './links.ts';
import { PhotoBudget, type MissedFaces } from './missed-faces.ts';
import { mayAll, unlessGone, type OwnerContext } from './owner-context.ts';
import { judgeLost, settleLost, settleWholeMove, type LostPerson } from './settle-person.ts';
import { takeOverFaces } from './take-over.ts';
import { linkedPeople, whoIsDue } from './who-is-due.ts';
import { withdrawEmptyCollection } from './write-collections.ts';
import { writeMissing } from './write-missing.ts';
import { syncPerson, withdrawEmptyPerson } from './write-people.ts';

/** What a look at Immich has found. */
export interface ReadBack {
  /** Whose faces were compared. */
  readonly people: number;
  readonly merged: number;
  /** People whom a user named in Immich who turned out to be ours. */
  readonly joined: number;
  readonly gone: number;
  readonly movedFaces: number;
  readonly removedFaces: number;
  /** So much had changed that it was no user: nothing of it was taken over. */
  readonly distrusted: number;
}

export interface ReadBackOptions {
  readonly signal: AbortSignal;
  /**
   * People whose faces are compared at most, and a third as many photos with several faces, and with
   * missing ones; the others have their turn in the next passes.
   */
  readonly mostPeople: number;
  /** Writes a photo whose faces Immich has found anew; false when it waits for Immich's detection. */
  readonly writePhoto: (assetId: string) => Promise<boolean>;
}

/**
 * Looks at what stands in Immich for ours and takes over what its user has done: names, hiding,
 * merges, faces moved and removed. The listing, a thousand people a request, tells the names of all
 * in it; faces are compared of so many people a pass, with two requests or more for each, and on as many
 * photos on which Immich does not show them.
 */
export async function readBack(context: OwnerContext, options: ReadBackOptions): Promise<ReadBack> {
  const links = await linkedPeople(context);
  const mayRead = mayAll(context, 'person.read', 'face.read');
  // Who writes tags alone may have no right to list people.
  const isNeeded = links.length > 0 || (context.settings.people && mayRead);
  const listed = isNeeded ? await listById(context) : new Map<string, ImmichPerson>();
  for (const link of links) {
    const theirs = listed.get(link.immichId ?? '');
    if (theirs !== undefined) await syncPerson(context, link.id, theirs);
  }
  const compared = await comparePeople(context, links, { ...options, listed });
  const joined =
    context.settings.people && mayRead
      ? await joinNamed(context, { listed: listed.values(), ...options })
      : 0;
  if (context.settings.people && mayRead) {
    const most = Math.ceil(options.mostPeople / 3);
    await writeMissing(context, { ...options, most });
  }
  for await (const { id } of context.links.all('collection')) {
    await withdrawEmptyCollection(context, id);
  }
  const { changes, faces, missed, ...found } = compared;
  const taken = await takeOverFaces(context, { changes, faces, missed, ...options });
  return { ...found, joined, ...taken };
}

async function listById({ api }: OwnerContext): Promise<Map<string, ImmichPerson>> {
  return new Map((await listPeople(api)).map((person) => [person.id, person]));
}

interface ComparedPeople extends Compared, Pick<ReadBack, 'people' | 'merged' | 'gone'> {}

async function comparePeople(
  context: OwnerContext,
  links: readonly PersonLink[],
  given: ReadBackOptions & { readonly listed: ReadonlyMap<string, ImmichPerson> },
): Promise<ComparedPeople> {
  const { listed, signal, mostPeople: most } = given;
  const found = { people: 0, merged: 0 };
  const budget = new PhotoBudget(most, signal);
  const all: Compared[] = [];
  const lost: LostPerson[] = [];
  for (const link of await whoIsDue(context, links, { listed, most })) {
    signal.throwIfAborted();
    found.people += 1;
    const theirs = await personOf(context, link, listed);
    if (theirs === null) {
      const judged = await judgeLost(context, link, budget);
      if (judged !== null) lost.push(judged);
      continue;
    }
    const compared = await compareFacesOf(context, theirs.id, { budget, signal });
    if (await settleWholeMove(context, link, compared)) {
      found.merged += 1;
      continue;
    }
    all.push(compared);
    // Its last face may have gone just before a worker ended.
    if (compared.faces === 0) await withdrawEmptyPerson(context, theirs.id);
  }
  const { merged, gone } = await settleLost(context, lost, isReset(sumOf(all)));
  found.merged += merged;
  const together = await compareGroupPhotos(context, { most: Math.ceil(most / 3), signal });
  const changes = await ofPeopleThere(context, together.changes, listed);
  return { ...found, gone, ...sumOf([...all, { ...together, changes }]) };
}

/** What became of the faces of somebody who is gone is no word about each of them. */
async function ofPeopleThere(
  { api }: OwnerContext,
  changes: readonly FaceChange[],
  listed: ReadonlyMap<string, ImmichPerson>,
): Promise<FaceChange[]> {
  const gone = new Set<string>();
  const former = new Set(changes.flatMap(({ link }) => link.immichPersonId ?? []));
  for (const id of former) {
    if (!listed.has(id) && (await unlessGone(getPerson(api, id))) === null) gone.add(id);
  }
  return changes.filter(({ link }) => !gone.has(link.immichPersonId ?? ''));
}

function sumOf(compared: readonly Compared[]): Compared {
  const changes = new Map<string, FaceChange>();
  for (const change of compared.flatMap((one) => one.changes)) {
    changes.set(keyOf(change.link), change);
  }
  const missedOf = (kind: keyof MissedFaces): FaceLink[] =>
    compared.flatMap(({ missed }) => missed[kind]);
  return {
    changes: [...changes.values()],
    faces: compared.reduce((sum, { faces }) => sum + faces, 0),
    missed: {
      asked: missedOf('asked'),
      unasked: missedOf('unasked'),
      waiting: missedOf('waiting'),
      doubted: missedOf('doubted').filter((link) => !changes.has(keyOf(link))),
    },
  };
}

const keyOf = ({ group, id }: FaceLink): string => `${group} ${id}`;

/** The listing leaves people out, so that those missing are asked for. */
async function personOf(
  context: OwnerContext,
  link: PersonLink,
  listed: ReadonlyMap<string, ImmichPerson>,
): Promise<ImmichPerson | null> {
  const immichId = link.immichId ?? '';
  const known = listed.get(immichId);
  if (known !== undefined) return known;
  const theirs = await unlessGone(getPerson(context.api, immichId));
  if (theirs !== null) await syncPerson(context, link.id, theirs);
  return theirs;
}
